namespace PingAnIoT.Bench;

/// <summary>The machine's clock, moved on by so much. Threading: moved by one flow, read from any thread.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long aheadTicks;

    /// <summary>Both clocks together: nobody takes it for a clock that was set.</summary>
    public void Move(TimeSpan by) => Interlocked.Add(ref aheadTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref aheadTicks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref aheadTicks);
}
