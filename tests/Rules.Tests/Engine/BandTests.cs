namespace PingAnIoT.Rules.Tests;

/// <summary>Holds, deadbands, clear holds, and the way up and down through the colours.</summary>
public sealed class BandTests
{
    private static readonly Band[] Colours =
    [
        new(Severity.Red, Comparison.Above, 480, null), new(Severity.Yellow, Comparison.Above, 450, null),
        new(Severity.Green, Comparison.Above, 420, null),
    ];

    [Fact]
    public void A_hold_ends_on_a_tick_at_its_exact_time() => new Scenario(Scenario.Rule(hold: "30s", deadband: 5)).Run("""
        at  0s tick
        at  1s p1 91
        to 32s                       # due at 31 s, less 2 s lateness
        at 33s tick                  -> p1.pressure red @31s
        at 40s p1 86                 # inside the deadband
        at 50s p1 84                 -> p1.pressure normal @50s
        """);

    [Fact]
    public void A_hold_ends_on_the_next_reading_at_its_exact_time() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at  1s p1 91
        at 20s p1 95
        at 50s p1 10                 -> p1.pressure red @31s, p1.pressure normal @50s
        """);

    [Fact]
    public void A_hold_that_is_broken_starts_over() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at  1s p1 91
        at 20s p1 90
        at 21s p1 91
        at 50s p1 91
        at 51s p1 91                 -> p1.pressure red @51s
        """);

    [Fact]
    public void Every_band_has_its_own_hold() => new Scenario(Scenario.Rule(hold: "10s", bands: Colours)).Run("""
        at  0s p1 430
        at  4s p1 460
        at  8s p1 490
        at 20s p1 490                -> p1.pressure green @10s, p1.pressure yellow @14s, p1.pressure red @18s
        """);

    [Fact]
    public void It_steps_down_as_each_band_is_left_for_the_clear_hold() => new Scenario(Scenario.Rule(deadband: 10, clear: "60s", bands: Colours)).Run("""
        at   0s p1 500               -> p1.pressure red @0s
        at  10s p1 471               # not yet 10 inside
        at  20s p1 470
        at  50s p1 411
        at 100s p1 410               -> p1.pressure yellow @80s
        at 120s p1 411               -> p1.pressure green @110s
        at 200s p1 410
        at 260s p1 410               -> p1.pressure normal @260s
        """);

    [Fact]
    public void All_bands_left_at_once_go_straight_to_normal() => new Scenario(Scenario.Rule(deadband: 10, clear: "60s", bands: Colours)).Run("""
        at   0s p1 500               -> p1.pressure red @0s
        at  10s p1 100
        at  90s p1 100               -> p1.pressure normal @70s
        """);

    [Fact]
    public void Violating_again_cancels_the_clear_hold() => new Scenario(Scenario.Rule(deadband: 5, clear: "60s")).Run("""
        at   0s p1 91                -> p1.pressure red @0s
        at  10s p1 80
        at  60s p1 86
        at  61s p1 80
        at 120s p1 80
        at 121s p1 80                -> p1.pressure normal @121s
        """);

    [Fact]
    public void Chatter_around_the_threshold_is_one_episode()
    {
        var scenario = new Scenario(Scenario.Rule(deadband: 5));
        for (var i = 0; i < 1000; i++)
        {
            scenario.Run($"at {i}s p1 {(i % 2 == 0 ? 91 : 86)}" + (i == 0 ? " -> p1.pressure red @0s" : ""));
        }

        scenario.Transitions.Should().ContainSingle();
    }

    [Fact]
    public void A_device_with_a_set_point_goes_by_it() =>
        new Scenario(Scenario.Rule(deadband: 50, bands: [new Band(Severity.Red, Comparison.Above, 90, "limit")])).Run("""
            at 0s p1 999             -> p1.pressure red @0s
            at 0s p2 999
            at 1s p2 1001            -> p2.pressure red @1s
            at 2s p2 951
            at 3s p2 950             -> p2.pressure normal @3s
            """).Transitions.Where(t => t.Device.Device == "p2").Select(t => t.Threshold).Should().Equal(1000, 950);

    [Fact]
    public void A_transition_explains_itself()
    {
        var scenario = new Scenario(Scenario.Rule(function: WindowFunction.Mean, window: "10s"));
        for (var i = 0; i < 20; i++)
        {
            scenario.Run($"at {i}s p1 {(i < 19 ? 80 : 280)}" + (i == 19 ? " -> p1.pressure red @19s" : ""));
        }

        var raised = scenario.Transitions.Single();
        raised.WindowValue.Should().Be(100);
        raised.Threshold.Should().Be(90);
        raised.Ordinal.Should().Be(1);
        raised.EpisodeMicros.Should().Be(Scenario.Epoch + 19_000_000);
        raised.Change.Should().Be(TransitionChange.Raised);
        raised.JournalPosition.Should().Be(7);
        raised.Evidence.Should().HaveCount(8).And.BeInAscendingOrder(e => e.EventTimeMicros);
        raised.Evidence[^1].Should().Be(new Evidence(Scenario.Epoch + 19_000_000, 280));
    }

    [Fact]
    public void A_value_that_is_no_number_changes_nothing_and_is_counted()
    {
        var scenario = new Scenario(Scenario.Rule(hold: "5s"), Scenario.Absent("silent", "60s"));
        var p1 = scenario.Register.Find(0, "p1"u8);
        foreach (var value in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            scenario.Engine.Apply([new Reading(p1, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, value)], 0);
        }

        scenario.Run("""
            at 10s p1 91
            at 15s p1 91             -> p1.pressure red @15s
            """);
        scenario.Engine.Counters.Impossible.Should().Be(3);
        scenario.Engine.Counters.Evaluated.Should().Be(2);
    }
}
