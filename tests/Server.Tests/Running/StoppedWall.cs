namespace PingAnIoT.Server.Tests;

/// <summary>A clock on the wall that stands where the test puts it, while timers and stop watches run: for what counts by the wall, on a machine of any speed.</summary>
internal sealed class StoppedWall : TimeProvider
{
    private long ticks = System.GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
