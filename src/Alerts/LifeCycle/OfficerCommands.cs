using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What the officers' commands may and may not do. Run by the writer, on the draft of the book, one after the other.</summary>
internal static class OfficerCommands
{
    public const int NoteLimit = 2000;
    public const int NameLimit = 64;

    public static CommandResult Acknowledge(LedgerTransaction transaction, AlertCommand command) =>
        Step(transaction, command, WorkAction.Acknowledge, EntryKind.Acknowledged, Verdict.None, static (_, _) => null);

    public static CommandResult Comment(LedgerTransaction transaction, AlertCommand command) =>
        string.IsNullOrWhiteSpace(command.Note)
            ? Refuse("A comment says something.")
            : Step(transaction, command, WorkAction.Comment, EntryKind.Commented, Verdict.None, static (_, _) => null);

    public static CommandResult Close(LedgerTransaction transaction, AlertCommand command, Verdict verdict) =>
        verdict is Verdict.None || !Enum.IsDefined(verdict)
            ? Refuse("Closing takes a verdict: real, false, test or repair.")
            : Step(transaction, command, WorkAction.Close, EntryKind.Closed, verdict, MayClose);

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

    private static CommandResult Step(
        LedgerTransaction transaction, AlertCommand command, WorkAction action, EntryKind kind, Verdict verdict,
        Func<Alert, AlertCommand, CommandResult?> mayNot)
    {
        if (Wrong(command) is { } wrong)
        {
            return Refuse(wrong);
        }

        var alert = transaction.FindAlert(command.AlertId);
        if (alert is null || !command.Officer.Covers(alert.Territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var key = $"command/{command.Officer.Name}/{command.IdempotencyKey}";
        if (transaction.Store.FindByKey(key) is { } earlier)
        {
            return earlier.Kind == kind && earlier.AlertId == command.AlertId
                ? new CommandResult(CommandOutcome.Done) { Entry = earlier, Alert = alert }
                : Refuse("This idempotency key has been used for something else.");
        }

        if (WorkTable.After(alert.Work, action) is null)
        {
            return NotNow(alert, action);
        }

        if (command.ExpectedSequence is { } seen && seen != alert.LastSequence)
        {
            return new CommandResult(CommandOutcome.Stale)
            {
                Alert = alert, Reason = $"The alert's newest entry is {alert.LastSequence}, not {seen}.",
            };
        }

        if (mayNot(alert, command) is { } no)
        {
            return no;
        }

        var body = new EntryBody { Command = new CommandFacts(command.Note, verdict) };
        var entry = transaction.Append(kind, alert.Id, command.Officer.Name, key, transaction.NowMicros, body);
        return new CommandResult(CommandOutcome.Done) { Entry = entry, Alert = transaction.FindAlert(alert.Id) };
    }

    private static CommandResult? MayClose(Alert alert, AlertCommand command)
    {
        if (alert.PeakColour == Severity.Red)
        {
            if (alert.IsActive)
            {
                return new CommandResult(CommandOutcome.IllegalStep)
                {
                    Alert = alert, Reason = "A red is not closed while it is active.",
                    Legal = [.. WorkTable.LegalFrom(alert.Work).Where(a => a != WorkAction.Close)],
                };
            }

            return alert.Acknowledged?.By == command.Officer.Name
                ? new CommandResult(CommandOutcome.NeedsSecondPerson)
                {
                    Alert = alert, DoneBy = alert.Acknowledged, Reason = "A red is closed by somebody other than who acknowledged it.",
                }
                : null;
        }

        return alert.IsActive && string.IsNullOrWhiteSpace(command.Note)
            ? new CommandResult(CommandOutcome.NeedsReason) { Alert = alert, Reason = "It is still active: say why it is closed." }
            : null;
    }

    private static CommandResult NotNow(Alert alert, WorkAction action)
    {
        var done = (action, alert.Work) switch
        {
            (WorkAction.Acknowledge, WorkState.Acknowledged) => alert.Acknowledged,
            (WorkAction.Acknowledge or WorkAction.Close, WorkState.Closed) => alert.Closed,
            _ => null,
        };
        return done is not null
            ? new CommandResult(CommandOutcome.AlreadyDone) { Alert = alert, DoneBy = done, Legal = WorkTable.LegalFrom(alert.Work) }
            : new CommandResult(CommandOutcome.IllegalStep)
            {
                Alert = alert, Legal = WorkTable.LegalFrom(alert.Work), Reason = $"{action} does not follow {alert.Work}.",
            };
    }

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

    private static CommandResult Refuse(string reason) => new(CommandOutcome.Invalid) { Reason = reason };
}
