using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>Records of alerts that chattered that they are calm. What time makes so is an entry, like a breach, and not for each reader to work out.</summary>
internal static class CalmSweep
{
    /// <returns>True when there may be more.</returns>
    public static bool Run(LedgerTransaction transaction, int most)
    {
        var due = transaction.Flapping.Select(transaction.FindLive)
            .Where(a => a?.Chatter?.CalmAtMicros <= transaction.NowMicros)
            .OrderBy(a => a!.Chatter!.CalmAtMicros).ThenBy(a => a!.Id, StringComparer.Ordinal).Take(most + 1).ToList();
        foreach (var alert in due.Take(most))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"calm/{alert!.Id}/{transaction.HeadSequence}");
            transaction.Append(EntryKind.Calmed, alert.Id, "deadline", key, transaction.NowMicros, new EntryBody { Calmed = alert.Chatter });
        }

        return due.Count > most;
    }
}
