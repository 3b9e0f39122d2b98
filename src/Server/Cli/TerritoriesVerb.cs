using System.CommandLine;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary><c>territories</c>: those of yours by name, or one with what lies around it.</summary>
internal static class TerritoriesVerb
{
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string>("territory") { Description = "One, e.g. d01/s03: with those above, beside and below it.", Arity = ArgumentArity.ZeroOrOne };
        var below = new Option<string>("--below") { Description = "Only those below that one.", DefaultValueFactory = _ => "" };
        var (limit, json) = (PagedList.Limit(), PagedList.Json());
        var command = new Command("territories", "List your territories, and the names of those above; or one with what lies around it.") { path, below, limit, json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.FleetService.FleetServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var isJson = parsed.GetValue(json);
            if (RosterVerb.Path(parsed.GetValue(path)) is { Length: > 0 } one)
            {
                var found = await client.GetTerritoryAsync(new V1.GetTerritoryRequest { Path = one }, headers, cancellationToken: ct);
                return await PagedList.WriteAsync(terminal, [found], isJson, f => string.Join(Environment.NewLine, Lines(f)));
            }

            var asked = new V1.ListTerritoriesRequest { Parent = RosterVerb.Path(parsed.GetValue(below)) };
            var territories = await PagedList.ReadAsync<V1.Territory>(terminal, parsed.GetValue(limit), async (size, token) =>
            {
                (asked.PageSize, asked.PageToken) = (size, token);
                var page = await client.ListTerritoriesAsync(asked, headers, cancellationToken: ct);
                return (page.Territories, page.NextPageToken);
            });
            return await PagedList.WriteAsync(terminal, territories, isJson, Line);
        });
    }

    private static string Line(V1.Territory territory) => $"{territory.Path}  {territory.NameZh} {territory.NameEn}".TrimEnd();

    private static IEnumerable<string> Lines(V1.GetTerritoryResponse found)
    {
        yield return Line(found.Territory);
        foreach (var above in found.Above)
        {
            yield return "above   " + Line(above);
        }

        foreach (var beside in found.Territory.Neighbours)
        {
            yield return "beside  " + beside;
        }

        foreach (var below in found.Territory.Children)
        {
            yield return "below   " + below;
        }
    }
}
