using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Where an answer comes from.</summary>
public enum DutySource
{
    /// <summary>Nobody is on duty, there or anywhere that stands in.</summary>
    Nobody,
    Own,
    Parent,
    Neighbour,

    /// <summary>A territory above the parent.</summary>
    Above,
}

/// <summary>An officer on duty, and why.</summary>
public sealed record OnDuty(string Officer, string Reason);

/// <summary>What one post's own roster says of one moment.</summary>
/// <param name="HasRoster">False where none is in force.</param>
/// <param name="Why">Why there is nobody; "" where there is somebody.</param>
public sealed record OwnDuty(bool HasRoster, IReadOnlyList<OnDuty> Officers, string Why)
{
    public bool Has(string officer) => Officers.Any(o => o.Officer == officer);
}

/// <summary>Who is on duty at one moment for a territory and a role.</summary>
/// <param name="StandIn">The territory that they are of: the one asked for, or the one that stands in for it.</param>
/// <param name="Why">Of each territory that was passed over: why.</param>
public sealed record DutyAnswer(DutySource Source, string StandIn, IReadOnlyList<OnDuty> Officers, IReadOnlyList<string> Why)
{
    public bool Has(string officer) => Officers.Any(o => o.Officer == officer);
}

/// <summary>A time during which the same officers are on duty for the same reason.</summary>
public sealed record DutyStretch(long FromMicros, long ToMicros, bool HasRoster, IReadOnlyList<OnDuty> Officers, string Why)
{
    /// <summary>There is a roster, and nobody on it.</summary>
    public bool IsGap => HasRoster && Officers.Count == 0;
}

/// <summary>Who is on duty. Pure: a function of the book, the tree, the place and the moment.</summary>
public static class DutyRoster
{
    /// <summary>The post's own: its shifts, then its changes in the order they were made, without those who may not sign in any more.</summary>
    public static OwnDuty Own(DutyBook book, string territory, OfficerRoles role, long atMicros)
    {
        var post = book.PostOf(territory, role);
        return Own(book, post, atMicros, roster => ShiftsOf(roster, atMicros, atMicros + 1));
    }

    /// <summary>The post's own; where there is nobody its parent's, then its neighbours', then those further up.</summary>
    public static DutyAnswer Who(DutyBook book, TerritoryTree tree, string territory, OfficerRoles role, long atMicros)
    {
        var why = new List<string>();
        foreach (var (source, place) in Places(tree, territory))
        {
            var own = Own(book, place, role, atMicros);
            if (own.Officers.Count > 0)
            {
                return new DutyAnswer(source, place, own.Officers, why);
            }

            why.Add($"{TerritoryPath.Text(place)} {own.Why}");
        }

        return new DutyAnswer(DutySource.Nobody, territory, [], why);
    }

    /// <summary>Who is told of what happens there: the officers, and where there are none anywhere the supervisors.</summary>
    public static DutyAnswer Told(DutyBook book, TerritoryTree tree, string territory, long atMicros) =>
        Who(book, tree, territory, OfficerRoles.Officer, atMicros) is { Source: not DutySource.Nobody } officers
            ? officers : Who(book, tree, territory, OfficerRoles.Supervisor, atMicros);

    /// <summary>All of a stretch of time, from change to change.</summary>
    public static IReadOnlyList<DutyStretch> Between(DutyBook book, string territory, OfficerRoles role, long fromMicros, long toMicros)
    {
        var stretches = new List<DutyStretch>();
        var post = book.PostOf(territory, role);
        var shifts = post.Rosters.ToDictionary(r => r.FromMicros, r => ShiftsOf(r, fromMicros, toMicros));
        foreach (var (from, to) in Moments(post, shifts.Values, fromMicros, toMicros))
        {
            var own = Own(book, post, from, roster => shifts[roster.FromMicros]);
            if (stretches.Count > 0 && stretches[^1] is var last && last.HasRoster == own.HasRoster && last.Officers.SequenceEqual(own.Officers))
            {
                stretches[^1] = last with { ToMicros = to };
            }
            else
            {
                stretches.Add(new DutyStretch(from, to, own.HasRoster, own.Officers, own.Why));
            }
        }

        return stretches;
    }

