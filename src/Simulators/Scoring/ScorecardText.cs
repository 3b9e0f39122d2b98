using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>A scorecard for a terminal: plain text of at most 100 columns, the worst first.</summary>
public static class ScorecardText
{
    private const int MostExamples = 10;

    /// <param name="card">What is told.</param>
    /// <param name="isWatched">False where nobody watched the alerts: then there is nothing to tell of them.</param>
    public static string Write(Scorecard card, bool isWatched = true)
    {
        var text = new StringBuilder();
        var run = card.Run;
        Line(text, isWatched ? $"Scorecard of {run.Name}, seed {run.Seed}" : $"Published of {run.Name}, seed {run.Seed}");
        Line(text, $"  {Wording.Count(run.Devices)} devices, {Wording.Moment(run.FromSeconds)} to {Wording.Moment(run.UntilSeconds)}, "
            + $"{Wording.Short(run.DeviceDays)} device-days, in {Wording.Short(run.ElapsedSeconds)} s");
        text.AppendLine();
        if (!isWatched)
        {
            Messages(text, card);
            Line(text, $"  readings: {Wording.Count(card.Messages.Readings)} published");
            return text.ToString();
        }

        Shares(text, card);
        Sorts(text, card);
        Rules(text, card);
        Messages(text, card);
        Transport(text, card);
        Examples(text, card);
        return text.ToString();
    }

    private static void Shares(StringBuilder text, Scorecard card)
    {
        var table = new TextTable("right?", "share", "counts");
        foreach (var (name, share) in new[]
            { ("recall of incidents", card.Recall), ("recall of red incidents", card.RedRecall), ("recall of defects", card.DefectRecall), ("precision", card.Precision) })
        {
            table.Add(name, Wording.Value(share), share.ToString());
        }

        table.Write(text);
        var e = card.Episodes;
        Line(text, $"  episodes: {e.True} true, {e.False} false, {e.Secondary} secondary (behind a lost gateway), {e.Minor} minor (never findable)");
        Line(text, $"  false alerts: {Wording.Number(card.FalsePer1000DeviceDays)} per 1,000 device-days, "
            + $"{Wording.Number(card.FalsePer10000DeviceDays)} per 10,000, {Wording.Number(card.FalsePerDeviceYear)} per device-year");
        Line(text, $"  alerts per found incident: {Wording.Short(card.AlertsPerIncident)}, most {card.MostAlertsPerIncident}; found early: {card.Early}");
        var d = card.Delay;
        Line(text, d.Count == 0 && card.Recall.Count > 0 ? "  detection delay: not recorded, as latency: both need real time" : $"  detection delay: median {Wording.Short(d.MedianSeconds)} s, p90 {Wording.Short(d.P90Seconds)} s, max {Wording.Short(d.MaxSeconds)} s; "
            + $"in intervals {Wording.Short(d.MedianIntervals)}, {Wording.Short(d.P90Intervals)}, {Wording.Short(d.MaxIntervals)}");
        text.AppendLine();
    }

    private static void Sorts(StringBuilder text, Scorecard card)
    {
        var table = new TextTable("sort", "found", "missed", "early", "p50 s", "p90 s", "max s", "p50 iv", "alerts", "false");
        foreach (var s in card.Sorts)
        {
            var isNuisance = s.Nature == Nature.Nuisance;
            table.Add(
                $"{s.Sort} ({s.Kind})", isNuisance ? $"- of {s.Entries}" : s.Found.ToString(), isNuisance ? "-" : Wording.Count(s.Found.Of - s.Found.Count),
                Wording.Count(s.Early), Wording.Short(s.Delay.MedianSeconds), Wording.Short(s.Delay.P90Seconds), Wording.Short(s.Delay.MaxSeconds),
                Wording.Short(s.Delay.MedianIntervals), Wording.Count(s.Alerts), Wording.Count(s.FalseAlerts));
        }

        table.Write(text);
        var (minor, unripe, standing) = (card.Sorts.Sum(s => s.Minor), card.Sorts.Sum(s => s.Unripe), card.Sorts.Sum(s => s.Standing));
        Line(text, $"  not counted: {minor} never findable, {unripe} just before the end; missed behind a standing alert: {standing}");
        text.AppendLine();
    }

    private static void Rules(StringBuilder text, Scorecard card)
    {
        var table = new TextTable("rule", "true", "false", "secondary", "minor", "found first");
        foreach (var r in card.Rules)
        {
            var e = r.Episodes;
            table.Add(r.RuleId, Wording.Count(e.True), Wording.Count(e.False), Wording.Count(e.Secondary), Wording.Count(e.Minor), Wording.Count(r.FoundFirst));
        }

        table.Write(text);
        text.AppendLine();
    }

    private static void Messages(StringBuilder text, Scorecard card)
    {
        var m = card.Messages;
        Line(text, $"  messages: {Wording.Count(m.Published)} published, {Wording.Count(m.Acknowledged)} acknowledged, {Wording.Count(m.Refused)} refused, "
            + $"{Wording.Count(m.Resent)} resent");
    }

    private static void Transport(StringBuilder text, Scorecard card)
    {
        var m = card.Messages;
        Line(text, $"  readings: {Wording.Count(m.Readings)} published, {Wording.Count(card.Lost)} lost, {Wording.Count(card.Doubled.Total)} doubled, "
            + $"{Wording.Count(m.DeadLettered)} dead-lettered");
        foreach (var (reason, count) in (m.DeadLetteredBy ?? new Dictionary<string, long>()).OrderByDescending(p => p.Value))
        {
            Line(text, $"    {Wording.Count(count)} {reason}");
        }

        Line(text, card.Latency is { } l
            ? $"  publish to stream: p50 {Wording.Short(l.P50Ms)} ms, p99 {Wording.Short(l.P99Ms)} ms, p99.9 {Wording.Short(l.P999Ms)} ms, "
                + $"max {Wording.Short(l.MaxMs)} ms of {Wording.Count(l.Count)}"
            : "  publish to stream: not recorded");
    }

    private static void Examples(StringBuilder text, Scorecard card)
    {
        var missed = card.Stories.Where(s => s.FoundSeconds is null).Take(MostExamples).ToList();
        if (missed.Count > 0)
        {
            text.AppendLine().AppendLine("  missed");
        }

        foreach (var s in missed)
        {
            Line(text, $"    {Wording.Moment(s.FindableSeconds)} {s.Sort} {Wording.Short(s.Severity)} asks for {s.AtLeast}: {s.Device}");
        }

        if (card.FalseAlerts.Count > 0)
        {
            text.AppendLine().AppendLine("  false");
        }

        foreach (var f in card.FalseAlerts.Take(MostExamples))
        {
            Line(text, $"    {Wording.Moment(f.RaisedSeconds)} {f.Peak} by {f.RuleId}: {f.Device}{(f.Beside.Count > 0 ? ", beside " + string.Join(", ", f.Beside) : "")}");
        }
    }

    private static void Line(StringBuilder text, string line) => text.AppendLine(TextTable.Cut(line, TextTable.MostColumns));
}
