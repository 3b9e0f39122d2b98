namespace PingAnIoT.Rules;

/// <summary>A reading or tick on its way to an open rule.</summary>
internal readonly record struct OpenEntry(Reading Reading, long JournalPosition);

/// <summary>
/// What waits for one open rule: a ring of fixed length, so that nothing is allocated for a reading. Threading: one thread puts in, one takes
/// out, any waits until what it saw put in is done.
/// </summary>
internal sealed class OpenRuleQueue(int length)
{
    private readonly object gate = new();
    private readonly OpenEntry[] ring = new OpenEntry[length];
    private readonly List<(long Until, TaskCompletionSource Done)> waiting = [];
    private long put;
    private long taken;
    private long done;
    private bool isClosed;

    /// <returns>False when it is full.</returns>
    /// <param name="entry">What to put in.</param>
    /// <param name="mayWait">Wait for room instead: the past is read faster than the present comes.</param>
    public bool TryPut(in OpenEntry entry, bool mayWait)
    {
        lock (gate)
        {
            while (put - done >= ring.Length && mayWait && !isClosed)
            {
                Monitor.Wait(gate);
            }

            if (isClosed)
            {
                return true;
            }

            if (put - done >= ring.Length)
            {
                return false;
            }

            ring[put++ % ring.Length] = entry;
            Monitor.PulseAll(gate);
            return true;
        }
    }

    /// <summary>Says that what was taken before is done, and waits for the next.</summary>
    /// <returns>False when it is closed.</returns>
    public bool Take(out OpenEntry entry)
    {
        lock (gate)
        {
            done = taken;
            Complete();
            Monitor.PulseAll(gate);
            while (taken == put && !isClosed)
            {
                Monitor.Wait(gate);
            }

            entry = isClosed ? default : ring[taken++ % ring.Length];
            return !isClosed;
        }
    }

    /// <summary>Nothing more goes in or comes out, and nobody waits any longer.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Complete();
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Completes when all that is in now is done, or the queue closed.</summary>
    public Task DrainedAsync()
    {
        lock (gate)
        {
            if (isClosed || done == put)
            {
                return Task.CompletedTask;
            }

            var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((put, drained));
            return drained.Task;
        }
    }

    private void Complete()
    {
        for (var i = waiting.Count - 1; i >= 0; i--)
        {
            if (isClosed || waiting[i].Until <= done)
            {
                waiting[i].Done.SetResult();
                waiting.RemoveAt(i);
            }
        }
    }
}
