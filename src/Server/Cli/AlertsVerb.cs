using System.CommandLine;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>alerts</c>: what is open now, or with <c>--closed</c> what ever was.</summary>
internal static class AlertsVerb
{
    private static readonly string[] Colours = ["red", "yellow", "green", "fault"];
    private static readonly string[] Steps = ["new", "acknowledged", "dispatched", "arrived", "rectified", "closed"];
    private static readonly string[] Degrees = ["notice", "interview", "listed"];

    public static Command Create(Terminal terminal)
    {
        var closed = new Option<bool>("--closed") { Description = "Also those that are closed." };
        var (json, limit) = (PagedList.Json(), PagedList.Limit());
        var territory = new Option<string>("--territory") { Description = "Only those of that one and all below.", DefaultValueFactory = _ => "" };
        var changed = new Option<long>("--changed-after") { Description = "Only those with news after that entry: what a summary counted." };
        var colour = OneOf("--colour", "Only those of this colour at their worst", Colours);
        var step = OneOf("--step", "Only those at this step", Steps);
        var overdue = new Option<bool>("--overdue") { Description = "Only those of which a step was missed and is still not done." };
        var supervised = OneOf("--supervised", "Only those under supervision for that, at least (without a word: any)", Degrees);
        supervised.Arity = ArgumentArity.ZeroOrOne;
        var mine = new Option<bool>("--mine") { Description = "Only those that you have acknowledged." };
        var command = new Command("alerts", "List alerts, newest first.") { closed, json, limit, territory, changed, colour, step, overdue, supervised, mine };
        return OfficerConnection.Verb(terminal, command, async (client, headers, parsed, ct) =>
        {
            var asked = new V1.ListRequest
            {
                IncludeClosed = parsed.GetValue(closed), Territory = RosterVerb.Path(parsed.GetValue(territory)), ChangedAfter = parsed.GetValue(changed),
                PeakSeverity = Named<V1.Severity>(parsed.GetValue(colour)), Step = Named<V1.Step>(parsed.GetValue(step)), Overdue = parsed.GetValue(overdue), Mine = parsed.GetValue(mine),
                Supervision = parsed.GetResult(supervised) is null ? V1.Supervision.Unspecified : Named<V1.Supervision>(parsed.GetValue(supervised) ?? Degrees[0]),
            };
            var alerts = await PagedList.ReadAsync<V1.Alert>(terminal, parsed.GetValue(limit), async (size, token) =>
            {
                (asked.PageSize, asked.PageToken) = (size, token);
                var page = await client.ListAsync(asked, headers, cancellationToken: ct);
                return (page.Alerts, page.NextPageToken);
            });
            if (!terminal.IsInteractive || parsed.GetValue(json))
            {
                return await PagedList.WriteAsync(terminal, alerts, parsed.GetValue(json), AlertText.Line);
            }

            terminal.Ansi().Write(AlertTable.Of(alerts));
            return ExitCode.Done;
        });
    }

    private static Option<string?> OneOf(string name, string description, string[] words)
    {
        var option = new Option<string?>(name) { Description = $"{description}: {string.Join(", ", words)}." };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    private static T Named<T>(string? word)
        where T : struct, Enum => word is null ? default : Enum.Parse<T>(word, ignoreCase: true);
}
