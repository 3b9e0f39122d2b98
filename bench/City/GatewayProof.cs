using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// Whether every acknowledged message of one gateway is in the journal. The source says the same again from the same plan; the journal has it in the same
/// order, except that after a lost connection a window of messages comes again. So only a stretch around the furthest message found is kept in mind.
/// A message that the gateway itself sent twice, byte for byte, is proved by either copy. Threading: none of its own.
/// </summary>
internal sealed class GatewayProof(FleetSource source, int gateway, WireProgress progress)
{
    /// <summary>More than fit a connection's window: nothing is sent again that lies further back.</summary>
    private const int Reach = 4096;

    private readonly Dictionary<ulong, Made> made = [];
    private readonly Queue<ulong> window = new();
    private long firstOrdinal;
    private long furthest;

    /// <summary>Acknowledged and not in the journal.</summary>
    public long Lost { get; private set; }

    /// <summary>In the journal once more: at least once is what QoS 1 promises.</summary>
    public long Again { get; private set; }

    /// <summary>In the journal, and nothing that the gateway said.</summary>
    public long Strangers { get; private set; }

    private long NextOrdinal => firstOrdinal + window.Count;

    /// <summary>The next message of this gateway in the journal.</summary>
    public void Take(ulong hash)
    {
        while (!made.ContainsKey(hash) && NextOrdinal < Math.Min(progress.Published, furthest + Reach))
        {
            MakeNext();
        }

        if (!made.TryGetValue(hash, out var one))
        {
            Strangers++;
            return;
        }

        Again += one.IsFound ? 1 : 0;
        furthest = Math.Max(furthest, one.First);
        made[hash] = one with { IsFound = true };
        while (firstOrdinal < furthest - Reach)
        {
            Forget();
        }
    }

    /// <summary>The journal is at its end.</summary>
    public void Finish()
    {
        while (NextOrdinal < progress.Published)
        {
            MakeNext();
            if (window.Count > Reach)
            {
                Forget();
            }
        }

        while (window.Count > 0)
        {
            Forget();
        }
    }

    private void MakeNext()
    {
        var message = source.Take(gateway);
        var hash = MessageHash.Of(message.TopicUtf8, message.Payload);
        var ordinal = NextOrdinal;
        made[hash] = made.TryGetValue(hash, out var same) ? same with { Last = ordinal } : new Made(ordinal, ordinal, false);
        window.Enqueue(hash);
    }

    private void Forget()
    {
        var hash = window.Dequeue();
        var one = made[hash];
        Lost += !one.IsFound && progress.IsAcknowledged(firstOrdinal) ? 1 : 0;
        if (one.Last == firstOrdinal)
        {
            made.Remove(hash);
        }

        firstOrdinal++;
    }

    private readonly record struct Made(long First, long Last, bool IsFound);
}
