namespace PingAnIoT.Ingest;

/// <summary>
/// Where sources wait between two commits, so that what comes to them meanwhile is read at once and goes on together. They are called one after the other on one
/// thread of the pool: waking a hundred threads' worth of readers would cost more than all that they read.
/// Threading: any thread enters and calls; one at a time resumes.
/// </summary>
/// <param name="onFirst">Called when somebody waits while nobody did. Must be quick and must not throw.</param>
internal sealed class Gathering(Action onFirst) : IThreadPoolWorkItem
{
    private readonly object gate = new();
    private List<LaneTurn> waiting = [];
    private List<LaneTurn> called = [];
    private bool isCalling;
    private bool isCalledAgain;

    public void Enter(LaneTurn turn)
    {
        bool isFirst;
        lock (gate)
        {
            waiting.Add(turn);
            isFirst = waiting.Count == 1;
        }

        if (isFirst)
        {
            onFirst();
        }
    }

    /// <summary>Calls all who wait, and stays until they have brought what they have, but no longer than a time.</summary>
    public void Call(TimeSpan longest)
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                return;
            }

            if (isCalling)
            {
                isCalledAgain = true;
            }
            else
            {
                isCalling = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            while (isCalling && longest > TimeSpan.Zero && Monitor.Wait(gate, longest))
            {
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            lock (gate)
            {
                (waiting, called) = (called, waiting);
                isCalledAgain = false;
            }

            foreach (var turn in called)
            {
                turn.Come();
            }

            called.Clear();
            lock (gate)
            {
                if (!isCalledAgain)
                {
                    isCalling = false;
                    Monitor.PulseAll(gate);
                    return;
                }
            }
        }
    }
}
