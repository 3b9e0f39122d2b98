using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>What may be done to officers. Run by the ledger's writer on the draft of the book.</summary>
internal static class OfficerBookCommands
{
    public const int MostOfficers = 20_000;
    private const int TitleLimit = 64;

    /// <summary>Adds or changes an officer.</summary>
    /// <param name="transaction">The draft.</param>
    /// <param name="record">From here on.</param>
    /// <param name="actor">Who does it, and what he may: <see cref="Administering"/>.</param>
    /// <param name="isNew">True to refuse one that is there; false to refuse one that is not.</param>
    /// <param name="hasPassword">Whether an officer can sign in.</param>
    /// <param name="requestId">Chosen by the client, at most 64 printable characters; "" for none.</param>
    public static CommandResult Set(LedgerTransaction transaction, OfficerRecord record, Officer actor, bool isNew, Func<string, bool> hasPassword, string requestId = "")
    {
        var officers = transaction.Duty.Officers;
        if (Wrong(record) is { } wrong)
        {
            return new CommandResult(CommandOutcome.Invalid) { Reason = wrong };
        }

        if (requestId.Length > 0)
        {
            if (requestId.Length > 64 || Unprintable(requestId))
            {
                return DutyRequest.Invalid("The request id is not at most 64 printable characters.");
            }

            if (transaction.Store.FindByKey(RequestKey(actor.Name, requestId)) is { } earlier)
            {
                return earlier.Body.Officer is { } then && then with { Version = 0 } == record with { Version = 0 }
                    ? new CommandResult(CommandOutcome.Done) { Entry = earlier }
                    : DutyRequest.Invalid(DutyRequest.Reused);
            }
        }

        var before = officers.GetValueOrDefault(record.Name);
        var hasChief = Administering.HasChief(officers, hasPassword);
        var refused = (isNew ? null : Administering.RefuseActing(actor, before, hasChief)) ?? Administering.RefuseGiving(actor, record, hasChief);
        if (refused is not null)
        {
            return refused;
        }

        if (isNew && before is not null)
        {
            return new CommandResult(CommandOutcome.AlreadyDone) { Reason = $"There is an officer '{record.Name}' already." };
        }

        if (before is null && officers.Count >= MostOfficers)
        {
            return new CommandResult(CommandOutcome.Invalid) { Reason = "There are 20,000 officers already." };
        }

        if (hasChief && !Administering.HasChief(officers.SetItem(record.Name, record), hasPassword))
        {
            return new CommandResult(CommandOutcome.IllegalStep)
            {
                Reason = "This is the last operator and supervisor of the whole city who has a password: nobody could administer everybody any more.",
            };
        }

        return new CommandResult(CommandOutcome.Done) { Entry = Append(transaction, record, actor.Name, requestId) };
    }

    /// <summary>
    /// Makes a chief, whose password is set with it, of an officer that is there or of a new one: while there is none who can sign in, and by leave of who sees the
    /// server's console.
    /// </summary>
    public static CommandResult SetUp(LedgerTransaction transaction, string name, Func<string, bool> hasPassword)
    {
        const OfficerRoles Chief = OfficerRoles.Operator | OfficerRoles.Supervisor;
        var record = transaction.Duty.Officers.TryGetValue(name, out var known)
            ? known with { Roles = known.Roles | Chief, Territory = "", IsDisabled = false }
            : new OfficerRecord(name, "", "", Chief, "");
        if (Wrong(record) is { } wrong)
        {
            return new CommandResult(CommandOutcome.Invalid) { Reason = wrong };
        }

        if (Administering.HasChief(transaction.Duty.Officers, hasPassword))
        {
            return new CommandResult(CommandOutcome.IllegalStep) { Reason = "There is an operator and supervisor of the whole city already." };
        }

        var entry = Append(transaction, record, name);
        AppendPassword(transaction, name, name);
        return new CommandResult(CommandOutcome.Done) { Entry = entry };
    }

    /// <summary>Changes something of an officer.</summary>
    /// <param name="transaction">The draft.</param>
    /// <param name="name">Whose account.</param>
    /// <param name="change">From what the officer is to what he is from here on.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="hasPassword">As for <see cref="Set"/>.</param>
    /// <param name="requestId">As for <see cref="Set"/>.</param>
    public static CommandResult Change(
        LedgerTransaction transaction, string name, Func<OfficerRecord, OfficerRecord> change, Officer actor, Func<string, bool> hasPassword, string requestId)
    {
        // Asked for again it is held against what the officer was made then, whatever was changed since.
        var then = requestId.Length > 0 ? transaction.Store.FindByKey(RequestKey(actor.Name, requestId))?.Body.Officer : null;
        return (then?.Name == name ? then : transaction.Duty.Officers.GetValueOrDefault(name)) is { } before
            ? Set(transaction, change(before), actor, isNew: false, hasPassword, requestId)
            : new CommandResult(CommandOutcome.NotFound);
    }

