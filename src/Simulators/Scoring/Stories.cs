namespace PingAnIoT.Simulators;

/// <summary>Picks what is worth looking into: the missed, the slow and the false.</summary>
internal sealed class Stories
{
    private const int Most = 50;
    private const int MostAlerts = 20;
    private const int MostFalseOfARule = 10;
    private const double SlowIntervals = 2;
    private readonly TruthJoin join;
    private readonly bool areDelaysKnown;
    private readonly HashSet<Finding> standing = [];
    private readonly Dictionary<Subject, List<JudgedEpisode>> missedDevices = [];

    /// <param name="join">The join.</param>
    /// <param name="counted">Entries that had to be found and were given time for it.</param>
    /// <param name="areDelaysKnown">Else none is slow.</param>
    public Stories(TruthJoin join, IReadOnlyList<Finding> counted, bool areDelaysKnown)
    {
        (this.join, this.areDelaysKnown) = (join, areDelaysKnown);
        var missed = counted.Where(f => !f.IsFound).OrderBy(f => f.Entry.Ailment.Sort.Nature).ThenByDescending(f => f.Entry.Ailment.Sort.AtLeast)
            .ThenBy(f => f.Entry.Ailment.Onset).ToList();
        var slow = counted.Where(f => areDelaysKnown && f.IsFound && f.DelayIntervals > SlowIntervals).OrderByDescending(f => f.DelayIntervals).ToList();
        List<Finding> picked = [.. missed.Concat(slow).Take(Most)];
        foreach (var finding in missed.Concat(picked))
        {
            missedDevices.TryAdd(Subject.Of(finding.Entry), []);
        }

        foreach (var episode in join.Judged)
        {
            if (missedDevices.TryGetValue(Subject.Of(episode.Episode.First.Kind, episode.Episode.First.Device), out var list))
            {
                list.Add(episode);
            }
        }

        standing = [.. missed.Where(IsStanding)];
        Picked = [.. picked.Select(Tell)];
    }

    public IReadOnlyList<Story> Picked { get; }

    /// <summary>Missed entries at whose onset an alert of their class stood open on the device already.</summary>
    public IReadOnlySet<Finding> Standing => standing;

    public IReadOnlyList<FalseAlert> False()
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        var picked = new List<FalseAlert>();
        foreach (var (episode, verdict, entries) in join.Judged)
        {
            if (verdict != Verdict.False)
            {
                continue;
            }

            var count = left[episode.RuleId] = left.GetValueOrDefault(episode.RuleId) + 1;
            if (count <= MostFalseOfARule)
            {
                var beside = entries.Select(e => join.Findings[e].Entry.Ailment.Sort.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
                var first = episode.First;
                picked.Add(new FalseAlert(episode.RuleId, first.Kind, first.Device, first.Territory, episode.Peak, first.EventSeconds, [.. beside]));
                if (picked.Count == Most)
                {
                    break;
                }
            }
        }

        return picked;
    }

    private bool IsStanding(Finding finding)
    {
        var (entry, sort) = (finding.Entry, finding.Entry.Ailment.Sort);
        return missedDevices[Subject.Of(entry)].Exists(judged =>
        {
            var episode = judged.Episode;
            var at = episode.Steps.LastOrDefault(s => s.EventSeconds <= entry.Ailment.Onset);
            return TruthJoin.Fits(episode.IsFault, sort.Nature) && at.Class >= sort.AtLeast && episode.UntilSeconds > entry.Ailment.Onset;
        });
    }

    private Story Tell(Finding finding)
    {
        var (entry, ailment) = (finding.Entry, finding.Entry.Ailment);
        var alerts = missedDevices[Subject.Of(entry)]
            .Where(j => j.Episode.First.EventSeconds <= entry.SettledAt && j.Episode.UntilSeconds >= ailment.Onset - TruthIndex.StampSeconds)
            .Take(MostAlerts).Select(j => new StoryAlert(j.Episode.RuleId, j.Verdict, j.Episode.Steps, Finite(j.Episode.UntilSeconds)));
        return new Story(
            ailment.Sort.Name, entry.Kind, entry.Device, entry.Territory, ailment.Sort.Nature, ailment.Sort.AtLeast, ailment.Severity, ailment.Onset,
            Finite(ailment.End), entry.FindableAt, Finite(entry.SettledAt), Finite(finding.FoundAt), finding.FoundBy, finding.IsFound && areDelaysKnown ? finding.DelayIntervals : null,
            standing.Contains(finding), [.. alerts]);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
