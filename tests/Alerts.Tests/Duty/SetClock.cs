using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A fake clock on the wall that may be set, beside a counter that only counts.</summary>
internal sealed class SetClock(DateTimeOffset start) : TimeProvider
{
    private readonly FakeTimeProvider inner = new(start);
    private TimeSpan shift;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public void Pass(TimeSpan time) => inner.Advance(time);

    public void Set(TimeSpan by) => shift += by;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + shift;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
