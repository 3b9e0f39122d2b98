namespace PingAnIoT.Ingest;

/// <summary>How a thread waits before it tries a disk again that would not.</summary>
internal static class RetryPause
{
    /// <param name="gate">The lock that guards whether it stops; pulsed when that changes.</param>
    /// <param name="time">Counts the pause.</param>
    /// <param name="pause">How long.</param>
    /// <param name="isStopping">Asked under the lock.</param>
    /// <returns>False when it stops, which ends the pause at once.</returns>
    public static bool Wait(object gate, TimeProvider time, TimeSpan pause, Func<bool> isStopping)
    {
        var due = false;
        using var timer = time.CreateTimer(
            _ =>
            {
                lock (gate)
                {
                    due = true;
                    Monitor.PulseAll(gate);
                }
            },
            null, pause, Timeout.InfiniteTimeSpan);
        lock (gate)
        {
            while (!due && !isStopping())
            {
                Monitor.Wait(gate);
            }

            return !isStopping();
        }
    }
}
