using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>One number of a scorecard by name, as <c>--fail-if</c> and the difference of two scorecards use it.</summary>
/// <param name="Name">Lower-case with dashes.</param>
/// <param name="Meaning">With its unit.</param>
/// <param name="IsBetterHigh">True: more is better; false: less is better; null: neither.</param>
/// <param name="Value">Null when it cannot be had.</param>
/// <param name="Why">Why it cannot be had.</param>
/// <param name="Counts">The counts behind it; null when there are none.</param>
public sealed record ScoreFigure(
    string Name, string Meaning, bool? IsBetterHigh, Func<Scorecard, double?> Value, string Why, Func<Scorecard, Share?> Counts)
{
    private const string NoDevices = "the run had no devices or took no time";
    private const string NotKnown = "the run could not learn it";
    private const string NoLatency = "no latency was recorded";
    private const string NoneFound = "no incident was found";
    private const string NoDelay = "no incident was found, or not in real time";

    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<ScoreFigure> All { get; } =
    [
        OfShare("recall", "incidents found, 0 to 1", c => c.Recall, "no incidents in the run"),
        OfShare("red-recall", "incidents that ask for red and were found, 0 to 1", c => c.RedRecall, "no incidents that ask for red in the run"),
        OfShare("defect-recall", "defects told as faults, 0 to 1", c => c.DefectRecall, "no defects in the run"),
        OfShare("precision", "true episodes of true and false ones, 0 to 1", c => c.Precision, "no alerts to judge"),
        Less("missed", "incidents not found", c => c.Recall.Of > 0 ? c.Recall.Of - c.Recall.Count : null, "no incidents in the run"),
        Less("false-alerts", "false episodes", c => c.Episodes.False, ""),
        Less("false-per-1000-device-days", "false episodes", c => c.FalsePer1000DeviceDays, NoDevices),
        Less("false-per-10000-device-days", "false episodes", c => c.FalsePer10000DeviceDays, NoDevices),
        Less("false-per-device-year", "false episodes", c => c.FalsePerDeviceYear, NoDevices),
        Less("alerts-per-incident", "episodes that speak of a found incident, mean", c => c.AlertsPerIncident, NoneFound),
        Less("median-delay-s", "detection delay, seconds", c => c.Delay.MedianSeconds, NoDelay),
        Less("p90-delay-s", "detection delay, seconds", c => c.Delay.P90Seconds, NoDelay),
        Less("max-delay-s", "detection delay, seconds", c => c.Delay.MaxSeconds, NoDelay),
        Less("median-delay-intervals", "detection delay, reporting intervals", c => c.Delay.MedianIntervals, NoDelay),
        Less("p90-delay-intervals", "detection delay, reporting intervals", c => c.Delay.P90Intervals, NoDelay),
        Less("max-delay-intervals", "detection delay, reporting intervals", c => c.Delay.MaxIntervals, NoDelay),
        More("published", "messages", c => c.Messages.Published, NotKnown),
        More("acknowledged", "messages", c => c.Messages.Acknowledged, NotKnown),
        Less("unacknowledged", "messages published and neither acknowledged nor refused", Unacknowledged, NotKnown),
        Less("refused", "messages", c => c.Messages.Refused, NotKnown),
        Less("resent", "messages", c => c.Messages.Resent, NotKnown),
        More("readings", "published", c => c.Messages.Readings, NotKnown),
        Less("dead-lettered", "all reasons together", c => c.Messages.DeadLettered, NotKnown),
        Less("lost", "acknowledged readings that the server does not have", c => c.Lost, NotKnown),
        Less("doubled", "events, alerts and rows that came twice", c => c.Doubled.Total, ""),
        Less("p50-ms", "publish to stream, milliseconds", c => c.Latency?.P50Ms, NoLatency),
        Less("p99-ms", "publish to stream, milliseconds", c => c.Latency?.P99Ms, NoLatency),
        Less("p99.9-ms", "publish to stream, milliseconds", c => c.Latency?.P999Ms, NoLatency),
        Less("max-ms", "publish to stream, milliseconds", c => c.Latency?.MaxMs, NoLatency),
    ];

    /// <summary>The number of a card as text, with the counts behind it.</summary>
    public string Text(Scorecard card) => Value(card) is not { } value ? $"unknown ({Why})"
        : Counts(card) is { } counts ? $"{Number(value)} ({counts})" : Number(value);

    internal static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 1_000 || value == Math.Truncate(value) ? "0" : "0.#########", CultureInfo.InvariantCulture);

    private static double? Unacknowledged(Scorecard card) => card.Messages.Published - card.Messages.Acknowledged - (card.Messages.Refused ?? 0);

    private static ScoreFigure OfShare(string name, string meaning, Func<Scorecard, Share> share, string why) =>
        new(name, meaning, true, c => share(c).Value, why, share);

    private static ScoreFigure Less(string name, string meaning, Func<Scorecard, double?> value, string why) => new(name, meaning, false, value, why, _ => null);

    private static ScoreFigure More(string name, string meaning, Func<Scorecard, double?> value, string why) => new(name, meaning, null, value, why, _ => null);
}
