namespace PingAnIoT.Rules.Tests;

/// <summary>A change of rules keeps what still makes sense and says what does not.</summary>
public sealed class ReloadTests
{
    private static readonly Band[] RedYellow = [new(Severity.Red, Comparison.Above, 90, null), new(Severity.Yellow, Comparison.Above, 50, null)];

    [Fact]
    public void A_rule_whose_window_means_the_same_keeps_its_episode_window_and_holds()
    {
        var scenario = new Scenario(Scenario.Rule(function: WindowFunction.Mean, window: "10s", bands: RedYellow, hold: "5s")).Run("""
            at 0s p1 60
            at 5s p1 60              -> p1.pressure yellow @5s
            at 6s p1 200             # mean 106: red pending from here
            """);
        scenario.Replace(Scenario.Rule(function: WindowFunction.Mean, window: "10s", bands: [.. RedYellow, new(Severity.Green, Comparison.Above, 20, null)], hold: "4s"))
            .Should().BeEmpty();
        scenario.Run("""
            at 10s p1 200            -> p1.pressure red @10s
            at 21s p1 30             -> p1.pressure green @21s
            """);
        scenario.Transitions.Select(t => t.Ordinal).Should().Equal(1, 2, 3);
        scenario.Transitions.Select(t => t.EpisodeMicros).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void An_episode_whose_rule_is_gone_ends_with_a_normal()
    {
        var scenario = new Scenario(Scenario.Rule("a"), Scenario.Absent("silent", "60s")).Run("""
            at 0s tick
            at 1s p1 91              -> p1.pressure red @1s
            to 7s
            """);
        scenario.Replace(Scenario.Rule("b")).Should().BeEquivalentTo(
            [new ReloadNote("a", 1, "the rule is gone"), new ReloadNote("silent", 0, "the rule is gone")]);
        var last = scenario.Transitions[^1];
        last.RuleId.Should().Be("a");
        Scenario.Show(last).Should().Be("p1.pressure normal @7s", "rules change at the last tick");
        last.Ordinal.Should().Be(2);
        scenario.Run("at 8s p1 91 -> p1.pressure red @8s");
    }

    [Fact]
    public void A_rule_whose_window_means_something_else_starts_over()
    {
        var scenario = new Scenario(Scenario.Rule(function: WindowFunction.Mean, window: "10s")).Run("at 1s p1 91 -> p1.pressure red @1s");
        scenario.Replace(Scenario.Rule(function: WindowFunction.Mean, window: "20s"))
            .Should().Equal(new ReloadNote("high", 1, "its window means something else now"));
        scenario.Run("""
            at 9s p1 90              -> p1.pressure red @9s
            """);
        scenario.Transitions[^1].WindowValue.Should().Be(90.5, "the readings are still there");
    }

    [Fact]
    public void An_episode_whose_colour_is_gone_ends()
    {
        var scenario = new Scenario(Scenario.Rule(bands: RedYellow)).Run("at 1s p1 91 -> p1.pressure red @1s");
        scenario.Replace(Scenario.Rule(bands: [RedYellow[1]])).Should().Equal(new ReloadNote("high", 1, "the colour it showed is gone from the rule"));
        scenario.Run("at 2s p1 91 -> p1.pressure yellow @2s");
    }

    [Fact]
    public void A_silence_goes_on_whatever_its_new_length_and_a_new_one_starts_at_the_next_tick()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "60s")).Run("""
            at 0s tick
            to 50s
            """);
        scenario.Replace(Scenario.Absent("silent", "52s"), Scenario.Absent("mute", "30s", anyQuantity: false, quantity: "methane")).Should().BeEmpty();
        scenario.Run("""
            at 51s tick
            at 52s tick              -> p1.pressure fault @52s, p2.pressure fault @52s, p3.pressure fault @52s
            to 80s
            at 81s tick              -> p1.methane fault @81s, p2.methane fault @81s, p3.methane fault @81s
            """);
    }

    [Fact]
    public void Rules_that_do_not_fit_the_catalog_leave_the_old_ones_in_force()
    {
        var scenario = new Scenario(Scenario.Rule(hold: "5s")).Run("at 0s p1 91");
        scenario.Invoking(s => s.Replace(Scenario.Rule() with { Kind = 99 })).Should().Throw<ArgumentException>();
        scenario.Run("at 5s p1 91 -> p1.pressure red @5s");
    }

    [Fact]
    public void Changing_the_rules_for_the_same_rules_changes_nothing()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var testCase = OracleCase.Make(seed);
            var (register, _) = OracleCase.MakeRegister(false);
            List<Transition> plain = [], replaced = [];
            var one = new Engine(register, testCase.Rules, testCase.Options, plain.Add);
            var other = new Engine(register, testCase.Rules, testCase.Options, replaced.Add);
            foreach (var reading in testCase.Journal)
            {
                one.Apply([reading], 0);
                other.Apply([reading], 0);
                other.Replace(testCase.Rules).Should().BeEmpty();
            }

            OracleTests.Show(replaced).Should().Equal(OracleTests.Show(plain), "seed {0}", seed);
        }
    }
}
