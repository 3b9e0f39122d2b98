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
    public void A_silence_under_another_name_begins_anew()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "60s")).Run("""
            at 0s tick
            to 50s
            """);
        scenario.Replace(Scenario.Absent("mute", "60s")).Should().Equal(new ReloadNote("silent", 0, "the rule is gone"));
        scenario.Run("""
            to 110s
            at 111s tick             -> p1.pressure fault @111s, p2.pressure fault @111s, p3.pressure fault @111s
            """);
        scenario.Transitions.Should().OnlyContain(t => t.RuleId == "mute");
    }

    [Fact]
    public void A_silence_of_another_quantity_ends_what_was_said_and_begins_anew()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "60s", anyQuantity: false)).Run("""
            at 0s tick
            to 30s
            at 30s p1 1
            to 31s
            at 31s p2 1
            at 32s p3 1
            to 89s
            at 90s tick              -> p1.pressure fault @90s
            """);
        scenario.Replace(Scenario.Absent("silent", "60s", anyQuantity: false, quantity: "methane"))
            .Should().Equal(new ReloadNote("silent", 1, "its window means something else now"));
        Scenario.Show(scenario.Transitions[^1]).Should().Be("p1.pressure normal @90s");
        scenario.Run("""
            to 150s
            at 151s tick             -> p1.methane fault @151s, p2.methane fault @151s, p3.methane fault @151s
            """);
    }

    [Fact]
    public void Each_silence_of_a_device_goes_on_as_its_own_when_others_come_and_go()
    {
        Rule first = Scenario.Absent("first", "40s"), second = Scenario.Absent("second", "60s", anyQuantity: false, quantity: "methane"), third = Scenario.Absent("third", "80s");
        var scenario = new Scenario(first, second, third).Run("""
            at  0s tick
            to 10s
            at 10s p1 1
            to 20s
            at 20s p1.methane 1
            at 20s p2.methane 1
            at 20s p3.methane 1
            to 59s
            at 60s tick              -> p1.pressure fault @60s, p2.pressure fault @60s, p3.pressure fault @60s
            """);
        scenario.Replace(Scenario.Absent("newest", "200s"), third, second).Should().Equal(new ReloadNote("first", 3, "the rule is gone"));
        scenario.Run("""
            to 79s
            at 80s tick              -> p1.methane fault @80s, p2.methane fault @80s, p3.methane fault @80s
            to 85s
            at 85s p1 1
            to 99s
            at 100s tick             -> p2.pressure fault @100s, p3.pressure fault @100s
            at 101s p2 1             -> p2.pressure normal @101s
            at 102s p1.methane 1     -> p1.methane normal @102s
            """);
        scenario.Transitions.GroupBy(t => t.RuleId).Select(g => (g.Key, g.Count())).Should().BeEquivalentTo([("first", 6), ("second", 4), ("third", 3)]);
    }

    /// <summary>Each waits for something else: on, off, worse, a clear hold. None begins it anew.</summary>
    [Fact]
    public void What_is_pending_goes_on_wherever_the_states_come_to_lie()
    {
        Rule up = Scenario.Rule("up", hold: "20s"), down = Scenario.Rule("down", clear: "20s", bands: [new(Severity.Yellow, Comparison.Below, 50, null)]);
        var other = Scenario.Rule("another", bands: [new(Severity.Green, Comparison.Above, 500, null)]);
        var scenario = new Scenario(down, up).Run("""
            at  0s tick
            at  0s p1 10             -> p1.pressure yellow @0s
            to 10s
            at 10s p1 95             # up since 10 s, no more down since then
            """);
        scenario.Replace(other, up, down).Should().BeEmpty();
        scenario.Replace(up with { HoldMicros = Scenario.Micros("15s") }, down).Should().Equal(new ReloadNote("another", 0, "the rule is gone"));
        scenario.Replace(Scenario.Rule("z", bands: other.Bands.ToArray()), down, up with { HoldMicros = Scenario.Micros("15s") }).Should().BeEmpty();
        scenario.Transitions.Should().ContainSingle();
        scenario.Run("""
            to 26s
            at 27s tick              -> p1.pressure red @25s
            to 31s
            at 32s tick              -> p1.pressure normal @30s
            """);
        scenario.Transitions.Select(t => (t.RuleId, t.Ordinal)).Should().Equal(("down", 1), ("up", 1), ("down", 2));
    }

    [Fact]
    public void A_colour_that_is_pending_and_gone_is_dropped_and_one_that_is_new_begins_anew()
    {
        var scenario = new Scenario(Scenario.Rule(bands: RedYellow, hold: "10s")).Run("at 0s p1 95");
        scenario.Replace(Scenario.Rule(bands: [RedYellow[0], new(Severity.Green, Comparison.Above, 20, null)], hold: "10s")).Should().BeEmpty();
        scenario.Run("""
            at  5s p1 60             # red is over, green since now
            at 10s p1 60
            at 15s p1 60             -> p1.pressure green @15s
            """);
        scenario.Replace(Scenario.Rule(bands: RedYellow, hold: "10s")).Should().Equal(new ReloadNote("high", 1, "the colour it showed is gone from the rule"));
        scenario.Run("""
            at 16s p1 60
            at 26s p1 60             -> p1.pressure yellow @26s
            """);
    }

    [Fact]
    public void A_rule_over_several_quantities_keeps_its_state_beside_those_that_go()
    {
        Rule Over(string id, string hold) => Scenario.Rule(id, hold: hold) with
        {
            Combination = Combination.All, Parts = [Scenario.Rule(id), Scenario.Rule(id, quantity: "methane")],
        };

        var scenario = new Scenario(Over("a", "5s"), Over("b", "8s"), Over("c", "9s")).Run("""
            at 0s p1 95
            at 1s p1.methane 95
            at 6s p1 95              -> p1.pressure red @6s
            """);
        scenario.Replace(Over("b", "8s"), Over("c", "10s"), Over("0", "30s")).Should().Equal(new ReloadNote("a", 1, "the rule is gone"));
        Scenario.Show(scenario.Transitions[^1]).Should().Be("p1.pressure normal @6s");
        scenario.Run("""
            at  9s p1 95             -> p1.pressure red @9s
            at 11s p1 95             -> p1.pressure red @11s
            at 12s p1.methane 1      -> p1.pressure normal @12s, p1.pressure normal @12s
            """);
        scenario.Transitions.Select(t => (t.RuleId, t.Ordinal)).Should().Equal(("a", 1), ("a", 2), ("b", 1), ("c", 1), ("b", 2), ("c", 2));
    }

    /// <summary>Rules that come and go and come again, which makes all series lie otherwise, take no more memory the more often they do.</summary>
    [Fact]
    public void Places_that_are_given_up_are_taken_again()
    {
        Rule a = Scenario.Rule("a"), b = Scenario.Rule("b", quantity: "methane"), c = Scenario.Rule("c", quantity: "flow", hold: "5s");
        var scenario = new Scenario(a);
        long bytes = 0;
        for (var turn = 0; turn < 200; turn++)
        {
            var at = turn * 100;
            scenario.Run($"""
                at {at}s tick
                at {at}s p1 91           -> p1.pressure red @{at}s
                at {at}s p2 1
                at {at + 1}s p1 10       -> p1.pressure normal @{at + 1}s
                """);
            scenario.Replace(turn % 2 == 0 ? [a, b, c] : [a, c]);
            scenario.Run($"at {at + 50}s p1.flow 95");
            scenario.Replace(turn % 3 == 0 ? [a, b] : [a]);
            scenario.Run($"at {at + 51}s tick");
            bytes = turn == 10 ? scenario.Engine.Counters.Bytes : bytes;
        }

        scenario.Engine.Counters.Bytes.Should().Be(bytes);
        scenario.Replace();
        scenario.Run("at 50000s tick");
        scenario.Engine.Counters.Series.Should().Be(0);
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
