using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What may be done to rosters. Run by the ledger's writer on the draft of the book.</summary>
internal static class RosterCommands
{
    private const int MostPosts = 50_000;
    private const int MostChanges = 1_000;
    private const int MostShifts = 24;
    private const int MostTeams = 100;
    private const int MostOfTeam = 50;
    private const int MinutesOfDay = 24 * 60;
    private const long LongestMicros = 366L * 24 * 3600 * 1_000_000;

    public static CommandResult Set(LedgerTransaction transaction, DutyRequest request, RosterRecord roster)
    {
        if ((request.RefuseTerritory(roster.Territory) ?? request.Earlier(transaction, (_, f) => f.Roster is { } r && IsSame(r, roster))) is { } answer)
        {
            return answer;
        }

        if (Wrong(transaction.Duty, roster) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        var from = roster.FromMicros == 0 ? transaction.NowMicros : roster.FromMicros;
        if (from < transaction.NowMicros)
        {
            return DutyRequest.Invalid("A roster is in force from now on, or from a time to come: who was on duty is not changed.");
        }

        return transaction.Duty.Posts.Count >= MostPosts && !transaction.Duty.Posts.ContainsKey((roster.Territory, roster.Role))
            ? DutyRequest.Invalid("There are 50,000 rosters already.")
            : request.Append(transaction, EntryKind.RosterSet, new DutyFacts { Roster = roster with { FromMicros = from } });
    }

    /// <summary>Whether what was set is what is asked for now; from now on is whenever that was.</summary>
    private static bool IsSame(RosterRecord then, RosterRecord asked) =>
        then with { Shifts = asked.Shifts, Teams = asked.Teams, FromMicros = asked.FromMicros } == asked && then.Shifts.SequenceEqual(asked.Shifts)
        && then.Teams.Count == asked.Teams.Count && then.Teams.Zip(asked.Teams).All(t => t.First.SequenceEqual(t.Second))
        && (asked.FromMicros == 0 || then.FromMicros == asked.FromMicros);

    public static CommandResult Override(LedgerTransaction transaction, DutyRequest request, DutyChange change)
    {
        if ((request.RefuseTerritory(change.Territory) ?? request.Earlier(transaction, (_, f) => f is { Cancelled: null, Changes: [var c] } && c == change with { Id = c.Id, Swap = null })) is { } answer)
        {
            return answer;
        }

        if ((WrongRole(change.Role) ?? WrongTime(change.FromMicros, change.ToMicros, transaction.NowMicros) ?? WrongNames(transaction.Duty, change)) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        var post = transaction.Duty.PostOf(change.Territory, change.Role);
        if (post.Rosters.IsEmpty)
        {
            return DutyRequest.NotNow($"{TerritoryPath.Text(change.Territory)} has no roster to override.");
        }

        return post.Changes.Count >= MostChanges
            ? DutyRequest.Invalid("There are 1,000 overrides and swaps of this roster already.")
            : request.Append(transaction, EntryKind.OverrideSet, new DutyFacts { Changes = [change with { Id = transaction.HeadSequence + 1, Swap = null }] });
    }

    /// <summary>Takes an override away. What is past of it stays as it was: it ends now.</summary>
    public static CommandResult Cancel(LedgerTransaction transaction, DutyRequest request, long id)
    {
        if (request.Earlier(transaction, (_, f) => f.Cancelled?.Id == id) is { } answer)
        {
            return answer;
        }

        var change = transaction.Duty.Posts.Values.SelectMany(p => p.Changes).FirstOrDefault(c => c.Id == id && c.Swap is null);
        if (change is null || !DutyRequest.Has(request.Officer, change.Territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var now = transaction.NowMicros;
        return change.ToMicros <= now
            ? DutyRequest.NotNow("It is over already.")
            : request.Append(transaction, EntryKind.OverrideSet, new DutyFacts
            {
                // What was true for a while is said again, up to now: the fold takes the old one away last.
                Cancelled = change, Changes = change.FromMicros < now ? [change with { Id = transaction.HeadSequence + 1, ToMicros = now }] : null,
            });
    }

    public static string? WrongRole(OfficerRoles role) =>
        role is OfficerRoles.Officer or OfficerRoles.Supervisor ? null : "A roster is of officers or of supervisors.";

    public static string? WrongTime(long fromMicros, long toMicros, long nowMicros) =>
        fromMicros >= toMicros ? "It ends before it begins."
        : toMicros - fromMicros > LongestMicros || fromMicros - nowMicros > LongestMicros ? "It is longer than 366 days, or as far away."
        : toMicros <= nowMicros ? "It is over already: who was on duty is not changed."
        : null;

    /// <summary>Where the ledger knows officers, those on duty are among them, and the territory is theirs.</summary>
    public static string? WrongOfficer(DutyBook book, string name, string territory) =>
        !OfficerName.IsValid(name) ? $"{ErrorText.Quote(name)} is not a name: {OfficerName.Rule}."
        : book.Officers.IsEmpty ? null
        : book.Officers.GetValueOrDefault(name) is not { IsDisabled: false } known || !DutyRequest.Has(known.ToOfficer(), territory)
            ? $"There is no officer {ErrorText.Quote(name)} of {TerritoryPath.Text(territory)}{Nearest(book, name, territory)}"
        : null;

    private static string Nearest(DutyBook book, string name, string territory) =>
        NearestName.Find(name, book.Officers.Values.Where(o => !o.IsDisabled && DutyRequest.Has(o.ToOfficer(), territory)).Select(o => o.Name)) is { } near
            ? $"; did you mean '{near}'?" : ".";

    private static string? WrongNames(DutyBook book, DutyChange change) =>
        change.Absent.Length == 0 && change.Instead.Length == 0 ? "Nobody comes and nobody goes."
        : change.Absent == change.Instead ? "Nobody stands in for himself."
        : DutyRequest.IsUnprintable(change.Reason) ? "The reason is at most 2,000 printable characters."
        : change.Absent.Length > 0 && !OfficerName.IsValid(change.Absent) ? $"{ErrorText.Quote(change.Absent)} is not a name: {OfficerName.Rule}."
        : change.Instead.Length > 0 ? WrongOfficer(book, change.Instead, change.Territory)
        : null;

    private static string? Wrong(DutyBook book, RosterRecord roster) =>
        WrongRole(roster.Role) is { } role ? role
        : ZoneText.Find(roster.Zone) is null ? $"There is no time zone {ErrorText.Quote(roster.Zone)}; {ZoneText.Hint(roster.Zone)}"
        : roster.Start.Year is < 2000 or > 2200 ? "The rotation starts on a day between 2000 and 2200."
        : roster.RotateDays is < 1 or > 366 ? "A rotation is by 1 to 366 days."
        : roster.Shifts.Count is 0 or > MostShifts ? "A roster has 1 to 24 shifts."
        : roster.Teams.Count is 0 or > MostTeams || roster.Teams.Any(t => t.Count is 0 or > MostOfTeam || t.Distinct(StringComparer.Ordinal).Count() != t.Count)
            ? "A roster has 1 to 100 teams, each of 1 to 50 officers, none of them twice."
        : roster.Shifts.Select(s => WrongShift(s, roster.Teams.Count)).FirstOrDefault(w => w is not null)
            ?? roster.Teams.SelectMany(t => t).Select(o => WrongOfficer(book, o, roster.Territory)).FirstOrDefault(w => w is not null);

    private static string? WrongShift(ShiftRecord shift, int teams) =>
        shift.Name.Length is 0 or > 32 || DutyRequest.IsUnprintable(shift.Name) ? "A shift's name is 1 to 32 printable characters."
        : shift.FromMinute is < 0 or >= MinutesOfDay || shift.ToMinute is < 0 or > MinutesOfDay ? "A shift goes from 00:00 to 23:59 until 00:00 to 24:00."
        : shift.Days is < 1 or > 127 ? "A shift begins on one day of the week or more."
        : shift.FirstTeam < 0 || shift.FirstTeam >= teams ? $"A shift begins with one of the {teams} teams."
        : null;
}
