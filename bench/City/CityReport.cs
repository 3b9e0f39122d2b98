using System.Globalization;
using HdrHistogram;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>A run's figures as a table, and what must not have happened.</summary>
internal static class CityReport
{
    private const double MebiByte = 1024.0 * 1024;

    public static Report Of(CityOptions options, TruthPlan plan, CityResult seen, JournalProof journal, LedgerProof ledger, bool isClean, TimeSpan firstStart)
    {
        var (played, fleet) = (seen.Played, plan.Fleet);
        var (counters, seconds) = (played.Counters, played.Elapsed.TotalSeconds);
        var pace = double.IsPositiveInfinity(options.Speed) ? "as fast as acknowledged" : options.IsRealTime ? "in real time" : Text($"at {options.Speed} times real time");
        var form = options.Packs > 0 ? Text($"packs of {options.Packs} readings{(options.IsCbor ? " in CBOR" : "")}") : "a message of each device";
        var report = new Report($"The {options.Shape.Name} fleet, {pace}, {form}", "what", "figure");
        report.Row("fleet", Text($"{fleet.Devices:N0} devices, {fleet.Points:N0} points, {fleet.Gateways.Length} gateways, seed {fleet.Seed}; {plan.Count:N0} things happen"));
        report.Row("fleet's time; took", Text($"{(plan.To - plan.From) / 60:F1} min; {seconds / 60:F2} min, {(plan.To - plan.From) / seconds:F1} times real time"));
        report.Row("published", Text($"{counters.Published / seconds:N0} messages/s, {played.Readings / seconds:N0} readings/s ({counters.Published:N0} messages)"));
        report.Row("acknowledged", Text($"{counters.Acknowledged / seconds:N0} messages/s, {played.ReadingsAcknowledged / seconds:N0} readings/s ({counters.Acknowledged:N0} messages)"));
        report.Row("publish, from due, to PUBACK p50 / p99 / p99.9 / max ms", Percentiles(counters.AckMicros));
        report.Row("publish, from due, to officer's stream p50 / p99 / p99.9 / max ms", Percentiles(seen.LatencyMicros));
        report.Row("the same of readings due while the server was away or catching up", Percentiles(seen.InterruptedMicros));
        report.Row("server, share of one core", Text($"{seen.ServerTime.TotalSeconds / seconds:P1}"));
        report.Row("generator and officer, share of one core", Text($"{seen.GeneratorTime.TotalSeconds / seconds:P1}"));
        report.Row("server, most memory resident", Text($"{seen.PeakBytes / MebiByte:N0} MiB"));
        report.Row("first start to ready", Text($"{firstStart.TotalMilliseconds:N0} ms"));
        if (seen.Crash is { } crash)
        {
            report.Row("from kill -9 to ready", Text($"{crash.Ready.TotalMilliseconds:N0} ms"));
            report.Row("from kill -9 to caught up", crash.CaughtUp is { } time ? Text($"{time.TotalMilliseconds:N0} ms") : "not before the end");
            report.Row("messages sent again; twice in the journal", Text($"{counters.Resent:N0}; {journal.Again:N0}"));
        }

        report.Row("readings not judged at the last PUBACK; a moment later", Text($"{seen.Behind.AtTheEnd:N0}; {seen.Behind.Now:N0}"));
        report.Row("messages never acknowledged", Text($"{counters.Published - counters.Acknowledged - counters.Refused:N0}"));
        report.Row("acknowledged and not in the journal (lost)", Text($"{journal.Lost:N0} of {counters.Acknowledged:N0}; {journal.Messages:N0} in the journal, {journal.Strangers:N0} unknown, {journal.Refused:N0} refused"));
        report.Row("changes of alerts: in the ledger; doubled; not told to the officer; told twice", Text($"{ledger.Changes:N0}; {ledger.Doubled:N0}; {ledger.Untold:N0}; {ledger.ToldTwice:N0}"));
        report.Row("`pinganiot verify`", isClean ? "clean" : "NOT CLEAN");
        return report;
    }

    /// <returns>Empty for a run that lost nothing and doubled nothing.</returns>
    public static List<string> Wrong(CityResult seen, JournalProof journal, LedgerProof ledger, bool isClean)
    {
        var counters = seen.Played.Counters;
        var wrong = new List<string>();
        Must(counters.Acknowledged > 0, "nothing was acknowledged");
        Must(counters.Published == counters.Acknowledged, Text($"{counters.Published - counters.Acknowledged} messages were never acknowledged"));
        Must(journal.Lost == 0, Text($"{journal.Lost} acknowledged messages are not in the journal"));
        Must(journal.Strangers == 0, Text($"{journal.Strangers} messages in the journal are not the fleet's"));
        Must(journal.Refused == 0, Text($"{journal.Refused} messages were refused"));
        Must(journal.DamagedBytes == 0 || seen.Crash is not null, Text($"{journal.DamagedBytes} bytes of the journal are damaged"));
        Must(ledger.Doubled == 0 && ledger.ToldTwice == 0, Text($"{ledger.Doubled} changes doubled in the ledger, {ledger.ToldTwice} told twice"));
        Must(ledger.Untold == 0, Text($"{ledger.Untold} changes were not told to the officer"));
        Must(seen.Behind.Now <= 0, Text($"{seen.Behind.Now} readings were not judged"));
        Must(isClean, "verify is not clean");
        return wrong;

        void Must(bool isSo, string otherwise)
        {
            if (!isSo)
            {
                wrong.Add(otherwise);
            }
        }
    }

    private static string Percentiles(LongHistogram micros) => micros.TotalCount == 0
        ? "none"
        : Text($"{Report.Millis(micros.GetValueAtPercentile(50))} / {Report.Millis(micros.GetValueAtPercentile(99))} / {Report.Millis(micros.GetValueAtPercentile(99.9))} / {Report.Millis(micros.GetValueAtPercentile(100))} ({micros.TotalCount:N0})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
