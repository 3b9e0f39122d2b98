using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A wall clock that can be set, over a count that goes on evenly.</summary>
public sealed class TimelineClock(DateTimeOffset start) : TimeProvider
{
    private readonly FakeTimeProvider inner = new(start);
    private TimeSpan shift;

    /// <summary>How much time has truly passed.</summary>
    public TimeSpan Passed => inner.GetUtcNow() - start;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public void Advance(TimeSpan by) => inner.Advance(by);

    public void Set(TimeSpan by) => shift += by;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + shift;

    public override long GetTimestamp() => inner.GetTimestamp();

    /// <summary>None that fires: a scenario says when anything is looked at.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
