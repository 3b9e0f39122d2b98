namespace PingAnIoT.Alerts;

/// <summary>
/// Refusals on record without a flood: of each officer and call the first is an entry at once, those of the minute after it are one entry with their number.
/// With what was reached for: of so many each once, and no longer whose number it was. Bounded: beyond 1,000 pairs a minute all others are one. Threading: from any thread.
/// </summary>
public sealed class RefusalAudit : IAsyncDisposable
{
    /// <summary>In one entry.</summary>
    public const int MostReached = 16;

    private const int Pairs = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop waits for a ledger that cannot write.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Ledger ledger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<(string Officer, string Rpc, string Reason), (long Count, long Told, List<Reached> Reached)> counted = [];
    private readonly ITimer timer;

    public RefusalAudit(Ledger ledger, TimeProvider time)
    {
        this.ledger = ledger;
        this.time = time;
        timer = time.CreateTimer(_ => _ = TellAsync(all: false), null, Pause, Pause);
    }

    /// <param name="officer">Who; <c>nobody</c> where that is not known.</param>
    /// <param name="rpc">The call.</param>
    /// <param name="reason">The stable word of the refusal.</param>
    /// <param name="reached">What it was about; null where it named nothing.</param>
    public void Note(string officer, string rpc, string reason, Reached? reached = null)
    {
        var key = (officer, rpc, reason);
        lock (gate)
        {
            if (!counted.ContainsKey(key) && counted.Count >= Pairs)
            {
                key = ("others", "others", reason);
            }

            if (counted.TryGetValue(key, out var before))
            {
                if (reached is not null && before.Reached.Count < MostReached && !before.Reached.Contains(reached))
                {
                    before.Reached.Add(reached);
                }

                counted[key] = before with { Count = before.Count + 1 };
                return;
            }

            counted[key] = (0, time.GetTimestamp(), []);
        }

        _ = RecordAsync(key, 1, reached is null ? [] : [reached]);
    }

    /// <summary>What was counted goes on record.</summary>
    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync().ConfigureAwait(false);
        await TellAsync(all: true).WaitAsync(Farewell, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task TellAsync(bool all)
    {
        var due = new List<((string, string, string) Key, long Count, List<Reached> Reached)>();
        lock (gate)
        {
            var now = time.GetTimestamp();
            foreach (var (key, (count, told, reached)) in counted.ToList())
            {
                if (!all && time.GetElapsedTime(told, now) < Pause)
                {
                    continue;
                }

                if (count == 0)
                {
                    counted.Remove(key);
                    continue;
                }

                due.Add((key, count, reached));
                counted[key] = (0, now, []);
            }
        }

        return Task.WhenAll(due.Select(d => RecordAsync(d.Key, d.Count, d.Reached)));
    }

    private async Task RecordAsync((string Officer, string Rpc, string Reason) key, long count, List<Reached> reached)
    {
        try
        {
            var facts = new RefusalFacts(key.Rpc, key.Reason, count) { Reached = reached.Count == 0 ? null : reached };
            await ledger.DecideAsync(t => OfficerBookCommands.NoteRefusal(t, key.Officer, facts), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception closing) when (closing is ObjectDisposedException or LedgerException)
        {
            // There is nowhere left to write it.
        }
    }
}
