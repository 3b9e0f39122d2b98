using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What the officers' commands may and may not do. Run by the writer, on the draft of the book, one after the other.</summary>
internal static class OfficerCommands
{
    public const int NoteLimit = 2000;
    public const int NameLimit = 64;

    /// <summary>Of a team's name.</summary>
    public const int TeamLimit = 200;

    public static CommandResult Acknowledge(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.Acknowledge, EntryKind.Acknowledged));

    /// <summary>By each officer once a round.</summary>
    public static CommandResult See(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.See, EntryKind.Seen));

    public static CommandResult Triage(LedgerTransaction transaction, AlertCommand command, Verdict verdict) =>
        verdict is Verdict.None || !Enum.IsDefined(verdict)
            ? Refuse("Triage takes a verdict: real, false, test or repair.")
            : Step(transaction, command, new Ask(WorkAction.Triage, EntryKind.Triaged) { Verdict = verdict });

    /// <param name="to">A territory above the alert's; "" for the next one up.</param>
    public static CommandResult Report(LedgerTransaction transaction, AlertCommand command, string to) =>
        Step(transaction, command, new Ask(WorkAction.Report, EntryKind.Reported) { To = to });

    public static CommandResult Dispatch(LedgerTransaction transaction, AlertCommand command, string to) =>
        string.IsNullOrWhiteSpace(to) || to.Length > TeamLimit || to.EnumerateRunes().Any(IsUnprintableInText)
            ? Refuse("Say to whom: 1 to 200 printable characters.")
            : Step(transaction, command, new Ask(WorkAction.Dispatch, EntryKind.Dispatched) { To = to });

    public static CommandResult Arrive(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.Arrive, EntryKind.Arrived));

    public static CommandResult Rectify(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.Rectify, EntryKind.Rectified));

    public static CommandResult Confirm(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.Confirm, EntryKind.Confirmed));

    /// <param name="within">More than 0; at most what the policy allows for the colour.</param>
    /// <param name="isTrial">Only says whether it may be.</param>
    public static CommandResult Shelve(LedgerTransaction transaction, AlertCommand command, TimeSpan within, bool isTrial = false) =>
        within <= TimeSpan.Zero
            ? Refuse("Say for how long: more than nothing.")
            : Step(transaction, command, new Ask(WorkAction.Shelve, EntryKind.Shelved) { Within = within, IsTrial = isTrial });

    public static CommandResult Unshelve(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.Unshelve, EntryKind.Unshelved));

    /// <param name="within">More than 0 and at most what the policy allows for the colour; null for that.</param>
    /// <param name="isTrial">Only says whether it may be.</param>
    public static CommandResult TakeOutOfService(LedgerTransaction transaction, AlertCommand command, TimeSpan? within, bool isTrial = false) =>
        within <= TimeSpan.Zero
            ? Refuse("Say for how long: more than nothing.")
            : Step(transaction, command, new Ask(WorkAction.TakeOutOfService, EntryKind.OutOfService) { Within = within, IsTrial = isTrial });

    public static CommandResult ReturnToService(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, new Ask(WorkAction.ReturnToService, EntryKind.ReturnedToService));

    public static CommandResult Comment(LedgerTransaction transaction, AlertCommand command) =>
        string.IsNullOrWhiteSpace(command.Note)
            ? Refuse("A comment says something.")
            : Step(transaction, command, new Ask(WorkAction.Comment, EntryKind.Commented));

    public static CommandResult Close(LedgerTransaction transaction, AlertCommand command, Verdict verdict) =>
        verdict is Verdict.None || !Enum.IsDefined(verdict)
            ? Refuse("Closing takes a verdict: real, false, test or repair.")
            : Step(transaction, command, new Ask(WorkAction.Close, EntryKind.Closed) { Verdict = verdict });

    public static CommandResult ConfirmDelivery(LedgerTransaction transaction, Officer officer, long upTo)
    {
        if (WrongName(officer.Name))
        {
            return Refuse("The officer's name is not 1 to 64 printable characters.");
        }

        if (upTo < 0 || upTo > transaction.HeadSequence)
        {
            return Refuse($"Entry {upTo} is not in the ledger; it ends at {transaction.HeadSequence}.");
        }

        if (upTo > transaction.DeliveredTo(officer.Name))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"delivered/{officer.Name}/{upTo}");
            transaction.Append(EntryKind.Delivered, "", officer.Name, key, transaction.NowMicros, new EntryBody { UpTo = upTo });
        }

        return new CommandResult(CommandOutcome.Done);
    }

    private static CommandResult Step(LedgerTransaction transaction, AlertCommand command, Ask ask)
    {
        if (Wrong(command) is { } wrong)
        {
            return Refuse(wrong);
        }

        var alert = transaction.FindAlert(command.AlertId);
        if (alert is null || !command.Officer.Sees(alert))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var key = $"command/{command.Officer.Name}/{command.IdempotencyKey}";
        if (!ask.IsTrial && transaction.Store.FindByKey(key) is { } earlier)
        {
            return earlier.Kind == ask.Kind && earlier.AlertId == command.AlertId && earlier.Body.Command is { } then && IsSame(then, earlier.TimeMicros, command, ask)
                ? new CommandResult(CommandOutcome.Done) { Entry = earlier, Alert = alert }
                : Refuse("This idempotency key has been used for something else.");
        }

        // What was due before this came is breached, whether or not the sweep has been: nobody is in time by its being late.
        DeadlineSweep.CatchUp(transaction, alert);
        alert = transaction.FindAlert(command.AlertId)!;
        if (WorkTable.Find(alert.Work, ask.Action) is not { } step)
        {
            return NotNow(alert, command.Officer, ask.Action);
        }

        if (command.ExpectedSequence is { } seen && seen != alert.LastSequence)
        {
            return new CommandResult(CommandOutcome.Stale)
            {
                Alert = alert, DoneBy = LastStep(alert), Reason = $"The alert's newest entry is {alert.LastSequence}, not {seen}.",
            };
        }

        var missing = WorkTable.FirstMissing(step, alert, command, ask.Verdict);
        return missing == StepNeeds.Nothing ? Take(transaction, alert, command, ask, step, key) : NotYet(alert, command.Officer, ask.Action, missing);
    }

    /// <summary>Whether what was done is what is asked for now: of another team, verdict, time or word it must not be said that this is done.</summary>
    private static bool IsSame(CommandFacts then, long atMicros, AlertCommand command, Ask ask) =>
        (then.Note, then.Verdict) == (command.Note, ask.Verdict)
        && (ask.To is not { Length: > 0 } || then.To == ask.To)
        && (ask.Within is not { } within || then.Deadlines?.Any(d => d.Step >= WorkState.ShelveEnd && d.DueMicros == StepEffects.Until(atMicros, within)) == true);

    private static CommandResult Take(
        LedgerTransaction transaction, Alert alert, AlertCommand command, Ask ask, WorkTable.Step step, string key)
    {
        if (ask.Action == WorkAction.See)
        {
            key = string.Create(CultureInfo.InvariantCulture, $"seen/{alert.Id}/{alert.Round}/{command.Officer.Name}");
            if (transaction.Store.HasKey(key))
            {
                return new CommandResult(CommandOutcome.Done) { Alert = alert };
            }
        }

        var to = ask.To;
        if (ask.Action == WorkAction.Report)
        {
            if (Supervising(alert, ask.To!) is not { } above)
            {
                return Refuse($"'{ask.To}' is not above '{alert.Territory}'.");
            }

            to = above;
        }

        if (TooLong(transaction.Policy, alert.PeakColour, ask) is { } tooLong)
        {
            return Refuse(tooLong);
        }

        if (ask.IsTrial)
        {
            return new CommandResult(CommandOutcome.Done) { Alert = alert };
        }

        var facts = StepEffects.Of(transaction, alert, step, ask, command.Note, to) with
        {
            StandsIn = command.Officer.StandsInFor(alert) ? true : null,
            Tells = ask.Action == WorkAction.Report || (ask.Action == WorkAction.Dispatch && to != command.Officer.Name) ? true : null,
        };
        var body = new EntryBody { Command = facts };
        var entry = transaction.Append(ask.Kind, alert.Id, command.Officer.Name, key, transaction.NowMicros, body);
        return new CommandResult(CommandOutcome.Done) { Entry = entry, Alert = transaction.FindAlert(alert.Id) };
    }

    private static string? TooLong(DeadlinePolicy policy, Severity colour, Ask ask)
    {
        var (longest, what) = ask.Action == WorkAction.Shelve ? (policy.LongestShelf(colour), "shelved") : (policy.LongestOutOfService(colour), "out of service");
        return ask.Within > longest ? $"What is {Word(colour)} is {what} for at most {DurationText.Format(longest.Ticks / TimeSpan.TicksPerMicrosecond)}." : null;
    }

    /// <returns>The territory that is reported to; null when what was asked for is not above.</returns>
    private static string? Supervising(Alert alert, string to)
    {
        var from = alert.Reported?.To ?? alert.Territory;
        if (to.Length == 0)
        {
            return from.LastIndexOf('/') is var cut and > 0 ? from[..cut] : "";
        }

        return alert.Territory.StartsWith(to + "/", StringComparison.Ordinal) ? to : null;
    }

    private static CommandResult NotYet(Alert alert, Officer officer, WorkAction action, StepNeeds missing)
    {
        var legal = WorkTable.LegalFrom(alert, officer);
        var reason = WorkTable.Say(missing);
        var done = missing switch
        {
            StepNeeds.SeenSequence => alert.Dispatched,
            StepNeeds.NotShelved => alert.Shelved,
            StepNeeds.InService when action == WorkAction.TakeOutOfService => alert.OutOfService,
            StepNeeds.Ended when !alert.IsActive => alert.Confirmed,
            _ => null,
        };
        if (done is not null)
        {
            return new CommandResult(CommandOutcome.AlreadyDone) { Alert = alert, DoneBy = done, Legal = legal, Reason = reason };
        }

        var outcome = missing switch
        {
            StepNeeds.AllPlaces => CommandOutcome.Beyond,
            StepNeeds.SecondPerson or StepNeeds.SupervisorOrSecond => CommandOutcome.NeedsSecondPerson,
            StepNeeds.NoteIfActive or StepNeeds.Note => CommandOutcome.NeedsReason,
            StepNeeds.Rectified => CommandOutcome.NeedsRectified,
            StepNeeds.Confirmed => CommandOutcome.NeedsConfirmation,
            _ => CommandOutcome.IllegalStep,
        };
        return new CommandResult(outcome)
        {
            Alert = alert, Legal = legal, Reason = reason, DoneBy = outcome == CommandOutcome.NeedsSecondPerson ? alert.Acknowledged : null,
        };
    }

    private static CommandResult NotNow(Alert alert, Officer officer, WorkAction action)
    {
        var done = action switch
        {
            WorkAction.Acknowledge or WorkAction.Close or WorkAction.See when !alert.IsOpen => alert.Closed,
            WorkAction.Acknowledge or WorkAction.See when alert.Work >= WorkState.Acknowledged => alert.Acknowledged,
            WorkAction.Arrive when alert.Work is WorkState.Arrived or WorkState.Rectified => alert.Arrived,
            WorkAction.Rectify when alert.Work == WorkState.Rectified => alert.Rectified,
            _ => null,
        };
        return done is not null
            ? new CommandResult(CommandOutcome.AlreadyDone) { Alert = alert, DoneBy = done, Legal = WorkTable.LegalFrom(alert, officer) }
            : new CommandResult(CommandOutcome.IllegalStep)
            {
                Alert = alert, DoneBy = LastStep(alert), Legal = WorkTable.LegalFrom(alert, officer),
                Reason = $"{action} does not follow {alert.Work}{(LastStep(alert) is { } last ? $", which is {last.By}'s" : "")}.",
            };
    }

    /// <summary>Who brought it to where it is.</summary>
    private static Attestation? LastStep(Alert alert) => alert.Work switch
    {
        WorkState.Acknowledged => alert.Acknowledged,
        WorkState.Dispatched => alert.Dispatched,
        WorkState.Arrived => alert.Arrived,
        WorkState.Rectified => alert.Rectified,
        WorkState.Closed => alert.Closed,
        _ => null,
    };

    private static string? Wrong(AlertCommand command)
    {
        if (WrongName(command.Officer.Name))
        {
            return "The officer's name is not 1 to 64 printable characters.";
        }

        if (WrongName(command.IdempotencyKey))
        {
            return "The idempotency key is not 1 to 64 printable characters.";
        }

        return command.Note.Length > NoteLimit || command.Note.EnumerateRunes().Any(IsUnprintableInText)
            ? "The note is longer than 2,000 characters, or has control characters."
            : null;
    }

    private static bool WrongName(string name) =>
        name.Length is 0 or > NameLimit || name.Contains('/', StringComparison.Ordinal)
        || name.EnumerateRunes().Any(r => Rune.IsControl(r) || r == Rune.ReplacementChar);

    private static bool IsUnprintableInText(Rune rune) =>
        (Rune.IsControl(rune) && rune.Value is not ('\n' or '\t')) || rune == Rune.ReplacementChar;

    private static string Word(Severity colour) => colour.ToString().ToLowerInvariant();

    private static CommandResult Refuse(string reason) => new(CommandOutcome.Invalid) { Reason = reason };

    /// <summary>What is asked for, beside who asks it of which alert.</summary>
    internal sealed record Ask(WorkAction Action, EntryKind Kind)
    {
        public Verdict Verdict { get; init; }

        public string? To { get; init; }

        /// <summary>Of what is laid aside: for how long; null where nothing was said.</summary>
        public TimeSpan? Within { get; init; }

        public bool IsTrial { get; init; }
    }
}
