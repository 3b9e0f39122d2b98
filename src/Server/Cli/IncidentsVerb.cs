using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;

namespace PingAnIoT.Server;

/// <summary><c>incidents</c>: what is open by place and cause, or one incident with its alerts.</summary>
internal static class IncidentsVerb
{
    private const int Page = 1_000;

    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string>("incident") { Description = "One incident's id: then its alerts.", Arity = ArgumentArity.ZeroOrOne };
        var closed = new Option<bool>("--closed") { Description = "Of one incident: also its alerts that are closed." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var command = new Command("incidents", "List open incidents (alerts of one place and cause), newest first; or one with its alerts.") { id, closed, json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.IncidentService.IncidentServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var isJson = parsed.GetValue(json);
            await (parsed.GetValue(id) is { Length: > 0 } one
                ? ShowAsync(client, headers, new V1.GetIncidentRequest { Id = one, PageSize = Page, IncludeClosed = parsed.GetValue(closed) }, terminal, isJson, ct)
                : ListAsync(client, headers, terminal, isJson, ct));
            return ExitCode.Done;
        });
    }

    private static async Task ListAsync(
        V1.IncidentService.IncidentServiceClient client, Metadata headers, Terminal terminal, bool json, CancellationToken cancellationToken)
    {
        var request = new V1.ListIncidentsRequest { PageSize = Page };
        do
        {
            var page = await client.ListIncidentsAsync(request, headers, cancellationToken: cancellationToken);
            foreach (var incident in page.Incidents)
            {
                await terminal.Out.WriteLineAsync(json ? JsonFormatter.Default.Format(incident) : Line(incident));
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    private static async Task ShowAsync(
        V1.IncidentService.IncidentServiceClient client, Metadata headers, V1.GetIncidentRequest request, Terminal terminal, bool json,
        CancellationToken cancellationToken)
    {
        do
        {
            var page = await client.GetIncidentAsync(request, headers, cancellationToken: cancellationToken);
            if (request.PageToken.Length == 0)
            {
                await terminal.Out.WriteLineAsync(json ? JsonFormatter.Default.Format(page.Incident) : Line(page.Incident));
            }

            foreach (var alert in page.Alerts)
            {
                await terminal.Out.WriteLineAsync(json ? JsonFormatter.Default.Format(alert) : "  " + AlertText.Line(alert));
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    private static string Line(V1.Incident incident)
    {
        var place = incident.Gateway.Length > 0 ? "gateway " + incident.Gateway : $"{DutyText.Place(incident.Territory)} {incident.Site}".Trim();
        var counts = string.Join(", ", incident.Counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.AlertCount} {AlertText.Word(c.Severity)}")));
        return $"{AlertText.Word(incident.PeakSeverity),-9} {incident.Id}  {incident.Cause.ToString().ToLowerInvariant()}  {place}  {incident.Title?.Zh} {incident.Title?.En}  "
            + $"{counts}  since {DutyText.Of(incident.OpenTime)}{(incident.Open ? "" : ", closed")}";
    }
}
