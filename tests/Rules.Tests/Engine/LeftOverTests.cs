namespace PingAnIoT.Rules.Tests;

/// <summary>What rules, silences and sequences leave to those that come after them: neither too much nor too little.</summary>
public sealed class LeftOverTests
{
    private static Rule Then(string id, double first, double deadband = 0)
    {
        var rule = Scenario.Combined(id, Combination.Then) with { WithinMicros = 5_000_000 };
        return rule with { Parts = [rule.Parts[0] with { Bands = [new Band(Severity.Red, Comparison.Above, first, null)], Deadband = deadband }, rule.Parts[1]] };
    }

    [Fact]
    public void A_silence_whose_colour_is_gone_ends_and_begins_in_another()
    {
        var scenario = new Scenario(Scenario.Absent("a", "10s"), Scenario.Absent("b", "1000s")).Run("""
            at 0s tick
            at 1s p2 1
            at 1s p3 1
            at 5s tick
            at 6s p2 1
            at 6s p3 1
            at 10s tick                       -> p1.pressure fault @10s
            """);
        scenario.Replace(Scenario.Absent("a", "10s") with { Bands = [new Band(Severity.Red, Comparison.Equal, 0, null)] }, Scenario.Absent("b", "1000s"))
            .Should().ContainSingle().Which.Should().Be(new ReloadNote("a", 1, "the colour it showed is gone from the rule"));
        scenario.Transitions[^1].Change.Should().Be(TransitionChange.Normal);
        scenario.Run("at 11s p1 1");
    }

    /// <summary>The other way round: what says the same goes on, and is not told of again.</summary>
    [Fact]
    public void A_silence_that_stays_as_it_is_goes_on_whatever_becomes_of_others()
    {
        var scenario = new Scenario(Scenario.Absent("a", "10s"), Scenario.Absent("b", "20s")).Run("""
            at 0s tick
            at 1s p2 1
            at 1s p3 1
            at 5s tick
            at 8s p2 1
            at 8s p3 1
            at 10s tick                       -> p1.pressure fault @10s
            """);
        scenario.Replace(Scenario.Absent("a", "10s")).Should().ContainSingle().Which.Reason.Should().Be("the rule is gone");
        scenario.Run("""
            at 11s p1 1                       -> p1.pressure normal @11s
            at 15s tick
            at 20s tick                       -> p2.pressure fault @18s, p3.pressure fault @18s
            at 25s tick                       -> p1.pressure fault @21s
            """);
    }

    /// <summary>The timer of a device that is gone must have run out before what it names serves another.</summary>
    [Fact]
    public void A_silence_of_a_device_that_is_gone_is_nobody_elses_while_its_timer_runs()
    {
        var scenario = new Scenario(Scenario.Absent("a", "10s")).Run("""
            at 0s tick
            at 1s p1 1
            at 1s p2 1
            at 1s p3 1
            at 2s tick
            """);
        scenario.Retire("p1", 2);
        scenario.Run("at 5s tick");
        scenario.Register.Register(new DeviceRecord { Device = "p9", Kind = 0, Gateways = ["gw1"] });
        scenario.Run("""
            at  6s p9 1
            at  7s p2 1
            at  7s p3 1
            at  8s tick
            at 13s tick
            at 15s p2 1
            at 15s p3 1
            at 18s tick                       -> p9.pressure fault @16s
            at 20s p2 1
            at 20s p3 1
            at 23s tick
            at 24s p9 1                       -> p9.pressure normal @24s
            """);
    }

    /// <summary>Signs of life that came at different times to different silences of one device are not one.</summary>
    [Fact]
    public void A_silence_that_began_later_than_another_of_its_device_counts_from_its_own_beginning()
    {
        var scenario = new Scenario(Scenario.Absent("a", "100s")).Run("""
            at  0s tick
            at  1s p1 1
            at  5s tick
            at 10s tick
            """);
        scenario.Replace(Scenario.Absent("a", "100s"), Scenario.Absent("b", "15s"));
        scenario.Run("""
            at 11s tick
            at 9500ms p1 1
            at 16s tick
            at 20s p2 1
            at 20s p3 1
            at 21s tick
            at 25s tick
            at 26s tick                       -> p1.pressure fault @26s
            """);
    }

