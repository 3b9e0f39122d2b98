using HdrHistogram;

namespace PingAnIoT.Simulators;

/// <summary>Makes the scorecard of a run.</summary>
public static class Scorer
{
    private const double DaySeconds = 86_400;
    private const double DaysPerYear = 365.25;
    private static readonly double[] Percentiles = [50, 75, 90, 95, 99, 99.9, 99.99, 100];

    /// <param name="truth">All that was done to the fleet, in any order. Infinite ends of life (<c>SettledAt</c>) are allowed.</param>
    /// <param name="alerts">All that the officer's stream delivered, in any order; repeats are counted as doubled.</param>
    /// <param name="facts">What the run knows.</param>
    /// <param name="links">What was done to their times on the way.</param>
    public static Scorecard Score(IReadOnlyList<TruthEntry> truth, IEnumerable<AlertSeen> alerts, RunFacts facts, TruthLinks links)
    {
        var seen = EpisodeFold.Of(alerts.Select(links.ByTrueClock));
        var join = TruthJoin.Of(truth, seen.Episodes, links.GatewayOf);
        var counted = join.Findings.Where(f => f.IsNeeded && IsRipe(f.Entry, facts)).ToList();
        var incidents = counted.Where(f => f.Entry.Ailment.Sort.Nature == Nature.Incident).ToList();
        var found = incidents.Where(f => f.IsFound).ToList();
        var episodes = Count(join.Judged);
        var days = facts.Devices * Math.Max(0, facts.UntilSeconds - facts.FromSeconds) / DaySeconds;
        double? perDay = days > 0 ? episodes.False / days : null;
        var stories = new Stories(join, counted, facts.AreDelaysKnown);
        return new Scorecard
        {
            Run = new ScoredRun(facts.Name, facts.Seed, facts.Devices, facts.FromSeconds, facts.UntilSeconds, days, facts.Elapsed.TotalSeconds),
            Recall = Found(incidents),
            RedRecall = Found(incidents.Where(f => f.Entry.Ailment.Sort.AtLeast == AlertClass.Red)),
            DefectRecall = Found(counted.Where(f => f.Entry.Ailment.Sort.Nature == Nature.Defect)),
            Precision = new Share(episodes.True, episodes.True + episodes.False),
            Episodes = episodes,
            FalsePer1000DeviceDays = perDay * 1_000,
            FalsePer10000DeviceDays = perDay * 10_000,
            FalsePerDeviceYear = perDay * DaysPerYear,
            AlertsPerIncident = found.Count > 0 ? found.Average(f => f.Episodes) : null,
            MostAlertsPerIncident = found.Select(f => f.Episodes).DefaultIfEmpty().Max(),
            Early = found.Count(f => f.IsEarly),
            Delay = Delays.Of(facts.AreDelaysKnown ? incidents : []),
            DelayBuckets = Delays.Buckets(facts.AreDelaysKnown ? incidents : []),
            Sorts = Sorts(join.Findings, facts, stories.Standing),
            Rules = Rules(join),
            Messages = Messages(facts),
            Lost = facts.Lost,
            Doubled = new DoubledFigures(seen.DoubledEvents, seen.DoubledAlerts, facts.DoubledRows),
            Latency = facts.LatencyMicros is { TotalCount: > 0 } micros ? Latency(micros) : null,
            Stories = stories.Picked,
            FalseAlerts = stories.False(),
        };
    }

    private static bool IsRipe(TruthEntry entry, RunFacts facts) => entry.FindableAt + (facts.RipeIntervals * entry.ReportSeconds) <= facts.UntilSeconds;

    private static Share Found(IEnumerable<Finding> counted)
    {
        var list = counted as IReadOnlyCollection<Finding> ?? counted.ToList();
        return new Share(list.Count(f => f.IsFound), list.Count);
    }

    private static EpisodeFigures Count(IEnumerable<JudgedEpisode> judged)
    {
        var counts = new long[4];
        foreach (var episode in judged)
        {
            counts[(int)episode.Verdict]++;
        }

        return new EpisodeFigures(counts[(int)Verdict.True], counts[(int)Verdict.False], counts[(int)Verdict.Secondary], counts[(int)Verdict.Minor]);
    }

    private static List<SortFigures> Sorts(IReadOnlyList<Finding> findings, RunFacts facts, IReadOnlySet<Finding> standing) =>
        [.. findings.GroupBy(f => (f.Entry.Ailment.Sort.Name, f.Entry.Kind)).Select(g => Sort([.. g], facts, standing))
            .OrderByDescending(s => s.Found.Of - s.Found.Count).ThenByDescending(s => s.FalseAlerts)
            .ThenByDescending(s => s.Delay.MedianIntervals ?? -1).ThenBy(s => s.Sort, StringComparer.Ordinal).ThenBy(s => s.Kind, StringComparer.Ordinal)];

    private static SortFigures Sort(List<Finding> all, RunFacts facts, IReadOnlySet<Finding> standing)
    {
        var sort = all[0].Entry.Ailment.Sort;
        var needed = all.Where(f => f.IsNeeded).ToList();
        var counted = needed.Where(f => IsRipe(f.Entry, facts)).ToList();
        return new SortFigures(
            sort.Name, all[0].Entry.Kind, sort.Nature, sort.AtLeast, all.Count, Found(counted), needed.Count - counted.Count,
            sort.Nature == Nature.Nuisance ? 0 : all.Count - needed.Count, counted.Count(f => f.IsEarly), counted.Count(standing.Contains),
            all.Sum(f => (long)f.Episodes), all.Sum(f => (long)f.FalseEpisodes), Delays.Of(facts.AreDelaysKnown ? counted : []));
    }

    private static List<RuleFigures> Rules(TruthJoin join)
    {
        var first = join.Findings.Where(f => f.FoundBy is not null).CountBy(f => f.FoundBy!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return [.. join.Judged.GroupBy(j => j.Episode.RuleId, StringComparer.Ordinal)
            .Select(g => new RuleFigures(g.Key, Count(g), first.GetValueOrDefault(g.Key)))
            .OrderByDescending(r => r.Episodes.False).ThenByDescending(r => r.Episodes.Total).ThenBy(r => r.RuleId, StringComparer.Ordinal)];
    }

    private static MessageFigures Messages(RunFacts facts) => new(
        facts.Published, facts.Acknowledged, facts.Refused, facts.Resent, facts.Readings, facts.DeadLettered?.Values.Sum(),
        facts.DeadLettered is null ? null : new SortedDictionary<string, long>(facts.DeadLettered.ToDictionary(), StringComparer.Ordinal));

    private static LatencyFigures Latency(LongHistogram micros)
    {
        double At(double percentile) => micros.GetValueAtPercentile(percentile) / 1000.0;
        return new LatencyFigures(micros.TotalCount, At(50), At(99), At(99.9), At(100), [.. Percentiles.Select(p => new LatencyPoint(p, At(p)))]);
    }
}