    private static OwnDuty Own(DutyBook book, DutyPost post, long atMicros, Func<RosterRecord, List<Shift>?> shiftsOf)
    {
        if (post.RosterAt(atMicros) is not { } roster)
        {
            return new OwnDuty(false, [], "has no roster");
        }

        if (shiftsOf(roster) is not { } shifts)
        {
            return new OwnDuty(true, [], $"has a roster in the time zone {roster.Zone}, which this machine does not know");
        }

        var officers = new List<OnDuty>();
        foreach (var shift in shifts.Where(s => s.FromMicros <= atMicros && atMicros < s.ToMicros))
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"shift {shift.Name} of {shift.Date:yyyy-MM-dd}, team {shift.Team + 1}");
            officers.AddRange(roster.Teams[shift.Team].Where(o => officers.TrueForAll(d => d.Officer != o)).ToList().ConvertAll(o => new OnDuty(o, reason)));
        }

        var why = officers.Count == 0 ? "has no shift then" : "has nobody left then";
        foreach (var change in post.Changes.Where(c => c.FromMicros <= atMicros && atMicros < c.ToMicros))
        {
            Apply(officers, change);
        }

        officers.RemoveAll(o => book.Officers.TryGetValue(o.Officer, out var known) && known.IsDisabled);
        return new OwnDuty(true, officers, officers.Count == 0 ? why : "");
    }

    /// <summary>Null where this machine does not know the zone.</summary>
    private static List<Shift>? ShiftsOf(RosterRecord roster, long fromMicros, long toMicros) =>
        ZoneText.Find(roster.Zone) is { } zone ? [.. RosterShifts.Between(roster, zone, fromMicros, toMicros)] : null;

    /// <summary>Who may stand in, in this order.</summary>
    internal static IEnumerable<(DutySource Source, string Territory)> Places(TerritoryTree tree, string territory)
    {
        yield return (DutySource.Own, territory);
        if (TerritoryPath.Parent(territory) is not { } parent)
        {
            yield break;
        }

        yield return (DutySource.Parent, parent);
        foreach (var neighbour in tree.NeighboursOf(territory))
        {
            yield return (DutySource.Neighbour, neighbour);
        }

        for (var above = TerritoryPath.Parent(parent); above is not null; above = TerritoryPath.Parent(above))
        {
            yield return (DutySource.Above, above);
        }
    }

    private static void Apply(List<OnDuty> officers, DutyChange change)
    {
        var comes = change.Instead.Length > 0 && officers.TrueForAll(o => o.Officer != change.Instead);
        var reason = string.Create(CultureInfo.InvariantCulture, $"{(change.Swap is null ? "override" : "swap")} {change.Swap ?? change.Id}")
            + (change.Absent.Length > 0 ? $" for {change.Absent}" : "") + (change.Reason.Length > 0 ? $": {change.Reason}" : "");
        if (change.Absent.Length == 0)
        {
            if (comes)
            {
                officers.Add(new OnDuty(change.Instead, reason));
            }

            return;
        }

        var at = officers.FindIndex(o => o.Officer == change.Absent);
        if (at >= 0 && comes)
        {
            officers[at] = new OnDuty(change.Instead, reason);
        }
        else if (at >= 0)
        {
            officers.RemoveAt(at);
        }
    }

    /// <summary>The stretches between any two moments at which the answer may change.</summary>
    private static IEnumerable<(long From, long To)> Moments(DutyPost post, IEnumerable<List<Shift>?> shifts, long fromMicros, long toMicros)
    {
        var moments = new SortedSet<long> { fromMicros, toMicros };
        moments.UnionWith(post.Rosters.Select(r => r.FromMicros));
        moments.UnionWith(post.Changes.SelectMany(c => new[] { c.FromMicros, c.ToMicros }));
        moments.UnionWith(shifts.SelectMany(s => s ?? []).SelectMany(s => new[] { s.FromMicros, s.ToMicros }));
        var inside = moments.Where(m => m >= fromMicros && m <= toMicros).ToList();
        return inside.Zip(inside.Skip(1));
    }
}
