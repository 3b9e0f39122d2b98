namespace PingAnIoT.Alerts;

/// <summary>
/// What waits for the ledger's disk, in two lanes, each bounded: a full one makes the poster wait. What is red overtakes what is not, whatever waits;
/// what is not red keeps a share of each group, so that a flood of red does not starve it. Of one rule and series nothing overtakes anything: where
/// a red has others of its own before it, they go with it.
/// Threading: filled from any thread, emptied by the writer.
/// </summary>
internal sealed class WorkQueue(int capacity, int groupCapacity, AlertsMetrics metrics)
{
    /// <summary>One in so many of a group is not red, where such waits.</summary>
    private const int PlainShare = 8;
    private readonly object gate = new();
    private readonly Queue<LedgerWork> red = new();
    private readonly Queue<LedgerWork> plain = new();
    private readonly Dictionary<(string Rule, string Series), SeriesWork> waiting = [];
    private readonly List<LedgerWork> barriers = [];
    private int plainCount;
    private long put;
    private long redPut;
    private long redTaken;
    private bool closed;

    /// <summary>What waits of one rule and series: all of it is in one lane.</summary>
    private sealed class SeriesWork
    {
        public Queue<LedgerWork> Plain { get; } = new();

        public int Red { get; set; }
    }

    public int Depth
    {
        get
        {
            lock (gate)
            {
                return red.Count + plainCount;
            }
        }
    }

    /// <summary>Adds, waiting while its lane is full.</summary>
    /// <exception cref="ObjectDisposedException">The ledger is closed.</exception>
    public void Put(LedgerWork work)
    {
        lock (gate)
        {
            if (IsFull(work) && !closed)
            {
                metrics.PostWaits.Add(1);
                while (IsFull(work) && !closed)
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

    /// <summary>Takes what is there, red first, after waiting for something and then at most <paramref name="linger"/> for company.</summary>
    /// <returns>False when closed and empty.</returns>
    public bool TakeGroup(List<LedgerWork> into, TimeSpan linger)
    {
        lock (gate)
        {
            while (red.Count + plainCount == 0 && !closed)
            {
                Monitor.Wait(gate);
            }

            // Only a full group (or closing) pulses while somebody lingers; how long it takes decides nothing but the size of the group.
            if (red.Count + plainCount < groupCapacity && linger > TimeSpan.Zero && !closed)
            {
                Monitor.Wait(gate, linger);
            }

            var share = plainCount > 0 ? Math.Max(1, groupCapacity / PlainShare) : 0;
            TakeRed(into, Math.Max(1, groupCapacity - share));
            TakePlain(into);

            // What is not red may have had to wait for more red than its share left room for.
            TakeRed(into, groupCapacity);
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

    private void TakeRed(List<LedgerWork> into, int most)
    {
        while (into.Count < most && red.TryDequeue(out var work))
        {
            redTaken++;
            if (work.OfSeries is { } series)
            {
                var same = waiting[series];
                same.Red--;
                Forget(series, same);
            }

            into.Add(work);
        }
    }

    private void TakePlain(List<LedgerWork> into)
    {
        while (plain.TryPeek(out var work) && (work.IsMoved || into.Count < groupCapacity))
        {
            if (work.IsMoved)
            {
                // Also where there is no room: in a flood of red there is none for as long as that lasts.
                plain.Dequeue();
                continue;
            }

            if (work.IsBarrier && work.AfterRed > redTaken)
            {
                // What was put before it must not come after it.
                return;
            }

            plain.Dequeue();
            plainCount--;
            if (work.IsBarrier)
            {
                barriers.Remove(work);
            }

            if (work.OfSeries is { } series)
            {
                var same = waiting[series];
                same.Plain.Dequeue();
                Forget(series, same);
            }

            into.Add(work);
        }
    }

    private void Forget((string Rule, string Series) series, SeriesWork same)
    {
        if (same.Red == 0 && same.Plain.Count == 0)
        {
            waiting.Remove(series);
        }
    }

    private bool IsFull(LedgerWork work) => GoesRed(work) ? red.Count >= capacity : plainCount >= capacity;

    /// <summary>What follows a red of its own series follows it in its lane.</summary>
    private bool GoesRed(LedgerWork work) =>
        work.IsRed || (work.OfSeries is { } series && waiting.TryGetValue(series, out var same) && same.Red > 0);

    private void Add(LedgerWork work)
    {
        ObjectDisposedException.ThrowIf(closed, typeof(Ledger));
        work.PutAs = ++put;
        if (GoesRed(work))
        {
            AddRed(work);
        }
        else
        {
            AddPlain(work);
        }

        if (red.Count + plainCount is var count && (count == 1 || count == groupCapacity))
        {
            Monitor.PulseAll(gate);
        }
    }

    private void AddRed(LedgerWork work)
    {
        if (work.OfSeries is { } series)
        {
            var same = OfSeries(series);
            while (same.Plain.TryDequeue(out var before))
            {
                before.IsMoved = true;
                plainCount--;
                red.Enqueue(before);
                redPut++;
                same.Red++;

                PushBack(before);
            }

            same.Red++;
        }

        red.Enqueue(work);
        redPut++;
    }

    /// <summary>Barriers that were put after it do not wait for it where it is now. Those put before it need not: they would wait as long as a storm goes on.</summary>
    private void PushBack(LedgerWork moved)
    {
        foreach (var barrier in barriers)
        {
            if (barrier.PutAs > moved.PutAs)
            {
                barrier.AfterRed = redPut;
            }
        }
    }

    private void AddPlain(LedgerWork work)
    {
        plain.Enqueue(work);
        plainCount++;
        if (work.IsBarrier)
        {
            work.AfterRed = redPut;
            barriers.Add(work);
        }

        if (work.OfSeries is { } series)
        {
            OfSeries(series).Plain.Enqueue(work);
        }
    }

    private SeriesWork OfSeries((string Rule, string Series) series)
    {
        if (!waiting.TryGetValue(series, out var same))
        {
            waiting[series] = same = new SeriesWork();
        }

        return same;
    }
}
