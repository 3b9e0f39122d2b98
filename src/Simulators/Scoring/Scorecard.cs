using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>A share with the counts behind it.</summary>
public sealed record Share(long Count, long Of)
{
    /// <summary>0 to 1; null when there is nothing to take a share of.</summary>
    public double? Value => Of > 0 ? (double)Count / Of : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}/{Of}");
}

/// <summary>What the run was.</summary>
public sealed record ScoredRun(string Name, ulong Seed, long Devices, double FromSeconds, double UntilSeconds, double DeviceDays, double ElapsedSeconds);

/// <summary>Detection delay against the findable moment, of those found. Percentiles by nearest rank; null when none was found.</summary>
public sealed record DelayFigures(
    long Count, double? MedianSeconds, double? P90Seconds, double? MaxSeconds, double? MedianIntervals, double? P90Intervals, double? MaxIntervals);

/// <summary>How many were found within so many reporting intervals (and more than the bucket before).</summary>
/// <param name="MostIntervals">Null for the last bucket, which has no end.</param>
public sealed record DelayBucket(double? MostIntervals, long Count);

/// <summary>Episodes by verdict.</summary>
public sealed record EpisodeFigures(long True, long False, long Secondary, long Minor)
{
    public long Total => True + False + Secondary + Minor;
}

/// <summary>One sort of truth.</summary>
/// <param name="Sort">Its name.</param>
/// <param name="Kind">Of the devices it happened to.</param>
/// <param name="Nature">What is to be made of it.</param>
/// <param name="AtLeast">Class that counts as found.</param>
/// <param name="Entries">In the truth list.</param>
/// <param name="Found">Of those that had to be found and were given time for it.</param>
/// <param name="Unripe">Findable too shortly before the end to be counted.</param>
/// <param name="Minor">Never findable.</param>
/// <param name="Early">Found before they were findable.</param>
/// <param name="Standing">Missed while an alert of the class stood open since before the onset.</param>
/// <param name="Alerts">Episodes that speak of them.</param>
/// <param name="FalseAlerts">False episodes raised while one of them was live.</param>
/// <param name="Delay">Of those found.</param>
public sealed record SortFigures(
    string Sort, string Kind, Nature Nature, AlertClass AtLeast, long Entries, Share Found, long Unripe, long Minor, long Early, long Standing,
    long Alerts, long FalseAlerts, DelayFigures Delay);

/// <summary>One rule.</summary>
/// <param name="RuleId">As the alerts name it.</param>
/// <param name="Episodes">Its episodes by verdict.</param>
/// <param name="FoundFirst">Entries that it found before any other rule.</param>
public sealed record RuleFigures(string RuleId, EpisodeFigures Episodes, long FoundFirst);

/// <summary>What was sent and what became of it; null where the run could not learn it.</summary>
public sealed record MessageFigures(
    long? Published, long? Acknowledged, long? Refused, long? Resent, long? Readings, long? DeadLettered, IReadOnlyDictionary<string, long>? DeadLetteredBy);

/// <summary>What came twice.</summary>
/// <param name="Events">Same alert and sequence delivered again.</param>
/// <param name="Alerts">Raised while another of the same rule and device was open.</param>
/// <param name="Rows">As the run counted; null when it did not.</param>
public sealed record DoubledFigures(long Events, long Alerts, long? Rows)
{
    public long Total => Events + Alerts + (Rows ?? 0);
}

public sealed record LatencyPoint(double Percentile, double Milliseconds);

/// <summary>From the intended send of a message until the officer's stream delivered its alert.</summary>
public sealed record LatencyFigures(long Count, double P50Ms, double P99Ms, double P999Ms, double MaxMs, IReadOnlyList<LatencyPoint> Percentiles);

/// <summary>An alert as part of a story.</summary>
public sealed record StoryAlert(string RuleId, Verdict Verdict, IReadOnlyList<EpisodeStep> Steps, double? UntilSeconds);

/// <summary>A missed or slowly found entry with what was said meanwhile; null for an end that never comes.</summary>
public sealed record Story(
    string Sort, string Kind, string Device, string Territory, Nature Nature, AlertClass AtLeast, double Severity, double OnsetSeconds,
    double? EndSeconds, double FindableSeconds, double? SettledSeconds, double? FoundSeconds, string? FoundBy, double? DelayIntervals, bool IsStanding,
    IReadOnlyList<StoryAlert> Alerts);

/// <summary>A false alert, to look into.</summary>
/// <param name="Beside">Sorts that were live on the device or its gateway.</param>
public sealed record FalseAlert(string RuleId, string Kind, string Device, string Territory, AlertClass Peak, double RaisedSeconds, IReadOnlyList<string> Beside);

/// <summary>
/// Whether the alerts of a run were right, and what they cost. Made by <see cref="Scorer"/>; its JSON is described in docs/scorecard.md.
/// </summary>
public sealed record Scorecard
{
    /// <summary>Of the JSON; rises when a name changes its meaning.</summary>
    public int Version { get; init; } = 1;

    public required ScoredRun Run { get; init; }

    /// <summary>Of all incidents.</summary>
    public required Share Recall { get; init; }

    /// <summary>Of incidents that ask for red.</summary>
    public required Share RedRecall { get; init; }

    public required Share DefectRecall { get; init; }

    /// <summary>True episodes of true and false ones.</summary>
    public required Share Precision { get; init; }

    public required EpisodeFigures Episodes { get; init; }

    public double? FalsePer1000DeviceDays { get; init; }

    public double? FalsePer10000DeviceDays { get; init; }

    public double? FalsePerDeviceYear { get; init; }

    /// <summary>Mean number of episodes that speak of a found incident.</summary>
    public double? AlertsPerIncident { get; init; }

    public long MostAlertsPerIncident { get; init; }

    /// <summary>Incidents found before they were findable.</summary>
    public long Early { get; init; }

    /// <summary>Of incidents.</summary>
    public required DelayFigures Delay { get; init; }

    public required IReadOnlyList<DelayBucket> DelayBuckets { get; init; }

    /// <summary>The worst first.</summary>
    public required IReadOnlyList<SortFigures> Sorts { get; init; }

    /// <summary>The worst first.</summary>
    public required IReadOnlyList<RuleFigures> Rules { get; init; }

    public required MessageFigures Messages { get; init; }

    /// <summary>Acknowledged readings that the server does not have; null when the run could not learn it.</summary>
    public long? Lost { get; init; }

    public required DoubledFigures Doubled { get; init; }

    public LatencyFigures? Latency { get; init; }

    /// <summary>Up to 50: the missed, then the slowest of more than 2 intervals.</summary>
    public required IReadOnlyList<Story> Stories { get; init; }

    /// <summary>Up to 50, of each rule up to 10.</summary>
    public required IReadOnlyList<FalseAlert> FalseAlerts { get; init; }
}
