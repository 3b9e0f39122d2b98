using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>Records of alerts that chattered that they are calm. What time makes so is an entry, like a breach, and not for each reader to work out.</summary>
internal static class CalmSweep
{
    /// <returns>True when there may be more.</returns>
    public static bool Run(LedgerTransaction transaction, int most)
    {
        // Every second, of all that chatter: none is unpacked that is not due.
        var due = transaction.Flapping.Select(id => (Id: id, transaction.FindPacked(id)?.Rest?.Chatter))
            .Where(a => a.Chatter?.CalmAtMicros <= transaction.NowMicros)
            .OrderBy(a => a.Chatter!.CalmAtMicros).ThenBy(a => a.Id, StringComparer.Ordinal).Take(most + 1).ToList();
        foreach (var (id, chatter) in due.Take(most))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"calm/{id}/{transaction.HeadSequence}");
            transaction.Append(EntryKind.Calmed, id, "deadline", key, transaction.NowMicros, new EntryBody { Calmed = chatter });
        }

        return due.Count > most;
    }
}
