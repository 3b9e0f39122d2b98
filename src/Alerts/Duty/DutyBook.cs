using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>Officers, and who is on duty, as of one entry. Immutable; a fold of the entries about them.</summary>
/// <param name="Officers">By name, the disabled ones too.</param>
public sealed record DutyBook(ImmutableDictionary<string, OfficerRecord> Officers)
{
    public static DutyBook Empty { get; } = new(ImmutableDictionary.Create<string, OfficerRecord>(StringComparer.Ordinal));

    /// <summary>Rosters and what was changed of them, by territory and role.</summary>
    public ImmutableDictionary<(string Territory, OfficerRoles Role), DutyPost> Posts { get; init; } =
        ImmutableDictionary<(string, OfficerRoles), DutyPost>.Empty;

    /// <summary>The open ones and the newest of the others, by number.</summary>
    public ImmutableSortedDictionary<long, SwapRecord> Swaps { get; init; } = ImmutableSortedDictionary<long, SwapRecord>.Empty;

    /// <inheritdoc cref="Swaps"/>
    public ImmutableSortedDictionary<long, HandOverRecord> HandOvers { get; init; } = ImmutableSortedDictionary<long, HandOverRecord>.Empty;

    /// <inheritdoc cref="Swaps"/>
    public ImmutableSortedDictionary<long, CheckRecord> Checks { get; init; } = ImmutableSortedDictionary<long, CheckRecord>.Empty;

    /// <summary>Open checks in the order in which their time runs out.</summary>
    public ImmutableSortedSet<(long DueMicros, long Id)> Running { get; init; } = ImmutableSortedSet<(long, long)>.Empty;

    /// <summary>By territory and role.</summary>
    public ImmutableDictionary<(string Territory, OfficerRoles Role), CheckSchedule> Schedules { get; init; } =
        ImmutableDictionary<(string, OfficerRoles), CheckSchedule>.Empty;

    /// <summary>Maintenance windows that are planned, in force or about to end, by number. Few, and looked through at every raise: an array.</summary>
    public ImmutableArray<MaintenanceRecord> Maintenance { get; init; } = [];

    /// <summary>The newest of those that are over, by number.</summary>
    public ImmutableSortedDictionary<long, MaintenanceRecord> PastMaintenance { get; init; } = ImmutableSortedDictionary<long, MaintenanceRecord>.Empty;

    /// <summary>False when the book says something else of the officer now than when the call began.</summary>
    public bool MayStay(Officer officer) => Officers.TryGetValue(officer.Name, out var now)
        ? !now.IsDisabled && (officer.Version == 0 || officer.Version == now.Version)
        : officer.Version == 0;

    public DutyPost PostOf(string territory, OfficerRoles role) => Posts.GetValueOrDefault((territory, role)) ?? DutyPost.Empty;
}

/// <summary>What one entry makes of the book. Pure.</summary>
internal static class DutyFold
{
    /// <summary>So many swaps, hand-overs and checks that are over are kept of each.</summary>
    public const int KeptOfEach = 1_000;

    /// <summary>Whether an entry is about officers and duty: no event of any alert, and never on the alerts' stream.</summary>
    public static bool Concerns(EntryKind kind) => kind is >= EntryKind.OfficerSet and <= (EntryKind)59;

    public static DutyBook Apply(DutyBook book, LedgerEntry entry) => entry switch
    {
        { Kind: EntryKind.OfficerSet, Body.Officer: { } officer } =>
            book with { Officers = book.Officers.SetItem(officer.Name, officer with { Version = entry.Sequence }) },
        { Body.Duty: { } facts } => Apply(book, facts, entry.TimeMicros),
        _ => book,
    };

    private static DutyBook Apply(DutyBook book, DutyFacts facts, long nowMicros)
    {
        if (facts.Roster is { } roster)
        {
            book = WithPost(book, roster.Territory, roster.Role, p => p.With(roster));
        }

        foreach (var change in facts.Changes ?? [])
        {
            book = WithPost(book, change.Territory, change.Role, p => p.With(change, nowMicros));
        }

        if (facts.Cancelled is { } gone)
        {
            book = WithPost(book, gone.Territory, gone.Role, p => p with { Changes = p.Changes.RemoveAll(c => c.Id == gone.Id) });
        }

        if (facts.Swap is { } swap)
        {
            book = book with { Swaps = Bounded(book.Swaps.SetItem(swap.Id, swap), s => s.IsOpen) };
        }

        if (facts.HandOver is { } handOver)
        {
            book = book with { HandOvers = Bounded(book.HandOvers.SetItem(handOver.Id, handOver), h => h.IsOpen) };
        }

        if (facts.Schedule is { } schedule)
        {
            var key = (schedule.Territory, schedule.Role);
            book = book with { Schedules = schedule.PerDay > 0 ? book.Schedules.SetItem(key, schedule) : book.Schedules.Remove(key) };
        }

        if (facts.Maintenance is { } window)
        {
            var others = book.Maintenance.RemoveAll(w => w.Id == window.Id);
            book = window.IsOpen
                ? book with { Maintenance = others.Add(window) }
                : book with { Maintenance = others, PastMaintenance = Bounded(book.PastMaintenance.SetItem(window.Id, window), static _ => false) };
        }

        book = facts.Check is { } check ? WithCheck(book, check) : book;
        return facts.ShiftMicros is { } shift ? Shifted(book, shift) : book;
    }

    private static DutyBook WithCheck(DutyBook book, CheckRecord check)
    {
        var running = book.Checks.TryGetValue(check.Id, out var before) ? book.Running.Remove((before.DueMicros, check.Id)) : book.Running;
        return book with
        {
            Checks = Bounded(book.Checks.SetItem(check.Id, check), c => c.State == CheckState.Open),
            Running = check.State == CheckState.Open ? running.Add((check.DueMicros, check.Id)) : running,
        };
    }

    /// <summary>What is running moves along with a clock that was set.</summary>
    private static DutyBook Shifted(DutyBook book, long shift) => book.Running.Aggregate(
        book, (b, open) => WithCheck(b, b.Checks[open.Id] with { DueMicros = open.DueMicros + shift }));

    private static DutyBook WithPost(DutyBook book, string territory, OfficerRoles role, Func<DutyPost, DutyPost> change) =>
        book with { Posts = book.Posts.SetItem((territory, role), change(book.PostOf(territory, role))) };

    /// <summary>Without the oldest that is over, when there are too many.</summary>
    private static ImmutableSortedDictionary<long, T> Bounded<T>(ImmutableSortedDictionary<long, T> all, Func<T, bool> isOpen)
    {
        if (all.Count <= KeptOfEach)
        {
            return all;
        }

        foreach (var (id, item) in all)
        {
            if (!isOpen(item))
            {
                return all.Remove(id);
            }
        }

        return all;
    }
}
