using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary>What the rules make of a series, as small tables for the terminal. Times are UTC.</summary>
internal static class ExplanationTable
{
    public static void WriteTo(IAnsiConsole console, V1.ExplainSeriesResponse explanation)
    {
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        facts.AddRow(new Text("series"), new Text($"{explanation.Series} {(explanation.Territory.Length > 0 ? $"in {explanation.Territory}" : "")}"));
        facts.AddRow(new Text("as of"), new Text(explanation.AsOfTime is { } asOf ? $"{asOf.ToDateTimeOffset():yyyy-MM-dd} {Time(asOf)} UTC" : "before the first tick"));
        facts.AddRow(new Text("newest reading"), new Text(Newest(explanation)));
        if (explanation.Readings.Count > 0)
        {
            facts.AddRow(new Text("its clock"), new Text(Clock(explanation)));
            facts.AddRow(new Text("readings kept"), new Text(string.Create(
                CultureInfo.InvariantCulture, $"{explanation.ReadingsKept}; the newest: {string.Join("  ", explanation.Readings.Select(r => Number(r.Value)))}")));
        }

        console.Write(facts);
        if (explanation.Rules.Count > 0)
        {
            console.Write(Rules(explanation));
        }

        if (explanation.Silences.Count > 0)
        {
            console.Write(Silences(explanation));
        }

        if (explanation.Rules.Count + explanation.Silences.Count == 0)
        {
            console.Write(new Text("No rule watches it.\n"));
        }
    }

    private static Table Rules(V1.ExplainSeriesResponse explanation)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("rule", "window", "band", "now", "waiting", "says");
        foreach (var rule in explanation.Rules)
        {
            AddTo(table, rule, rule.RuleId, explanation.Unit);
            foreach (var part in rule.Parts)
            {
                AddTo(table, part, $"  of {part.Quantity}", "");
            }
        }

        return table;
    }

    private static void AddTo(Table table, V1.RuleOnSeries rule, string name, string unit)
    {
        var value = rule.HasValue ? AlertText.Value(rule.Value, unit) : "no value";
        var window = (rule.Parts.Count > 0 ? rule.When : $"{rule.When} = {value} of {rule.ReadingsInWindow}") + (rule.OutsideSchedule ? ", outside its hours" : "") + (rule.Latched ? ", latched" : "");
        for (var b = 0; b < rule.Bands.Count; b++)
        {
            var band = rule.Bands[b];
            var threshold = rule.Parts.Count > 0
                ? ""
                : $" {band.Comparison} {Number(band.Threshold)} ({(band.SetPoint.Length > 0 ? $"set-point {band.SetPoint}" : "the rule's")})";
            table.AddRow(
                new Text(b == 0 ? name : ""), new Text(b == 0 ? window : ""), new Text(AlertText.Word(band.Severity) + threshold),
                new Text(band.Crossed ? "crossed" : !band.Violated ? "-" : rule.Parts.Count > 0 ? "violated" : $"violated (left at {Number(band.LeftAt)})"),
                new Text(Waiting(rule, band)),
                b == 0 && !name.StartsWith(' ') ? Says(rule.Says, rule.EpisodeTime, rule.Ordinal) : new Text(""));
        }
    }

    private static Table Silences(V1.ExplainSeriesResponse explanation)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("silence", "listened", "last heard", "due", "gateways", "says");
        foreach (var silence in explanation.Silences)
        {
            var gateways = silence.Gateways.Select(g => $"{g.Name} {(!g.HasOnline ? "unknown" : g.Online ? "online" : "offline")}");
            table.AddRow(
                new Text($"{silence.RuleId} {silence.When}"), new Text(string.Create(CultureInfo.InvariantCulture, $"{silence.ListenedSeconds:0.#} s")),
                new Text(silence.HeardTime is { } heard ? Time(heard) : "not yet listened for"),
                new Text(silence.DueTime is { } due ? Time(due) : silence.HeardTime is not null && !silence.Listening ? "nobody listens" : "-"),
                new Text(string.Join(", ", gateways)), Says(silence.Says, silence.EpisodeTime, silence.Ordinal));
        }

        return table;
    }

    private static string Newest(V1.ExplainSeriesResponse explanation)
    {
        if (explanation.Readings.Count == 0)
        {
            return "none";
        }

        var newest = explanation.Readings[^1];
        var age = explanation.AsOfTime is { } asOf ? $", {Number(Math.Max(0, (asOf.ToDateTimeOffset() - newest.EventTime.ToDateTimeOffset()).TotalSeconds))} s before" : "";
        return $"{AlertText.Value(newest.Value, explanation.Unit)} of {Time(newest.EventTime)}{age}";
    }

    private static string Clock(V1.ExplainSeriesResponse explanation) => explanation.ClockEndTime is not { } end
        ? $"{Time(explanation.ClockTime)}; only readings move it, as the newest was old when it came"
        : explanation.ClockTime.Equals(end)
        ? $"{Time(explanation.ClockTime)}; it stands there until a reading comes"
        : $"{Time(explanation.ClockTime)}; ticks move it up to {Time(end)}";

    private static string Waiting(V1.RuleOnSeries rule, V1.BandOnSeries band) => rule.WaitingTime is { } first && (band.DueTime is null || band.DueTime.Equals(rule.WaitingUntilTime))
        ? $"for the second since {Time(first)}, until {Time(rule.WaitingUntilTime)}" + (band.DueWithReading ? " with a reading" : "")
        : band.PendingTime is not { } since
        ? "-"
        : $"to {(AlertText.Rank(band.Severity) < AlertText.Rank(rule.Says) ? "come on" : "go off")} since {Time(since)}, due {Time(band.DueTime)}"
            + (band.DueWithReading ? " with a reading" : "");

    private static Text Says(V1.Severity says, Timestamp? episode, int ordinal) => new(
        AlertText.Word(says) + (episode is null ? "" : string.Create(CultureInfo.InvariantCulture, $" since {Time(episode)}, no. {ordinal}")),
        new Style(AlertText.Colour(says)));

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Time(Timestamp time) => time.ToDateTimeOffset().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
