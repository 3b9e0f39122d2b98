using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Says of an entry that is about to be written which window it comes under. Decided once and written into the entry, so that neither a fold nor
/// the notices need the windows again. Pure.
/// </summary>
internal static class MaintenanceMarks
{
    public static MaintenanceMark? Of(DutyBook duty, EntryKind kind, EntryBody body, Func<Alert?> find, long nowMicros)
    {
        if (duty.Maintenance.IsEmpty || !IsNews(kind, body))
        {
            return null;
        }

        return body.Transition is { } facts ? Best(duty, w => w.Scope.Catches(facts), facts.To, nowMicros)
            : find() is { } alert ? Best(duty, w => w.Scope.Catches(alert), alert.PeakColour, nowMicros)
            : null;
    }

    /// <summary>The window that an alert is under now, as its colour is now.</summary>
    public static MaintenanceMark? Of(DutyBook duty, Alert alert, long nowMicros) => Best(duty, w => w.Scope.Catches(alert), alert.Colour, nowMicros);

    /// <summary>What <see cref="NoticeCause"/> tells of; a raise in any case.</summary>
    internal static bool IsNews(EntryKind kind, EntryBody body) => kind switch
    {
        EntryKind.Raised or EntryKind.Breached => true,
        EntryKind.ParentOver => body.ParentOver!.IsTold,
        EntryKind.Recurred or EntryKind.ColourChanged => body.Transition is { Reopens: true } or { Deadlines: not null },
        _ => false,
    };

    /// <summary>One that holds it back before one that does not; of several the one that lasts longest.</summary>
    private static MaintenanceMark? Best(DutyBook duty, Func<MaintenanceRecord, bool> catches, Severity colour, long nowMicros)
    {
        MaintenanceRecord? best = null;
        foreach (var window in duty.Maintenance)
        {
            if (window.IsInForce(nowMicros) && catches(window)
                && (best is null || (window.Holds(colour), window.ToMicros).CompareTo((best.Holds(colour), best.ToMicros)) > 0))
            {
                best = window;
            }
        }

        return best is null ? null : new MaintenanceMark(best.Id, best.Holds(colour));
    }
}
