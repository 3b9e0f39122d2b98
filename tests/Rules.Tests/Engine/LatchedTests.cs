namespace PingAnIoT.Rules.Tests;

/// <summary>Latched rules get worse by readings and better by hand.</summary>
public sealed class LatchedTests
{
    private static Rule Rule => Scenario.Rule(
        hold: "2s", bands: [new Band(Severity.Red, Comparison.Above, 90, null), new Band(Severity.Yellow, Comparison.Above, 50, null)]) with { IsLatched = true };

    [Fact]
    public void Up_in_place_and_never_down_until_it_is_reset()
    {
        new Scenario(Rule).Run("""
            at  0s p1 60
            at  3s p1 60                  -> p1.pressure yellow @2s
            at  4s p1 10
            at 20s p1 95
            restart
            at 22s p1 95                  -> p1.pressure red @22s
            at 30s p1 60
            at 90s p1 10
            restart
            at 99s p1 10
            at 100s reset p1              -> p1.pressure normal @100s
            at 101s reset p1
            at 102s p1 10
            """).Transitions.Select(t => t.Ordinal).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void What_is_still_so_when_it_is_reset_is_raised_anew_after_its_hold()
    {
        var transitions = new Scenario(Rule).Run("""
            at  0s p1 95
            at  2s p1 95                  -> p1.pressure red @2s
            at  3s reset p1               -> p1.pressure normal @3s
            at  4s p1 95
            restart
            at  6s p1 95                  -> p1.pressure red @6s
            """).Transitions;
        transitions.Select(t => t.EpisodeMicros).Distinct().Should().HaveCount(2);
    }

    [Fact]
    public void A_reset_of_what_is_not_latched_or_not_known_changes_nothing()
    {
        var scenario = new Scenario(Scenario.Rule()).Run("""
            at  0s reset p1
            at  1s p1 95                  -> p1.pressure red @1s
            at  2s reset p1
            at  2s reset p2
            at  3s p1 95
            """);
        scenario.Engine.Counters.Impossible.Should().Be(0);
        scenario.Engine.Counters.Evaluated.Should().Be(2);
    }
}
