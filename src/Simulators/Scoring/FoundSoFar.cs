namespace PingAnIoT.Simulators;

/// <summary>
/// How many incidents and defects were found while a run still runs, for the progress view; the scorecard at the end joins anew.
/// Threading: alerts come from one thread; the counts may be asked for from any.
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
    private readonly List<double> found = [];

    public FoundSoFar(IReadOnlyList<TruthEntry> truth, TruthLinks links)
    {
        (this.truth, this.links) = (truth, links);
        index = new TruthIndex(truth);
        isFound = new bool[truth.Count];
        findable = [.. truth.Where(IsNeeded).Select(e => e.FindableAt).Order()];
    }

    /// <summary>How many were findable by a moment.</summary>
    public int FindableBy(double time) => UpTo(findable, time);

    /// <summary>How many of them have been found; one that was found before it was findable counts from then on.</summary>
    public int FoundBy(double time)
    {
        lock (found)
        {
            return UpTo(found, time);
        }
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
                var at = truth[number].FindableAt;
                lock (found)
                {
                    found.Insert(UpTo(found, at), at);
                }
            }
        }
    }

    /// <summary>How many of a sorted list are at or before a moment.</summary>
    private static int UpTo(IReadOnlyList<double> sorted, double time)
    {
        var (low, high) = (0, sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] <= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static bool IsNeeded(TruthEntry entry) => entry.Ailment.Sort.Nature != Nature.Nuisance && double.IsFinite(entry.FindableAt);
}
