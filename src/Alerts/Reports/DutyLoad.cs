namespace PingAnIoT.Alerts;

/// <summary>A time with the same officers on duty at a post, and what they had to bear.</summary>
internal sealed class ShiftLoad(string territory, DutyStretch stretch)
{
    public string Territory => territory;

    public DutyStretch Stretch => stretch;

    public FloodMeter Meter { get; } = new(stretch.FromMicros, stretch.ToMicros);

    public HashSet<string> Chattering { get; } = new(StringComparer.Ordinal);

    public int Stale { get; set; }
}

/// <summary>Who bears which alert: who is on duty for its territory when it comes, by the same order of stand-ins as everywhere. Rosters are worked out when first asked for.</summary>
/// <param name="book">Who is on duty.</param>
/// <param name="tree">Who stands in.</param>
/// <param name="fromMicros">From when.</param>
/// <param name="toMicros">Until when.</param>
internal sealed class DutyLoad(DutyBook book, TerritoryTree tree, long fromMicros, long toMicros)
{
    /// <summary>Most shifts that are looked at for one answer.</summary>
    public const int MostShifts = 20_000;

    private readonly Dictionary<string, List<ShiftLoad>> posts = new(StringComparer.Ordinal);
    private int count;

    /// <summary>Those of one post with somebody on duty, in order of time.</summary>
    /// <exception cref="ReportTooWideException">There are too many.</exception>
    public IReadOnlyList<ShiftLoad> Post(string territory)
    {
        if (!posts.TryGetValue(territory, out var shifts))
        {
            var stretches = fromMicros < toMicros && book.Posts.ContainsKey((territory, OfficerRoles.Officer))
                ? DutyRoster.Between(book, territory, OfficerRoles.Officer, fromMicros, toMicros).Where(s => s.Officers.Count > 0)
                : [];
            shifts = posts[territory] = [.. stretches.Select(s => new ShiftLoad(territory, s))];
            count += shifts.Count;
            if (count > MostShifts)
            {
                throw new ReportTooWideException($"There are more than {MostShifts} shifts; ask for a shorter period, or for one territory.");
            }
        }

        return shifts;
    }

    /// <summary>The shift that bears what comes from a territory at a moment; null where nobody is on duty.</summary>
    public ShiftLoad? Of(string territory, long micros)
    {
        foreach (var (_, place) in DutyRoster.Places(tree, territory))
        {
            if (At(Post(place), micros) is { } shift)
            {
                return shift;
            }
        }

        return null;
    }

    /// <summary>The shifts that have what stays open of a territory at their end, between two moments.</summary>
    public IEnumerable<ShiftLoad> EndingWith(string territory, long afterMicros, long beforeMicros) =>
        DutyRoster.Places(tree, territory).SelectMany(p => Post(p.Territory))
            .Where(s => s.Stretch.ToMicros >= afterMicros && s.Stretch.ToMicros < beforeMicros && ReferenceEquals(Of(territory, s.Stretch.ToMicros - 1), s));

    private static ShiftLoad? At(IReadOnlyList<ShiftLoad> shifts, long micros)
    {
        var (low, high) = (0, shifts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = shifts[middle].Stretch.ToMicros <= micros ? (middle + 1, high) : (low, middle);
        }

        return low < shifts.Count && shifts[low].Stretch.FromMicros <= micros ? shifts[low] : null;
    }
}
