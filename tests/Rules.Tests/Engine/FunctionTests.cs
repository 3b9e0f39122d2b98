namespace PingAnIoT.Rules.Tests;

/// <summary>The functions by numbers worked out by hand, and what their rules do at the edges.</summary>
public sealed class FunctionTests
{
    private static double ValueOf(Rule rule, params (double Second, double Value)[] readings)
    {
        var samples = readings.Select(r => new Sample { EventTimeMicros = (long)(r.Second * 1e6), Value = r.Value }).ToArray();
        var window = new WindowPlan([new CompiledRule(rule)], 0, 1);
        return Windows.Value(window, Windows.Covered(window.Micros, samples), new Scratch());
    }

    [Fact]
    public void Standard_deviation_is_that_of_a_sample()
    {
        var rule = Scenario.Rule(function: WindowFunction.StdDev, window: "60s");
        ValueOf(rule, (0, 2), (1, 4), (2, 4), (3, 4), (4, 5), (5, 5), (6, 7), (7, 9)).Should().BeApproximately(Math.Sqrt(32 / 7.0), 1e-12);
        ValueOf(rule, (0, 1e9 + 1), (1, 1e9 + 2), (2, 1e9 + 3)).Should().Be(1, "the digits are in the difference");
        ValueOf(rule, (0, 2)).Should().Be(double.NaN);
        ValueOf(rule, (0, 2), (60, 5)).Should().Be(double.NaN, "the window holds what is later than t - T");
    }

    [Fact]
    public void Ewma_weighs_the_edge_of_the_window_one_twentieth()
    {
        var rule = Scenario.Rule(function: WindowFunction.Ewma, window: "60s");
        ValueOf(rule, (5, 7)).Should().Be(7);
        ValueOf(rule, (0, 0), (59.999999, 1)).Should().BeApproximately(1 / (1 + Math.Exp(-3)), 1e-6);
        ValueOf(rule, (0, 10), (20, 20), (40, 40)).Should().BeApproximately(
            ((10 * Math.Exp(-2)) + (20 * Math.Exp(-1)) + 40) / (Math.Exp(-2) + Math.Exp(-1) + 1), 1e-12);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.9, 3.7)]
    [InlineData(1, 4)]
    public void Quantile_is_straight_between_ranks(double share, double expected)
    {
        var rule = Scenario.Rule(function: WindowFunction.Quantile, window: "60s") with { Share = share };
        ValueOf(rule, (0, 4), (1, 1), (2, 3), (3, 2)).Should().BeApproximately(expected, 1e-12);
        ValueOf(rule, (0, 5)).Should().Be(5);
    }

    [Fact]
    public void Times_counts_readings_beyond_wherever_they_lie_in_the_window()
    {
        var rule = Scenario.Rule(function: WindowFunction.Times, window: "10s", deadband: 10) with { Times = 2 };
        new Scenario(rule).Run("""
            at  0s p1 91
            at  9s p1 50
            at 10s p1 91                  # the one at 0 s is no longer in the window
            at 11s p1 85
            at 13s p1 12
            at 13.5s p1 91 from 12s     -> p1.pressure red @13s
            at 20s p1 85                  # three are beyond 80
            at 21s p1 10
            at 22s p1 10                  -> p1.pressure normal @22s
            """);
    }

    [Fact]
    public void Codes_follow_each_other_as_one_alert()
    {
        var rule = Scenario.Rule(bands: [new Band(Severity.Red, Comparison.Equal, 1, null)], clear: "5s") with
        {
            Function = WindowFunction.Code, Codes = [new CodeRange(1, 8), new CodeRange(40, 40)],
        };
        new Scenario(rule).Run("""
            at  0s p1 0
            at  1s p1 3                   -> p1.pressure red @1s
            at  2s p1 9
            at  3s p1 40
            at  4s p1 3.5
            at 10s p1 0                   -> p1.pressure normal @9s
            """).Transitions.Select(t => (t.WindowValue, t.Threshold)).Should().Equal((3, 3), (3.5, 3.5));
    }

    [Fact]
    public void Stuck_needs_no_window_and_a_gap_starts_it_again()
    {
        var rule = Scenario.Rule(hold: "4m", bands: [new Band(Severity.Fault, Comparison.AtOrAbove, 240, null)]) with { Function = WindowFunction.Stuck };
        new Scenario(rule).Run("""
            at   0s p1 5
            at 100s p1 5
            restart
            at 250s p1 5
            at 340s p1 5                  -> p1.pressure fault @340s
            at 345s p1 5.5                -> p1.pressure normal @345s
            at 400s p1 5.5
            at 701s p1 5.5                # more than the carry later
            at 940s p1 5.5
            at 941s p1 5.5                -> p1.pressure fault @941s
            """).Transitions[0].Evidence.Should().HaveCount(2);
    }

    [Fact]
    public void What_a_change_of_rules_keeps()
    {
        var stuck = Scenario.Rule(hold: "20s", bands: [new Band(Severity.Fault, Comparison.AtOrAbove, 20, null)]) with { Function = WindowFunction.Stuck };
        var quantile = Scenario.Rule("q", WindowFunction.Quantile, "60s") with { Share = 0.5 };
        var scenario = new Scenario(stuck, quantile).Run("""
            at  0s p1 95                  -> p1.pressure red @0s
            at  5s p1 95
            """);
        scenario.Replace(stuck with { HoldMicros = Scenario.Micros("10s") }, quantile with { Share = 0.9 }).Should().Equal(
            new ReloadNote("q", 1, "its window means something else now"));
        scenario.Run("at 15s p1 95 -> p1.pressure fault @15s, p1.pressure red @15s");
        scenario.Replace(stuck with { HoldMicros = Scenario.Micros("10s"), IsLatched = true }, quantile with { Share = 0.9 }).Should().BeEmpty();
        scenario.Run("at 16s p1 10");
    }
}