    /// <summary>Receive times before the last tick are told apart too, up to the cap.</summary>
    [Fact]
    public void A_reading_received_before_the_first_tick_is_heard_when_it_was_received()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "10s"));
        scenario.Register.Register(new DeviceRecord { Device = "u1", Kind = 0, Gateways = ["gw1"], IsUnregistered = true });
        scenario.Run("""
            at  4s tick
            at  1s u1 1
            at  9s tick
            at 10s tick
            at 11s tick                       -> u1.pressure fault @11s
            """);
    }

    [Fact]
    public void A_hold_that_begins_before_the_first_tick_ends_on_ticks() => new Scenario(Scenario.Rule(hold: "6s")).Run("""
        at  5s tick
        at  1s p1 95
        at  8s tick
        at  9s tick                           -> p1.pressure red @7s
        """);

    /// <summary>Each sequence of a device takes along what it knows, not what another does.</summary>
    [Fact]
    public void Sequences_alike_but_for_their_thresholds_each_keep_what_they_know_when_their_device_moves()
    {
        var scenario = new Scenario(Then("a", 70), Then("b", 40)).Run("""
            at  0s tick
            at  1s p1 10
            at  2s p1 55
            at 10s p1 55
            at 11s p1 55
            """);
        scenario.Replace(Then("a", 70), Then("b", 40), Scenario.Rule("c", quantity: "flow")).Should().BeEmpty();
        scenario.Run("""
            at 12s p1 80
            at 13s p1.methane 95              -> p1.pressure red @13s
            """).Transitions[^1].RuleId.Should().Be("a");
    }

    /// <summary>A first that is over its deadband only is true still; that it is no more must be seen, however quiet the reading that says so.</summary>
    [Fact]
    public void A_first_that_was_true_and_waits_for_nothing_is_seen_to_be_over() => new Scenario(Then("a", 70, deadband: 20)).Run("""
        at  0s tick
        at  1s p1 10
        at  2s p1 95
        at 10s p1 60
        at 13s p1 60
        at 16s p1 60
        at 19s p1 60
        at 22s p1 10
        at 25s p1 10
        at 28s p1 95
        at 29s p1.methane 95                  -> p1.pressure red @29s
        """);

    /// <summary>What is put back under other rules is judged by those, under the snapshot's own by these.</summary>
    [Fact]
    public void A_snapshot_is_judged_by_the_rules_of_who_takes_it_or_by_its_own()
    {
        var scenario = new Scenario(Scenario.Rule("a")).Run("at 1s p1 95 -> p1.pressure red @1s");
        using var stream = new MemoryStream();
        scenario.Engine.Save(stream);
        foreach (var takeRules in new[] { false, true })
        {
            List<Transition> emitted = [];
            var other = new RuleSet([Scenario.Rule("b", bands: [new Band(Severity.Red, Comparison.Above, 50, null)])]);
            var engine = new Engine(scenario.Register, other, new EngineOptions(), emitted.Add);
            stream.Position = 0;
            engine.Restore([stream], takeRules);
            engine.Rules.Rules.Select(r => r.Id).Should().Equal(takeRules ? "a" : "b");
            emitted.Select(Scenario.Show).Should().Equal(takeRules ? [] : ["p1.pressure normal @1s"]);
            engine.Apply([new Reading(0, (ushort)Scenario.Rule().Quantity, ReadingFlags.None, Scenario.Epoch + 2_000_000, Scenario.Epoch + 2_000_000, 60)], 0);
            emitted.Skip(takeRules ? 0 : 1).Select(Scenario.Show).Should().Equal(takeRules ? "p1.pressure normal @2s" : "p1.pressure red @2s");
        }
    }

    /// <summary>Sizes are those of the rules in force, at once and not at the next tick.</summary>
    [Fact]
    public void A_change_of_rules_tells_what_is_held_under_them()
    {
        var scenario = new Scenario(Scenario.Rule("a")).Run("""
            at 0s tick
            at 1s p1 10
            at 1s p2 10
            at 2s tick
            """);
        scenario.Engine.Counters.Series.Should().Be(2);
        scenario.Replace(Scenario.Rule("a"), Scenario.Rule("b", quantity: "methane"), Scenario.Rule("c", WindowFunction.Votes, "10s") with { Times = 2, Place = Place.Grid });
        scenario.Run("at 3s tick");
        scenario.Engine.Counters.Series.Should().Be(4);
        var bytes = scenario.Engine.Counters.Bytes;
        scenario.Replace(Scenario.Rule("a"), Scenario.Absent("silent", "1h"));
        scenario.Engine.Counters.Bytes.Should().NotBe(bytes);
        scenario.Retire("p1", 4);
        scenario.Engine.Counters.Series.Should().BeLessThan(4);
    }

    /// <summary>Generations come again after 255 changes of rules: what was known of series is forgotten, what is known of sequences is not.</summary>
    [Fact]
    public void What_a_sequence_knows_outlives_any_number_of_changes()
    {
        var scenario = new Scenario(Then("a", 70)).Run("""
            at  0s tick
            at  1s p1 95
            at 10s p1 95
            """);
        for (var change = 0; change < 256; change++)
        {
            scenario.Replace(Then("a", 70) with { TitleEn = $"{change}" });
        }

        scenario.Run("""
            at 20s p1 96
            at 21s p1.methane 95
            """);
    }

    private static Scenario OfAPlace(Rule votes)
    {
        var scenario = new Scenario(votes with { Times = 2, Place = Place.Grid });
        foreach (var name in new[] { "v1", "v2", "v3" })
        {
            scenario.Register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = ["gw1"], Territory = "d/s/c/g" });
        }

        return scenario;
    }

    [Fact]
    public void A_reading_that_crosses_nothing_begins_nothing_though_votes_count() =>
        OfAPlace(Scenario.Rule("votes", WindowFunction.Votes, "60s") with { IsLatched = true }).Run("""
            at 0s v1 95
            at 1s v2 95                       -> d.s red @1s
            at 2s reset v1                    -> d.s normal @2s
            at 3s v3 10
            at 4s v3 95                       -> d.s red @4s
            """);

    [Fact]
    public void A_hold_of_a_place_ends_on_ticks() =>
        OfAPlace(Scenario.Rule("votes", WindowFunction.Votes, "60s", hold: "5s")).Run("""
            at 0s tick
            at 0s v1 95
            at 1s v2 95
            at 5s tick
            at 7s tick
            at 8s tick                        -> d.s red @6s
            """);

    /// <summary>Colours that a rule comes to have count who voted for worse ones.</summary>
    [Fact]
    public void Votes_for_a_worse_colour_count_for_one_that_is_new()
    {
        var red = Scenario.Rule("votes", WindowFunction.Votes, "60s") with { Times = 2, Place = Place.Grid };
        var scenario = OfAPlace(red).Run("at 0s v1 95");
        scenario.Replace(red with { Bands = [.. red.Bands, new Band(Severity.Yellow, Comparison.Above, 50, null), new Band(Severity.Green, Comparison.Above, 30, null)] });
        scenario.Run("""
            at 1s v2 60                       -> d.s yellow @1s
            at 2s v3 95                       -> d.s red @2s
            """);
    }

    /// <summary>At the bound a late reading takes the place of the oldest, and one older than all is counted and let go.</summary>
    [Fact]
    public void A_late_reading_finds_a_full_series()
    {
        var scenario = new Scenario(new EngineOptions { SeriesReadingsMax = 3 }, Scenario.Rule("count", WindowFunction.Count, "100s", bands: [new Band(Severity.Red, Comparison.Above, 3, null)])).Run("""
            at 1s p1 1
            at 2s p1 1
            at 3s p1 1
            at 3s p1 1 from 2500ms
            """);
        scenario.Engine.Counters.DroppedAtBound.Should().Be(1);
        scenario.Run("at 3s p1 1 from 1500ms");
        (scenario.Engine.Counters.DroppedAtBound, scenario.Engine.Counters.Evaluated, scenario.Engine.Counters.Duplicates).Should().Be((2, 5, 0));
    }

    [Fact]
    public void A_rate_is_the_slope_through_all_readings_and_a_spread_that_of_all() => new Scenario(
        Scenario.Rule("rate", WindowFunction.Rate, "10s", bands: [new Band(Severity.Red, Comparison.Above, 1.9, null)]),
        Scenario.Rule("spread", WindowFunction.StdDev, "10s", bands: [new Band(Severity.Yellow, Comparison.Above, 3.8, null)])).Run("""
        at 1s p1 10
        at 2s p1 10
        at 3s p1 14                           -> p1.pressure red @3s
        at 4s p1 18                           -> p1.pressure yellow @4s
        """).Transitions.Select(t => Math.Round(t.WindowValue, 6)).Should().Equal(2, 3.829708);

    [Fact]
    public void A_device_just_beyond_the_register_is_impossible()
    {
        var scenario = new Scenario(Scenario.Rule("a"));
        scenario.Engine.Apply([new Reading(scenario.Register.Count, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 1)], 0);
        scenario.Engine.Counters.Impossible.Should().Be(1);
    }

    [Fact]
    public void What_rests_on_another_quantity_says_on_which_and_since_which_rules()
    {
        foreach (var offset in new[] { 0, 1, 7, 255, 256, 60_000 })
        {
            foreach (var generation in new byte[] { 1, 2, 254, 255 })
            {
                var word = PartsAtRest.On(offset, generation);
                PartsAtRest.Is(word).Should().BeTrue();
                PartsAtRest.OffsetOf(word, generation).Should().Be(offset);
                PartsAtRest.OffsetOf(word, (byte)(generation - 1)).Should().Be(-1);
            }
        }

        new[] { 1, 0, SequenceState.Resting(FirstPart.Unknown), SequenceState.Resting(FirstPart.True) }.Should().NotContain(w => PartsAtRest.Is(w));
        PartsAtRest.OffsetOf(5, 5).Should().Be(-1);
        foreach (var first in Enum.GetValues<FirstPart>())
        {
            SequenceState.AtRest(SequenceState.Resting(first)).Should().Be(first);
            SequenceState.Resting(first).Should().BeInRange(SequenceState.RestingLeast, 0);
        }
    }

    /// <summary>Times near the last tick are told by one addition, to the same.</summary>
    [Fact]
    public void Near_the_last_tick_time_is_told_as_anywhere_else()
    {
        const long cap = 5_000_000;
        var clock = default(ServerClock);
        clock.Around(cap).Has(0).Should().BeFalse("there was no tick");
        foreach (var tick in new[] { 10_000_000L, 12_000_000, 11_000_000, 40_000_000 })
        {
            clock.Tick(tick, cap);
            foreach (var off in new[] { -cap - 1, -cap, -1, 0, 1, cap, cap + 1 })
            {
                var at = clock.LastTickMicros + off;
                clock.Around(cap).Has(at).Should().Be(Math.Abs(off) <= cap);
                if (Math.Abs(off) <= cap)
                {
                    clock.Around(cap).At(at).Should().Be(clock.At(at, cap)).And.Be(clock.Now + off);
                }
            }
        }

        (clock.Now, clock.LastTickMicros).Should().Be((7_000_000, 40_000_000));
    }

    [Theory]
    [InlineData(2_592_000, 2_592_000_000_000)]
    [InlineData(2_592_001, 60_000_000)]
    [InlineData(0.000001, 1)]
    [InlineData(0, 60_000_000)]
    public void A_set_point_is_a_silence_where_a_rule_might_say_it(double seconds, long micros)
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "p", Kind = 0, SetPoints = new Dictionary<string, double> { ["quiet"] = seconds } });
        var rule = Scenario.Absent("a", "60s");
        new CompiledRule(rule with { Bands = [rule.Bands[0] with { SetPoint = "quiet" }] }).SilenceMicros(register, 0).Should().Be(micros);
    }

    [Fact]
    public void What_several_quantities_of_a_retired_device_said_ends()
    {
        var scenario = new Scenario(Scenario.Combined("both", Combination.All)).Run("""
            at 1s p1 95
            at 2s p1.methane 95               -> p1.pressure red @2s
            """);
        scenario.Retire("p1", 3).Should().Equal("p1.pressure normal @3s");
    }
}
