using System.CommandLine;
using System.Globalization;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary><c>counters</c>: what came in since the server's start, and what became of it.</summary>
internal static class CountersVerb
{
    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("counters", "Show what came in since the server's start, and what became of it.") { json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.FleetService.FleetServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var counters = await client.GetCountersAsync(new V1.GetCountersRequest(), headers, cancellationToken: ct);
            foreach (var line in parsed.GetValue(json) ? [JsonFormatter.Default.Format(counters)] : Lines(counters))
            {
                await terminal.Out.WriteLineAsync(line);
            }

            return ExitCode.Done;
        });
    }

    private static IEnumerable<string> Lines(V1.GetCountersResponse counters)
    {
        var table = new TextTable();
        table.Add("messages received", N(counters.ReceivedMessages));
        table.Add("messages accepted", N(counters.AcceptedMessages));
        table.Add("messages dead-lettered", N(counters.DeadLetteredMessages));
        table.Add("readings accepted", N(counters.AcceptedReadings));
        table.Add("readings refused", N(counters.RefusedReadings));
        table.Add("alerts open", N(counters.OpenAlerts));
        table.Add("entries of the ledger", N(counters.LedgerSequence));
        table.Add("officers' streams", N(counters.Watchers));
        return table.Lines().Append($"since {DutyText.Of(counters.StartTime)}");
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
