namespace PingAnIoT.Rules.Tests;

/// <summary>Sentences of docs/engine-semantics.md that mutants of the engine outlived once.</summary>
public sealed class CornerTests
{
    [Fact]
    public void A_raise_comes_at_least_a_microsecond_after_the_end_of_the_episode_before()
    {
        var scenario = new Scenario(Scenario.Rule(function: WindowFunction.Mean, window: "10s")).Run("""
            at   10s p1 100              -> p1.pressure red @10s
            at 10.5s p1 0 from 9s        -> p1.pressure normal @10s
            at 10.6s p1 400 from 8.5s    -> p1.pressure red @10.000001s
            """);
        scenario.Transitions.Select(t => t.EpisodeMicros - Scenario.Epoch).Should().Equal(10_000_000, 10_000_000, 10_000_001);
        scenario.Engine.Counters.Transitions.Should().Be(3);
    }

    [Fact]
    public void A_reset_drops_what_is_pending() => new Scenario(Scenario.Rule(bands:
        [new(Severity.Red, Comparison.Above, 90, null), new(Severity.Yellow, Comparison.Above, 50, null)], hold: "5s") with { IsLatched = true }).Run("""
        at  0s p1 60
        at  5s p1 60                     -> p1.pressure yellow @5s
        at  6s p1 95
        at  7s reset p1                  -> p1.pressure normal @7s
        at  8s p1 95
        at 12s p1 95                     # red since 6 s would be due
        at 13s p1 95                     -> p1.pressure red @13s
        """);

    [Fact]
    public void Evidence_of_stuck_is_the_two_readings_that_are_the_same_whatever_others_keep()
    {
        var stuck = Scenario.Rule("stuck", WindowFunction.Stuck, hold: "10s", bands: [new(Severity.Fault, Comparison.Equal, 0, null)]);
        var scenario = new Scenario(stuck, Scenario.Rule(function: WindowFunction.Mean, window: "60s", bands: [new(Severity.Red, Comparison.Above, 9000, null)])).Run("""
            at  0s p1 91
            at  5s p1 95
            at 10s p1 95
            at 15s p1 95
            at 20s p1 95                 -> p1.pressure fault @20s
            """);
        scenario.Transitions[0].Evidence.Select(e => (e.EventTimeMicros - Scenario.Epoch) / 1_000_000).Should().Equal([10, 15], "what is due happens before the reading that brings it");
    }

    [Fact]
    public void Times_counts_by_the_set_point_of_the_device() => new Scenario(Scenario.Rule(
        function: WindowFunction.Times, window: "60s", bands: [new(Severity.Red, Comparison.Above, 90, "limit")]) with { Times = 2 }).Run("""
        at 0s p2 99                      # its limit is 1000
        at 1s p2 99
        at 2s p1 99
        at 3s p1 99                      -> p1.pressure red @3s
        at 4s p2 1001
        at 5s p2 1001                    -> p2.pressure red @5s
        """);

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(10, 10)]
    [InlineData(10, 9)]
    [InlineData(10, Schedule.MinutesPerWeek + 1)]
    public void A_schedule_beyond_the_week_is_none(int from, int to)
    {
        var make = () => new CompiledSchedule(new Schedule("UTC", [new WeekRange(from, to)]));
        make.Should().Throw<ArgumentException>().WithMessage($"From minute {from} to {to} is no part of a week.*");
        var nowhere = () => new CompiledSchedule(new Schedule("Middle/Earth", [new WeekRange(0, 1)]));
        nowhere.Should().Throw<ArgumentException>().WithMessage("The time zone 'Middle/Earth' is not known.*");
        new CompiledSchedule(new Schedule("UTC", [new WeekRange(0, Schedule.MinutesPerWeek)])).Should().NotBeNull();
    }
}
