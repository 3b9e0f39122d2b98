using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

public sealed class ReceiveClockTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void It_runs_with_the_wall_clock_and_never_falls_behind_what_the_journal_has()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1000));
        var clock = new ReceiveClock(time);
        clock.NowMicros().Should().Be(1000 * Second);
        time.Advance(TimeSpan.FromSeconds(3));
        clock.NowMicros().Should().Be(1003 * Second);

        var after = new ReceiveClock(time, floorMicros: 1100 * Second);
        after.NowMicros().Should().Be(1100 * Second);
        time.Advance(TimeSpan.FromSeconds(50));
        after.NowMicros().Should().Be(1125 * Second, "half speed until the wall clock has caught up");
        time.Advance(TimeSpan.FromSeconds(200));
        after.NowMicros().Should().Be(1253 * Second);
    }

    [Fact]
    public void Set_forward_it_follows_and_set_back_it_slows_down()
    {
        var time = new SteppedTime();
        var clock = new ReceiveClock(time);
        var start = clock.NowMicros();
        time.Step(TimeSpan.FromHours(1));
        clock.NowMicros().Should().Be(start + (3600 * Second));
        time.Step(TimeSpan.FromHours(-2));
        clock.NowMicros().Should().Be(start + (3600 * Second));
        time.Advance(TimeSpan.FromSeconds(10));
        clock.NowMicros().Should().Be(start + (3605 * Second));
    }

    private sealed class SteppedTime : TimeProvider
    {
        private readonly FakeTimeProvider steady = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
        private TimeSpan step;

        public override long TimestampFrequency => steady.TimestampFrequency;

        public void Step(TimeSpan by) => step += by;

        public void Advance(TimeSpan by) => steady.Advance(by);

        public override long GetTimestamp() => steady.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + step;
    }
}
