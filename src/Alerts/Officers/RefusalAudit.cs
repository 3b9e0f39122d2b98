namespace PingAnIoT.Alerts;

/// <summary>
/// Refusals on record without a flood: of each officer and call the first is an entry at once, those of the minute after it are counted into the next.
/// Bounded: beyond 1,000 pairs a minute all others are one. Threading: from any thread.
/// </summary>
public sealed class RefusalAudit(Ledger ledger, TimeProvider time)
{
    private const int Pairs = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<(string Officer, string Rpc, string Reason), (long Count, long Told)> counted = [];

    public void Note(string officer, string rpc, string reason)
    {
        var key = (officer, rpc, reason);
        long count;
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (!counted.ContainsKey(key) && counted.Count >= Pairs)
            {
                foreach (var old in counted.Where(c => c.Value.Count == 0 && time.GetElapsedTime(c.Value.Told, now) > Pause).Select(c => c.Key).ToList())
                {
                    counted.Remove(old);
                }

                key = counted.Count >= Pairs ? ("others", "others", reason) : key;
            }

            var isKnown = counted.TryGetValue(key, out var before);
            count = before.Count + 1;
            if (isKnown && time.GetElapsedTime(before.Told, now) < Pause)
            {
                counted[key] = (count, before.Told);
                return;
            }

            counted[key] = (0, now);
        }

        var facts = new RefusalFacts(key.Item2, key.Item3, count);
        _ = RecordAsync(key.Item1, facts);
    }

    private async Task RecordAsync(string officer, RefusalFacts facts)
    {
        try
        {
            await ledger.DecideAsync(t => OfficerBookCommands.NoteRefusal(t, officer, facts), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Closing: there is nowhere left to write it.
        }
    }
}
