using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// Ends windows whose time is over: what is still active and was held back is told, the worst first, and then the window is on record as over.
/// A bounded number a commit; interrupted at any point it goes on where it was, as each alert says which window it is under.
/// Threading: the writer's.
/// </summary>
internal sealed class MaintenanceSweep
{
    /// <summary>
    /// In which order, and no more than that: who is left, and that nobody is, the book alone says, because a commit may fail after this was taken from.
    /// </summary>
    private readonly Queue<string> left = new();
    private long leftOf;
    private string last = "";

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
        // One who was told and is under the window all the same: that commit has failed.
        var under = transaction.Under(window.Id);
        if (!under.IsEmpty && (leftOf != window.Id || left.Count == 0 || under.Contains(last)))
        {
            Line(transaction, window, under);
        }

        for (; most > 0 && !transaction.Under(window.Id).IsEmpty && left.TryDequeue(out var id); most--)
        {
            if (transaction.FindLive(id) is { Maintenance: { } mark } alert && mark.Window == window.Id)
            {
                Leave(transaction, alert, mark);
                last = id;
            }
        }

        if (!transaction.Under(window.Id).IsEmpty)
        {
            return true;
        }

        var over = window with { EndedMicros = transaction.NowMicros };
        var key = string.Create(CultureInfo.InvariantCulture, $"maintenance/{window.Id}/over");
        transaction.Append(
            EntryKind.MaintenanceSet, "", "maintenance", key, transaction.NowMicros, new EntryBody { Duty = new DutyFacts { Maintenance = over } });
        return true;
    }

    private void Line(LedgerTransaction transaction, MaintenanceRecord window, IEnumerable<string> under)
    {
        left.Clear();
        leftOf = window.Id;
        foreach (var (_, _, id) in under.Select(id => transaction.FindPacked(id)!.Unpack()).Select(a => (Rank: Colours.Rank(a.Colour), a.FirstSequence, a.Id))
            .OrderByDescending(a => a.Rank).ThenBy(a => a.FirstSequence))
        {
            left.Enqueue(id);
        }
    }

    private static void Leave(LedgerTransaction transaction, Alert alert, MaintenanceMark mark)
    {
        var under = MaintenanceMarks.Of(transaction.Duty, alert, transaction.NowMicros);
        var isOwed = mark.IsHeld && alert.IsActive && alert.IsOpen;
        var next = under is null ? null : under with { IsHeld = under.IsHeld && isOwed };
        var isUntold = mark.IsHeld && alert is { IsActive: false, IsOpen: true };
        var facts = new MaintenanceOverFacts(mark.Window, isOwed && next?.IsHeld != true, next, isUntold ? true : null);
        var key = string.Create(CultureInfo.InvariantCulture, $"maintenance/{mark.Window}/{alert.Id}/{transaction.HeadSequence}");
        transaction.Append(
            EntryKind.MaintenanceOver, alert.Id, "maintenance", key, transaction.NowMicros, new EntryBody { MaintenanceOver = facts });
    }
}
