using System.Runtime.InteropServices;

namespace PingAnIoT.Simulators;

/// <summary>
/// Which truth entries are live at a moment for a device, a link or a place, without looking at all of them. Entries are told by their number in the list.
/// Threading: owned by one thread (the places are indexed at the first question about one).
/// </summary>
internal sealed class TruthIndex
{
    /// <summary>Payloads carry whole seconds or milliseconds, so what happens at the onset may be stamped up to a second before it.</summary>
    public const double StampSeconds = 1;

    private readonly IReadOnlyList<TruthEntry> entries;
    private readonly Dictionary<Subject, Line> lines;
    private Dictionary<Subject, Line>? places;

    public TruthIndex(IReadOnlyList<TruthEntry> entries)
    {
        this.entries = entries;
        var lists = new Dictionary<Subject, List<int>>();
        for (var i = 0; i < entries.Count; i++)
        {
            Put(lists, Subject.Of(entries[i]), i);
        }

        lines = Seal(lists);
    }

    /// <summary>Adds the numbers of the entries that are live at a moment: from their onset until they have settled.</summary>
    public void At(Subject subject, double time, List<int> into)
    {
        var from = subject.IsOfPlace ? places ??= Places() : lines;
        if (from.TryGetValue(subject, out var line))
        {
            line.At(time, into);
        }
    }

    public static bool IsLive(TruthEntry entry, double time) => entry.Ailment.Onset - StampSeconds <= time && time <= entry.SettledAt;

    /// <summary>Each entry under its grid and under every territory that the grid lies in.</summary>
    private Dictionary<Subject, Line> Places()
    {
        var lists = new Dictionary<Subject, List<int>>();
        for (var i = 0; i < entries.Count; i++)
        {
            var (territory, kind) = (entries[i].Territory, entries[i].Kind);
            for (var end = territory.Length; end > 0; end = territory.LastIndexOf('/', end - 1))
            {
                Put(lists, new Subject(kind, territory[..end], true), i);
            }
        }

        return Seal(lists);
    }

    private static void Put(Dictionary<Subject, List<int>> lists, Subject subject, int entry) =>
        (CollectionsMarshal.GetValueRefOrAddDefault(lists, subject, out _) ??= []).Add(entry);

    private Dictionary<Subject, Line> Seal(Dictionary<Subject, List<int>> lists) => lists.ToDictionary(p => p.Key, p => new Line(entries, p.Value));

    /// <summary>Entries of one subject by onset; beside each the latest moment at which it or one before it is live, so that a look back knows when to stop.</summary>
    private sealed class Line
    {
        private readonly double[] begins;
        private readonly double[] settles;
        private readonly double[] latest;
        private readonly int[] numbers;

        public Line(IReadOnlyList<TruthEntry> entries, List<int> list)
        {
            numbers = [.. list];
            begins = [.. list.Select(n => entries[n].Ailment.Onset - StampSeconds)];
            Array.Sort(begins, numbers);
            settles = [.. numbers.Select(n => entries[n].SettledAt)];
            latest = [.. settles];
            for (var i = 1; i < latest.Length; i++)
            {
                latest[i] = Math.Max(latest[i], latest[i - 1]);
            }
        }

        public void At(double time, List<int> into)
        {
            for (var i = Begun(time) - 1; i >= 0 && latest[i] >= time; i--)
            {
                if (settles[i] >= time)
                {
                    into.Add(numbers[i]);
                }
            }
        }

        /// <summary>How many begin at or before a moment.</summary>
        private int Begun(double time)
        {
            var (low, high) = (0, begins.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = begins[middle] <= time ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }
}
