using System.Runtime.InteropServices;

namespace PingAnIoT.Alerts;

/// <summary>
/// The book by territory, in each in the order of raise, for those who list: a page looks at what may be on it and not at every alert. It follows from
/// snapshot to snapshot by what has changed between them; the writer has nothing to do with it. At a million alerts it takes some 20 MB.
/// Threading: one owner at a time.
/// </summary>
internal sealed class OrderedBook
{
    private readonly Dictionary<string, PlaceRun> runs = new(StringComparer.Ordinal);
    private readonly HashSet<PlaceRun> holed = [];

    /// <summary>What it is the order of.</summary>
    public BookSnapshot Book { get; private set; } = BookSnapshot.Empty;

    /// <summary>Alerts on which work goes on.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Those an officer may see, in no order of places.</summary>
    /// <param name="officer">Who asks.</param>
    /// <param name="territory">The territory asked for; "" for all. An alert of no known place is in none.</param>
    public IEnumerable<PlaceRun> Of(Officer officer, string territory = "") => runs.Values.Where(r => officer.Sees(r.Places, territory));

    /// <summary>The newest that match, newest first.</summary>
    /// <param name="of">Among these.</param>
    /// <param name="before">Only those raised before this entry.</param>
    /// <param name="most">So many at most, from 1.</param>
    /// <param name="matches">Asked of no more than may be among them.</param>
    public static List<PackedAlert> Newest(IEnumerable<PlaceRun> of, long before, int most, Func<PackedAlert, bool> matches)
    {
        var best = new PriorityQueue<PackedAlert, long>();
        var above = long.MinValue;
        foreach (var run in of)
        {
            for (var at = run.CountBefore(before) - 1; at >= 0 && run[at].First > above; at--)
            {
                var (first, alert) = run[at];
                if (!matches(alert))
                {
                    continue;
                }

                best.Enqueue(alert, first);
                if (best.Count > most)
                {
                    best.Dequeue();
                }

                above = best.Count == most && best.TryPeek(out _, out var last) ? last : above;
            }
        }

        var page = new List<PackedAlert>(best.Count);
        while (best.TryDequeue(out var alert, out _))
        {
            page.Add(alert);
        }

        page.Reverse();
        return page;
    }

    /// <summary>Every one, run by run.</summary>
    public static PackedAlert[] All(IEnumerable<PlaceRun> of)
    {
        var runs = of.ToList();
        var all = new PackedAlert[runs.Sum(r => r.Count)];
        var next = 0;
        foreach (var run in runs)
        {
            for (var at = 0; at < run.Count; at++)
            {
                all[next++] = run[at].Alert;
            }
        }

        return all;
    }

    /// <summary>The same one by one, for as long as the book is looked at.</summary>
    public static IEnumerable<PackedAlert> Each(IEnumerable<PlaceRun> of)
    {
        foreach (var run in of)
        {
            for (var at = 0; at < run.Count; at++)
            {
                yield return run[at].Alert;
            }
        }
    }

    /// <summary>Goes on to a newer snapshot.</summary>
    public void Follow(BookSnapshot to)
    {
        var (gone, come) = (new List<PackedAlert>(), new List<PackedAlert>());
        to.Alerts.CompareTo(Book.Alerts, gone, come);
        foreach (var alert in gone)
        {
            var run = runs[alert.Places];
            run.Remove(alert);
            holed.Add(run);
            OpenCount -= alert.IsOpen ? 1 : 0;
        }

        // In their order, so that nearly all are put at the end.
        var keys = come.ConvertAll(a => a.FirstSequence);
        CollectionsMarshal.AsSpan(keys).Sort(CollectionsMarshal.AsSpan(come));
        foreach (var alert in come)
        {
            if (!runs.TryGetValue(alert.Places, out var run))
            {
                runs[alert.Places] = run = new PlaceRun(alert.Places);
            }

            run.Put(alert);
            OpenCount += alert.IsOpen ? 1 : 0;
        }

        foreach (var run in holed)
        {
            run.Close();
            if (run.Count == 0)
            {
                runs.Remove(run.Places);
            }
        }

        holed.Clear();
        Book = to;
    }
}

/// <summary>The alerts of exactly one place, oldest raise first. Threading: as <see cref="OrderedBook"/>.</summary>
/// <param name="places">As in <see cref="Alert.Places"/>.</param>
internal sealed class PlaceRun(string places)
{
    private readonly List<(long First, PackedAlert? Alert)> alerts = [];
    private int holes;

    public string Places => places;

    public int Count => alerts.Count;

    /// <param name="at">From 0.</param>
    public (long First, PackedAlert Alert) this[int at] => alerts[at]!;

    /// <summary>How many were raised before an entry.</summary>
    public int CountBefore(long first)
    {
        var (from, to) = (0, alerts.Count);
        if (to == 0 || alerts[to - 1].First < first)
        {
            return to;
        }

        while (from < to)
        {
            var middle = (from + to) / 2;
            if (alerts[middle].First < first)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }

    /// <summary>Leaves a hole: what takes its place is as a rule the same alert as it is now.</summary>
    public void Remove(PackedAlert alert)
    {
        alerts[CountBefore(alert.FirstSequence)] = (alert.FirstSequence, null);
        holes++;
    }

    public void Put(PackedAlert alert)
    {
        var (first, at) = (alert.FirstSequence, CountBefore(alert.FirstSequence));
        if (at < alerts.Count && alerts[at] is (var same, null) && same == first)
        {
            alerts[at] = (first, alert);
            holes--;
        }
        else
        {
            alerts.Insert(at, (first, alert));
        }
    }

    public void Close()
    {
        if (holes > 0)
        {
            alerts.RemoveAll(a => a.Alert is null);
            holes = 0;
        }
    }
}
