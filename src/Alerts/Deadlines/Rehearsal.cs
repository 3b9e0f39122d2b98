using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>
/// Does with one alert of the book what its first breach will do, and keeps nothing of it: what has to be compiled and set up for that is there when a
/// deadline is missed, and does not hold up the writer then.
/// </summary>
internal static class Rehearsal
{
    public static void Run(BookSnapshot book, DeadlinePolicy policy)
    {
        if (book.Alerts.Packed.FirstOrDefault(a => a.DueMicros != long.MaxValue)?.Unpack() is not { } alert)
        {
            return;
        }

        var due = alert.Deadlines[0];
        var body = Escalation.Of(alert, due, due.DueMicros, policy);
        var key = DeadlineSweep.KeyOf(alert.Id, due);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, AlertsJson.Readable.EntryBody);
        var entry = new LedgerEntry
        {
            Sequence = alert.LastSequence + 1, TimeMicros = due.DueMicros, Kind = EntryKind.Breached, AlertId = alert.Id, Actor = "", Key = key, Body = body,
            PreviousHash = HashChain.Start,
            Hash = HashChain.Hash(RawEntry.Of(alert.LastSequence + 1, due.DueMicros, EntryKind.Breached, alert.Id, "", key, bytes, HashChain.Start)),
        };
        var after = AlertFold.Apply(alert, entry)!;
        JsonSerializer.Serialize(after, AlertsJson.Readable.Alert);
        PackedAlert.Of(after, new WordTable(), new PackWriter());
    }
}
