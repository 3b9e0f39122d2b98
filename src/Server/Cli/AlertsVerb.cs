using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
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
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1)
            {
                r.AddError("--limit must be at least 1.");
            }
        });
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
            var alerts = await ReadAsync(client, headers, new V1.ListRequest
            {
                IncludeClosed = parsed.GetValue(closed), Territory = RosterVerb.Path(parsed.GetValue(territory)), ChangedAfter = parsed.GetValue(changed),
                PeakSeverity = Named<V1.Severity>(parsed.GetValue(colour)), Step = Named<V1.Step>(parsed.GetValue(step)), Overdue = parsed.GetValue(overdue), Mine = parsed.GetValue(mine),
                Supervision = parsed.GetResult(supervised) is null ? V1.Supervision.Unspecified : Named<V1.Supervision>(parsed.GetValue(supervised) ?? Degrees[0]),
            }, parsed.GetValue(limit), ct);
            if (parsed.GetValue(json))
            {
                alerts.ForEach(a => terminal.Out.WriteLine(JsonFormatter.Default.Format(a)));
            }
            else if (terminal.IsInteractive)
            {
                terminal.Ansi().Write(AlertTable.Of(alerts));
            }
            else
            {
                alerts.ForEach(a => terminal.Out.WriteLine(AlertText.Line(a)));
            }

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

    private static async Task<List<V1.Alert>> ReadAsync(
        V1.AlertService.AlertServiceClient client, Metadata headers, V1.ListRequest request, int limit, CancellationToken cancellationToken)
    {
        var alerts = new List<V1.Alert>();
        do
        {
            request.PageSize = Math.Min(limit - alerts.Count, 1_000);
            var page = await client.ListAsync(request, headers, cancellationToken: cancellationToken);
            alerts.AddRange(page.Alerts);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0 && alerts.Count < limit);
        return alerts;
    }
}
