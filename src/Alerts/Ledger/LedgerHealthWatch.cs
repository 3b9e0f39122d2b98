namespace PingAnIoT.Alerts;

/// <summary>Tells how the writer fares, also while it hangs in a call to the disk. Threading: written by the writer, read by anyone.</summary>
internal sealed class LedgerHealthWatch(TimeProvider clock)
{
    private static readonly TimeSpan LongestCommit = TimeSpan.FromSeconds(3);
    private readonly Lock gate = new();
    private bool working;
    private long startedAt;
    private string? failure;
    private long sinceMicros = Micros.Now(clock);
    private bool isSound = true;

    public LedgerHealth Read()
    {
        lock (gate)
        {
            var hangs = working && clock.GetElapsedTime(startedAt) > LongestCommit;
            var reason = failure ?? (hangs ? "the disk does not answer" : "");
            return new LedgerHealth(reason.Length == 0, reason, sinceMicros, isSound);
        }
    }

    public void Started()
    {
        lock (gate)
        {
            (working, startedAt) = (true, clock.GetTimestamp());
        }
    }

    public void Succeeded()
    {
        lock (gate)
        {
            working = false;
            if (failure is not null)
            {
                (failure, sinceMicros) = (null, Micros.Now(clock));
            }
        }
    }

    public void Failed(string reason)
    {
        lock (gate)
        {
            if (failure is null)
            {
                sinceMicros = Micros.Now(clock);
            }

            failure = reason;
        }
    }

    public void Damaged()
    {
        lock (gate)
        {
            isSound = false;
        }
    }
}
