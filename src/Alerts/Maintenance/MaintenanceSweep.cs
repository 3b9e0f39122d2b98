using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// Ends windows whose time is over: what is still active and was held back is told, the worst first, and then the window is on record as over.
/// A bounded number a commit; interrupted at any point it goes on where it was, as each alert says which window it is under.
/// Threading: the writer's.
/// </summary>
internal sealed class MaintenanceSweep
{
    private readonly Queue<string> left = new();
    private long leftOf;

    /// <returns>True when there may be more.</returns>
    public bool Run(LedgerTransaction transaction, int most)
    {
        foreach (var window in transaction.Duty.Maintenance)
        {
            if (window.ToMicros <= transaction.NowMicros)
            {
                return End(transaction, window, most);
            }
        }

        return false;
    }

    private bool End(LedgerTransaction transaction, MaintenanceRecord window, int most)
    {
        if (leftOf != window.Id || left.Count == 0)
        {
            left.Clear();
            leftOf = window.Id;
            foreach (var alert in transaction.LiveAlerts.Where(a => a.Maintenance?.Window == window.Id)
                .OrderByDescending(a => Colours.Rank(a.Colour)).ThenBy(a => a.FirstSequence))
            {
                left.Enqueue(alert.Id);
            }
        }

        for (; most > 0 && left.TryDequeue(out var id); most--)
        {
            // It may have gone meanwhile, or the commit that told of it may have been taken for lost.
            if (transaction.FindAlert(id) is { Maintenance: { } mark } alert && mark.Window == window.Id)
            {
                Leave(transaction, alert, mark);
            }
        }

        if (most == 0)
        {
            return true;
        }

        var over = window with { EndedMicros = transaction.NowMicros };
        var key = string.Create(CultureInfo.InvariantCulture, $"maintenance/{window.Id}/over");
        transaction.Append(
            EntryKind.MaintenanceSet, "", "maintenance", key, transaction.NowMicros, new EntryBody { Duty = new DutyFacts { Maintenance = over } });
        return true;
    }

    private static void Leave(LedgerTransaction transaction, Alert alert, MaintenanceMark mark)
    {
        var under = MaintenanceMarks.Of(transaction.Duty, alert, transaction.NowMicros);
        var isOwed = mark.IsHeld && alert.IsActive && alert.IsOpen;
        var next = under is null ? null : under with { IsHeld = under.IsHeld && isOwed };
        var facts = new MaintenanceOverFacts(mark.Window, isOwed && next?.IsHeld != true, next);
        var key = string.Create(CultureInfo.InvariantCulture, $"maintenance/{mark.Window}/{alert.Id}/{transaction.HeadSequence}");
        transaction.Append(
            EntryKind.MaintenanceOver, alert.Id, "maintenance", key, transaction.NowMicros, new EntryBody { MaintenanceOver = facts });
    }
}
