using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Windows planned, confirmed and ended. Run by the ledger's writer on the draft of the book.</summary>
internal static class MaintenanceCommands
{
    /// <summary>Most windows that are planned or in force at a time.</summary>
    public const int MostOpen = 500;
    public const long LongestMicros = 30 * DayMicros;

    /// <summary>So far ahead a window may begin.</summary>
    public const long FurthestMicros = 90 * DayMicros;
    private const int NameLimit = 200;
    private const long DayMicros = 24L * 3600 * 1_000_000;

    /// <param name="transaction">The writer's.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="window">Without its number.</param>
    /// <param name="isTrial">Only says whether it may be.</param>
    public static CommandResult Plan(LedgerTransaction transaction, DutyRequest request, MaintenanceRecord window, bool isTrial = false)
    {
        if ((request.RefuseTerritory(window.Scope.Territory) ?? request.Earlier(transaction, (e, f) => f.Maintenance is { } w && w.Id == e.Sequence && (w.Scope, w.AsksRed, w.Reason) == (window.Scope, window.AsksRed, window.Reason))) is { } answer)
        {
            return answer;
        }

        if (Wrong(window, transaction.NowMicros) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        if (transaction.Duty.Maintenance.Length >= MostOpen)
        {
            return DutyRequest.NotNow($"There are {MostOpen} windows planned or in force already; end one first.");
        }

        if (isTrial)
        {
            return new CommandResult(CommandOutcome.Done);
        }

        var planned = window with
        {
            Id = transaction.HeadSequence + 1, By = request.Officer.Name, FromMicros = Math.Max(window.FromMicros, transaction.NowMicros), ConfirmedBy = "", EndedBy = "", EndedMicros = 0,
        };
        return Append(transaction, request, planned);
    }

    /// <summary>That red is held back, by a second person.</summary>
    public static CommandResult ConfirmRed(LedgerTransaction transaction, DutyRequest request, long id)
    {
        if (request.Earlier(transaction, (e, f) => f.Maintenance is { HoldsRed: true, EndedBy: "" } w && w.Id == id) is { } answer)
        {
            return answer;
        }

        if (Find(transaction, request, id) is not { } window)
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        return !window.AsksRed ? DutyRequest.NotNow("It does not ask for red to be held back.")
            : window.HoldsRed ? DutyRequest.NotNow($"{window.ConfirmedBy} has confirmed it already.")
            : window.By == request.Officer.Name ? DutyRequest.NotNow("It needs a second person: somebody other than who planned it.")
            : Append(transaction, request, window with { ConfirmedBy = request.Officer.Name });
    }

    /// <summary>Before its time: what is still active is told with the next sweep.</summary>
    public static CommandResult End(LedgerTransaction transaction, DutyRequest request, long id)
    {
        if (request.Earlier(transaction, (e, f) => f.Maintenance is { EndedBy.Length: > 0 } w && w.Id == id) is { } answer)
        {
            return answer;
        }

        if (Find(transaction, request, id) is not { } window)
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var now = transaction.NowMicros;
        if (window.ToMicros <= now)
        {
            return DutyRequest.NotNow("It is over.");
        }

        var hasBegun = window.FromMicros < now;
        return Append(transaction, request, window with
        {
            EndedBy = request.Officer.Name, FromMicros = Math.Min(window.FromMicros, now), ToMicros = now, EndedMicros = hasBegun ? 0 : now,
        });
    }

    /// <returns>What is wrong with a window; null when nothing is.</returns>
    public static string? Wrong(MaintenanceRecord window, long nowMicros)
    {
        var scope = window.Scope;
        return scope is { Territory: "", IsPlaceOnly: true } ? "Say for what: a territory, a gateway, a device, a kind or a rule. The whole city is too much."
            : new[] { scope.Gateway, scope.Device, scope.Kind, scope.Rule }.Any(n => n.Length > NameLimit || DutyRequest.IsUnprintable(n)) ? $"A name is at most {NameLimit} printable characters."
            : window.ToMicros <= Math.Max(window.FromMicros, nowMicros) ? "It ends after it begins, and after now."
            : window.ToMicros - Math.Max(window.FromMicros, nowMicros) > LongestMicros ? "It lasts at most 30 days."
            : window.FromMicros - nowMicros > FurthestMicros ? "It begins within 90 days."
            : string.IsNullOrWhiteSpace(window.Reason) || DutyRequest.IsUnprintable(window.Reason) ? "It needs a reason of at most 2,000 printable characters."
            : null;
    }

    private static MaintenanceRecord? Find(LedgerTransaction transaction, DutyRequest request, long id) =>
        transaction.Duty.Maintenance.FirstOrDefault(w => w.Id == id && DutyRequest.Has(request.Officer, w.Scope.Territory));

    private static CommandResult Append(LedgerTransaction transaction, DutyRequest request, MaintenanceRecord window) =>
        request.Append(transaction, EntryKind.MaintenanceSet, new DutyFacts { Maintenance = window });
}
