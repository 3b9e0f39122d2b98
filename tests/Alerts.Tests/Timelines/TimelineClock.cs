using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A wall clock that can be set, over a count that goes on evenly.</summary>
public sealed class TimelineClock(DateTimeOffset start) : TimeProvider
{
    private readonly FakeTimeProvider inner = new(start);
    private readonly Dictionary<object, TimeSpan> ticks = [];
    private TickingClock? ticking;
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

    /// <summary>The same time, for what waits by timers of its own: they fire as the scenario goes on.</summary>
    public TimeProvider Ticking => ticking ??= new TickingClock(this);

    /// <summary>When the next of those timers fires, as <see cref="Passed"/>; null when none runs.</summary>
    public TimeSpan? NextTick
    {
        get
        {
            lock (ticks)
            {
                return ticks.Count == 0 ? null : ticks.Values.Min();
            }
        }
    }

    private sealed class TickingClock(TimelineClock clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Tick(clock, callback, state, dueTime);
    }

    /// <summary>Fires once.</summary>
    private sealed class Tick : ITimer
    {
        private readonly TimelineClock clock;
        private readonly ITimer inner;

        public Tick(TimelineClock clock, TimerCallback callback, object? state, TimeSpan due)
        {
            this.clock = clock;
            Note(due);
            inner = clock.inner.CreateTimer(
                s =>
                {
                    Note(Timeout.InfiniteTimeSpan);
                    callback(s);
                },
                state, due, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Note(dueTime);
            return inner.Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            Note(Timeout.InfiniteTimeSpan);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Note(Timeout.InfiniteTimeSpan);
            return inner.DisposeAsync();
        }

        private void Note(TimeSpan due)
        {
            lock (clock.ticks)
            {
                clock.ticks.Remove(this);
                if (due != Timeout.InfiniteTimeSpan)
                {
                    clock.ticks[this] = clock.Passed + due;
                }
            }
        }
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
