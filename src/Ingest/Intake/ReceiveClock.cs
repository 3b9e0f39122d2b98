namespace PingAnIoT.Ingest;

/// <summary>
/// The receive time of everything taken in. It never steps back: when the wall clock is set back, it runs at half speed until the wall clock
/// has caught up; when the wall clock is set forward, it follows at once. Threading: any thread.
/// </summary>
internal sealed class ReceiveClock
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private long lastMicros;
    private long lastTimestamp;

    /// <param name="time">The wall clock and the steady clock.</param>
    /// <param name="floorMicros">The last receive time of the journal: a restart does not step back either.</param>
    public ReceiveClock(TimeProvider time, long floorMicros = 0)
    {
        this.time = time;
        lastTimestamp = time.GetTimestamp();
        lastMicros = floorMicros;
    }

    /// <summary>Microseconds since 1970-01-01T00:00:00Z; at least what the call before gave.</summary>
    public long NowMicros()
    {
        lock (gate)
        {
            var timestamp = time.GetTimestamp();
            var elapsed = (long)time.GetElapsedTime(lastTimestamp, timestamp).TotalMicroseconds;
            lastTimestamp = timestamp;
            var wall = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            lastMicros = Math.Max(wall, lastMicros + Math.Max(0, elapsed / 2));
            return lastMicros;
        }
    }

    /// <summary>From here on it gives this time or a later one: what a batch has used up of the time after its own is nobody else's.</summary>
    public void Raise(long floorMicros)
    {
        lock (gate)
        {
            lastMicros = Math.Max(lastMicros, floorMicros);
        }
    }
}
