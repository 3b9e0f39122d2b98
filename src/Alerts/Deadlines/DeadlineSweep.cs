using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>Finds what is due and records each breach, in the transaction that also takes the deadline's row away: once, whatever is interrupted.</summary>
internal static class DeadlineSweep
{
    /// <returns>True when there may be more.</returns>
    public static bool Run(LedgerTransaction transaction, int most)
    {
        transaction.Flush();
        var now = transaction.NowMicros;
        var due = transaction.Store.DueBy(now, most);
        foreach (var (alertId, deadline) in due)
        {
            var body = new EntryBody { Breach = new Breach(deadline.Step, deadline.Level, deadline.Round, deadline.DueMicros, now) };
            transaction.Append(EntryKind.Breached, alertId, "deadline", KeyOf(alertId, deadline), now, body);
        }

        transaction.Flush();
        return due.Count == most;
    }

    public static string KeyOf(string alertId, Deadline deadline) => string.Create(
        CultureInfo.InvariantCulture, $"deadline/{alertId}/{(int)deadline.Step}/{deadline.Level}/{deadline.Round}");
}
