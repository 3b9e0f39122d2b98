namespace PingAnIoT.Simulators;

/// <summary>
/// How many incidents and defects were found while a run still runs, for the progress view; the scorecard at the end joins anew.
/// Threading: owned by the thread that takes the alerts; <see cref="Found"/> may be read by any.
/// </summary>
public sealed class FoundSoFar
{
    private readonly IReadOnlyList<TruthEntry> truth;
    private readonly TruthLinks links;
    private readonly TruthIndex index;
    private readonly double[] findable;
    private readonly bool[] isFound;
    private readonly Dictionary<string, AlertClass> classes = new(StringComparer.Ordinal);
    private readonly List<int> live = [];
    private long found;

    public FoundSoFar(IReadOnlyList<TruthEntry> truth, TruthLinks links)
    {
        (this.truth, this.links) = (truth, links);
        index = new TruthIndex(truth);
        isFound = new bool[truth.Count];
        findable = [.. truth.Where(IsNeeded).Select(e => e.FindableAt).Order()];
    }

    public long Found => Volatile.Read(ref found);

    /// <summary>How many were findable by a moment.</summary>
    public int FindableBy(double time)
    {
        var at = Array.BinarySearch(findable, time);
        at = at < 0 ? ~at : at;
        while (at < findable.Length && findable[at] <= time)
        {
            at++;
        }

        return at;
    }

    public void Add(AlertSeen seen)
    {
        var before = classes.GetValueOrDefault(seen.AlertId);
        classes[seen.AlertId] = seen.Class;
        var isFault = seen.Class == AlertClass.Fault;
        if (seen.Class == AlertClass.None || (seen.Class <= before && isFault == (before == AlertClass.Fault)))
        {
            return;
        }

        live.Clear();
        index.At(Subject.Of(seen), links.ByTrueClock(seen).EventSeconds, live);
        foreach (var number in live)
        {
            var sort = truth[number].Ailment.Sort;
            if (!isFound[number] && IsNeeded(truth[number]) && TruthJoin.Fits(isFault, sort.Nature) && seen.Class >= sort.AtLeast)
            {
                isFound[number] = true;
                Volatile.Write(ref found, found + 1);
            }
        }
    }

    private static bool IsNeeded(TruthEntry entry) => entry.Ailment.Sort.Nature != Nature.Nuisance && double.IsFinite(entry.FindableAt);
}
