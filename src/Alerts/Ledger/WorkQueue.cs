namespace PingAnIoT.Alerts;

/// <summary>
/// What waits for the ledger's disk, bounded: a full queue makes the poster wait. Threading: filled from any thread, emptied by the writer.
/// </summary>
internal sealed class WorkQueue(int capacity, int groupCapacity, AlertsMetrics metrics)
{
    private readonly object gate = new();
    private readonly Queue<LedgerWork> waiting = new();
    private bool closed;

    public int Depth
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Adds, waiting while the queue is full.</summary>
    /// <exception cref="ObjectDisposedException">The ledger is closed.</exception>
    public void Put(LedgerWork work)
    {
        lock (gate)
        {
            if (waiting.Count >= capacity && !closed)
            {
                metrics.PostWaits.Add(1);
                while (waiting.Count >= capacity && !closed)
                {
                    Monitor.Wait(gate);
                }
            }

            Add(work);
        }
    }

    /// <summary>Adds beyond the bound: for the few kinds that are bounded elsewhere (commands, flushes, one sweep).</summary>
    public void PutAtOnce(LedgerWork work)
    {
        lock (gate)
        {
            Add(work);
        }
    }

    /// <summary>Takes what is there, after waiting for something and then at most <paramref name="linger"/> for company.</summary>
    /// <returns>False when closed and empty.</returns>
    public bool TakeGroup(List<LedgerWork> into, TimeSpan linger)
    {
        lock (gate)
        {
            while (waiting.Count == 0 && !closed)
            {
                Monitor.Wait(gate);
            }

            // Only a full group (or closing) pulses while somebody lingers; how long it takes decides nothing but the size of the group.
            if (waiting.Count < groupCapacity && linger > TimeSpan.Zero && !closed)
            {
                Monitor.Wait(gate, linger);
            }

            while (into.Count < groupCapacity && waiting.TryDequeue(out var work))
            {
                into.Add(work);
            }

            Monitor.PulseAll(gate);
            return into.Count > 0;
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }

    private void Add(LedgerWork work)
    {
        ObjectDisposedException.ThrowIf(closed, typeof(Ledger));
        waiting.Enqueue(work);
        if (waiting.Count == 1 || waiting.Count == groupCapacity)
        {
            Monitor.PulseAll(gate);
        }
    }
}
