using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>alerts</c>: what is open now, or with <c>--closed</c> what ever was.</summary>
internal static class AlertsVerb
{
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
        return OfficerConnection.Verb(terminal, new Command("alerts", "List alerts, newest first.") { closed, json, limit, territory, changed }, async (client, headers, parsed, ct) =>
        {
            var alerts = await ReadAsync(client, headers, new V1.ListRequest
            {
                IncludeClosed = parsed.GetValue(closed), Territory = RosterVerb.Path(parsed.GetValue(territory)), ChangedAfter = parsed.GetValue(changed),
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
