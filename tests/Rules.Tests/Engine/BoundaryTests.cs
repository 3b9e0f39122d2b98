namespace PingAnIoT.Rules.Tests;

/// <summary>What lies exactly on a boundary, and what is left when something is over: sentences that mutants of the engine outlived once.</summary>
public sealed class BoundaryTests
{
    private static readonly Band[] RedBelow = [new(Severity.Red, Comparison.Below, 10, null)];

    private static Rule All(params Rule[] parts) => parts[0] with { Id = "both", Combination = Combination.All, Parts = parts };

    private static Scenario InOneGrid(params Rule[] rules)
    {
        var scenario = new Scenario(rules);
        foreach (var name in new[] { "v1", "v2" })
        {
            scenario.Register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = ["gw1"], Territory = "d/s/c/g" });
        }

        return scenario;
    }

    private static Rule Votes(Band[]? bands = null) => Scenario.Rule("votes", WindowFunction.Votes, "60s", bands: bands) with { Times = 2, Place = Place.Grid };

    [Fact]
    public void A_vote_that_is_as_old_as_the_window_counts_no_more() => InOneGrid(Votes()).Run("""
        at  0s v1 95
        at 60s v2 95
        at 61s v1 95                      -> d.s red @61s
        """);

    [Fact]
    public void Votes_may_be_for_too_little_as_well_as_for_too_much() => InOneGrid(Votes(RedBelow)).Run("""
        at  0s v1 5
        at  1s v2 10
        at  2s v2 9                       -> d.s red @2s
        at  3s v1 50
        at 60s v1 50                      -> d.s normal @60s
        """);

    /// <summary>The carry is 5 minutes.</summary>
    [Fact]
    public void A_part_is_known_for_just_as_long_as_the_carry() => new Scenario(All(Scenario.Rule(), Scenario.Rule(quantity: "methane"))).Run("""
        at   0s p1 95
        at 300s p1.methane 95             -> p1.pressure red @300s
        at 301s p1 10                     -> p1.pressure normal @301s
        at 310s p1 95                     -> p1.pressure red @310s
        at 311s p1 10                     -> p1.pressure normal @311s
        at 601s p1 95
        """);

    /// <summary>p2's limit is 1000.</summary>
    [Fact]
    public void Parts_go_by_the_set_points_of_the_device()
    {
        Rule Part(string quantity) => Scenario.Rule(quantity: quantity, bands: [new Band(Severity.Red, Comparison.Above, 90, "limit")]);
        new Scenario(All(Part("pressure"), Part("methane"))).Run("""
            at 0s p2 95
            at 1s p2.methane 95
            at 2s p2 1001
            at 3s p2.methane 1001         -> p2.pressure red @3s
            at 4s p1 95
            at 5s p1.methane 95           -> p1.pressure red @5s
            """);
    }

    [Fact]
    public void Episodes_that_are_over_leave_nothing_behind()
    {
        var scenario = InOneGrid(All(Scenario.Rule(), Scenario.Rule(quantity: "methane")), Scenario.Rule("own"), Votes());
        long bytes = 0;
        for (var turn = 0; turn < 500; turn++)
        {
            var at = turn * 100;
            scenario.Run($"""
                at {at}s v1.methane 95
                at {at}s v1 95               -> v1.pressure red @{at}s, v1.pressure red @{at}s
                at {at}s v2 95               -> v2.pressure red @{at}s, d.s red @{at}s
                at {at + 70}s v1 1           -> v1.pressure normal @{at + 70}s, v1.pressure normal @{at + 70}s, d.s normal @{at + 70}s
                at {at + 70}s v2 1           -> v2.pressure normal @{at + 70}s
                at {at + 71}s v1 1
                at {at + 71}s v2 1
                at {at + 71}s tick
                """);
            bytes = turn == 20 ? scenario.Engine.Counters.Bytes : bytes;
        }

        scenario.Engine.Counters.Bytes.Should().Be(bytes);
    }

    [Fact]
    public void What_a_change_of_rules_ends_is_told_by_device_whenever_it_began()
    {
        var scenario = new Scenario(Scenario.Rule("a"), Scenario.Rule("b", quantity: "methane")).Run("""
            at 1s p3 95                       -> p3.pressure red @1s
            at 2s p1.methane 95               -> p1.methane red @2s
            at 3s p2 95                       -> p2.pressure red @3s
            at 4s p1 95                       -> p1.pressure red @4s
            at 4s tick
            """);
        scenario.Replace();
        scenario.Transitions.Skip(4).Select(Scenario.Show).Should().Equal(
            "p1.pressure normal @4s", "p1.methane normal @4s", "p2.pressure normal @4s", "p3.pressure normal @4s");
    }

    /// <summary>A tick moves 50,000 devices.</summary>
    [Fact]
    public void A_device_beyond_those_that_a_tick_moves_is_moved_when_it_is_touched()
    {
        const int last = 60_000;
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i <= last; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = ["g"] });
        }

        var emitted = new List<Transition>();
        var engine = new Engine(register, new RuleSet([Scenario.Rule("a")]), new EngineOptions(), emitted.Add);
        engine.Apply([new Reading(last, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 1), Reading.Tick(Scenario.Epoch)], 0);
        engine.Replace(new RuleSet([Scenario.Rule("a"), Scenario.Rule("b", quantity: "methane")]));
        engine.Apply([Reading.Tick(Scenario.Epoch + 1_000_000), new Reading(last, 0, ReadingFlags.None, Scenario.Epoch + 2_000_000, Scenario.Epoch + 2_000_000, 95)], 0);
        emitted.Should().ContainSingle().Which.Device.Device.Should().Be($"p{last}");
    }

    [Fact]
    public void What_does_not_count_is_counted()
    {
        var scenario = new Scenario(Scenario.Rule());
        void Say(int device, ushort quantity, double value, ReadingFlags flags = ReadingFlags.None) =>
            scenario.Engine.Apply([new Reading(device, quantity, flags, Scenario.Epoch, Scenario.Epoch, value)], 0);

        var counters = scenario.Engine.Counters;
        Say(0, 0, 1, ReadingFlags.TimeReplaced);
        (counters.FutureReplaced, counters.Unwatched, counters.Impossible).Should().Be((1, 0, 0));
        Say(0, (ushort)Scenario.Rule(quantity: "methane").Quantity, 1);
        (counters.FutureReplaced, counters.Unwatched, counters.Impossible).Should().Be((1, 1, 0));
        Say(99, 0, 1);
        Say(0, 999, 1);
        Say(0, 0, double.NaN);
        (counters.FutureReplaced, counters.Unwatched, counters.Impossible).Should().Be((1, 1, 3));
    }

    [Fact]
    public void Hours_of_one_rule_are_not_those_of_another_on_the_same_window()
    {
        // The timeline begins on a Thursday at 08:53:20 UTC.
        var friday = new Schedule("UTC", [new WeekRange(4 * 1440, 5 * 1440)]);
        new Scenario(Scenario.Rule("kept") with { During = friday }, Scenario.Rule("plain", bands: [new Band(Severity.Yellow, Comparison.Above, 90, null)])).Run("""
            at 0s p1 10
            at 1s p1 95                       -> p1.pressure yellow @1s
            at 2s p1 10                       -> p1.pressure normal @2s
            """);
    }

    [Fact]
    public void A_delta_is_the_newest_less_the_oldest() => new Scenario(Scenario.Rule(function: WindowFunction.Delta, window: "10s")).Run("""
        at  0s p1 500
        at  1s p1 590
        at  2s p1 591                         -> p1.pressure red @2s
        at 10s p1 680                         -> p1.pressure normal @10s
        at 11s p1 690                         -> p1.pressure red @11s
        """);

    /// <summary>Three times 0.7 is a little less than 2.1 in binary.</summary>
    [Fact]
    public void A_mean_that_adding_up_takes_under_the_threshold_is_under_it() => new Scenario(
        Scenario.Rule(function: WindowFunction.Mean, window: "60s", bands: [new Band(Severity.Red, Comparison.Below, 0.7, null)])).Run("""
        at 0s p1 0.7
        at 1s p1 0.7
        at 2s p1 0.7                          -> p1.pressure red @2s
        """);
}