    /// <summary>Writes down an officer that was looked at already.</summary>
    public static LedgerEntry Append(LedgerTransaction transaction, OfficerRecord record, string actor, string requestId = "") =>
        transaction.Append(
            EntryKind.OfficerSet, "", actor, requestId.Length > 0 ? RequestKey(actor, requestId) : DutyRequest.KeyOfNext(transaction), transaction.NowMicros, new EntryBody { Officer = record });

    /// <summary>Records that a password was set. The password itself is elsewhere.</summary>
    public static CommandResult NotePassword(LedgerTransaction transaction, string officer, Officer actor, Func<string, bool> hasPassword)
    {
        var record = transaction.Duty.Officers.GetValueOrDefault(officer);
        var refused = record is not null && officer == actor.Name ? null : Administering.RefuseActing(actor, record, Administering.HasChief(transaction.Duty.Officers, hasPassword));
        return refused ?? new CommandResult(CommandOutcome.Done) { Entry = AppendPassword(transaction, officer, actor.Name) };
    }

    public static CommandResult NoteRefusal(LedgerTransaction transaction, string officer, RefusalFacts facts)
    {
        facts = facts.Reached is { } reached ? facts with { Reached = [.. reached.Select(r => Placed(transaction, r))] } : facts;
        var entry = transaction.Append(
            EntryKind.Refused, "", officer, DutyRequest.KeyOfNext(transaction), transaction.NowMicros, new EntryBody { Refusal = facts });
        return new CommandResult(CommandOutcome.Done) { Entry = entry };
    }

    public static CommandResult NoteOffDuty(LedgerTransaction transaction, string officer, OffDutyFacts facts)
    {
        var entry = transaction.Append(
            EntryKind.ActedOffDuty, "", officer, DutyRequest.KeyOfNext(transaction), transaction.NowMicros, new EntryBody { Duty = new DutyFacts { OffDuty = facts } });
        return new CommandResult(CommandOutcome.Done) { Entry = entry };
    }

    private static LedgerEntry AppendPassword(LedgerTransaction transaction, string officer, string actor) =>
        transaction.Append(EntryKind.PasswordSet, "", actor, DutyRequest.KeyOfNext(transaction), transaction.NowMicros, new EntryBody { OfficerName = officer });

    /// <summary>Whose the alert is that somebody reached for.</summary>
    private static Reached Placed(LedgerTransaction transaction, Reached reached) =>
        reached.Sort == "alert" && transaction.FindAlert(reached.Name) is { } alert ? reached with { Territory = alert.Places } : reached;

    private static string RequestKey(string actor, string requestId) => $"officer-request/{actor}/{requestId}";

    private static string? Wrong(OfficerRecord record) =>
        !OfficerName.IsValid(record.Name) ? $"The officer's name is not {OfficerName.Rule}."
        : record.Roles == OfficerRoles.None || (record.Roles & ~OfficerRoles.All) != OfficerRoles.None ? "An officer has one role or more: officer, supervisor, operator, auditor."
        : !TerritoryPath.IsValid(record.Territory) ? TerritoryPath.Rule
        : Unprintable(record.NameZh) || Unprintable(record.NameEn) ? "The names for people are at most 64 printable characters."
        : null;

    public static bool Unprintable(string text) =>
        text.Length > TitleLimit || text.EnumerateRunes().Any(r => Rune.IsControl(r) || r == Rune.ReplacementChar);
}

/// <summary>Codes of territories: district / street / community / grid, e.g. <c>d01/s03/c02/g07</c>; "" is the city.</summary>
public static class TerritoryPath
{
    public const string Rule = "A territory is up to 4 codes of 1 to 32 of [A-Za-z0-9._-], joined by '/', e.g. d01/s03; empty for the whole city.";

    public static bool IsValid(string path) => path.Length == 0
        || (path.Split('/') is { Length: <= 4 } codes
            && codes.All(c => c.Length is > 0 and <= 32 && c.All(x => char.IsAsciiLetterOrDigit(x) || x is '.' or '_' or '-')));

    /// <summary>For people.</summary>
    public static string Text(string path) => path.Length == 0 ? "the city" : path;

    /// <returns>The territory it lies in; null for the city.</returns>
    public static string? Parent(string path) =>
        path.Length == 0 ? null : path.LastIndexOf('/') is >= 0 and var cut ? path[..cut] : "";
}
