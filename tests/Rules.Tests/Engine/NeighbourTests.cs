namespace PingAnIoT.Rules.Tests;

/// <summary>What one quantity, device or rule needs is not lost by another's being there.</summary>
public sealed class NeighbourTests
{
    private static readonly int GatewayKind = Catalog.Default.FindKind(Catalog.GatewayKind);

    /// <summary>Where both of two parts must hold, each is looked at by its own threshold: 65 is over the second's and under the first's.</summary>
    [Fact]
    public void A_part_is_held_to_its_own_threshold_and_not_to_anothers() =>
        new Scenario(Scenario.Combined("both", Combination.All)).Run("""
            at 1s p1 80
            at 2s p1.methane 10
            at 3s p1.methane 10
            at 4s p1.methane 10
            at 5s p1.methane 65              -> p1.pressure red @5s
            """);

    /// <param name="before">After a tick, readings may go the short way.</param>
    [Theory]
    [InlineData("")]
    [InlineData("at 0s tick\n")]
    public void What_two_quantities_need_is_done_for_both(string before)
    {
        Band[] above = [new Band(Severity.Red, Comparison.Above, 15, null)];
        new Scenario(Scenario.Rule("a", WindowFunction.Delta, "10s", bands: above), Scenario.Rule("b", WindowFunction.Delta, "10s", quantity: "methane", bands: above)).Run(before + """
            at 1s p1 10
            at 2s p1 10
            at 3s p1 10
            at 4s p1 30                      -> p1.pressure red @4s
            at 1s p2.methane 10
            at 2s p2.methane 10
            at 3s p2.methane 10
            at 4s p2.methane 30              -> p2.methane red @4s
            """);
    }

    [Fact]
    public void Rules_on_one_window_have_each_its_threshold() =>
        new Scenario(
            Scenario.Rule("a", bands: [new Band(Severity.Red, Comparison.Above, 90, null)]), Scenario.Rule("b", bands: [new Band(Severity.Yellow, Comparison.Above, 80, null)]),
            Scenario.Rule("c", bands: [new Band(Severity.Red, Comparison.Below, 5, null)]), Scenario.Rule("d", bands: [new Band(Severity.Yellow, Comparison.Below, 8, null)])).Run("""
            at 1s p1 10
            at 2s p1 10
            at 3s p1 10
            at 4s p1 85                      -> p1.pressure yellow @4s
            at 5s p1 10                      -> p1.pressure normal @5s
            at 6s p1 10
            at 7s p1 10
            at 8s p1 6                       -> p1.pressure yellow @8s
            """);

    [Fact]
    public void What_a_full_series_lets_go_of_is_counted()
    {
        var scenario = new Scenario(new EngineOptions { SeriesReadingsMax = 3 }, Scenario.Rule("mean", WindowFunction.Mean, "100s")).Run("""
            at 1s p1 1
            at 2s p1 2
            at 3s p1 3
            at 4s p1 4
            at 5s p1 5
            """);
        scenario.Engine.Counters.DroppedAtBound.Should().Be(2);
        _ = new Engine(scenario.Register, RuleSet.Empty, new EngineOptions { SeriesReadingsMax = 32_768 }, _ => { });
        var make = () => new Engine(scenario.Register, RuleSet.Empty, new EngineOptions { SeriesReadingsMax = 32_769 }, _ => { });
        make.Should().Throw<ArgumentException>();
    }

    /// <summary>A gateway that rules watch comes and goes for its devices all the same.</summary>
    [Fact]
    public void A_gateway_that_a_rule_watches_is_listened_to_as_any_other()
    {
        var offline = Scenario.Rule("offline", bands: [new Band(Severity.Fault, Comparison.Equal, 0, null)]) with { Kind = GatewayKind, Quantity = 0 };
        new Scenario(offline, Scenario.Absent("silent", "20s")).Run("""
            at  0s tick
            at  0s gateway gw1 on
            at  1s gateway gw1 on
            at  1s p1 1
            to  5s
            at  5s gateway gw1 off           -> gw1.online fault @5s
            to 17s
            """).Transitions.Should().ContainSingle();
        new Scenario(offline with { Bands = [new Band(Severity.Fault, Comparison.Above, 1, null)] }, Scenario.Absent("silent", "20s")).Run("""
            at  0s tick
            at  1s p1 1
            at  1s gateway gw1 on
            at  2s gateway gw1 on
            at  5s gateway gw1 off
            to 17s
            at 18s p2 1
            at 18s p3 1
            to 25s
            at 26s gateway gw1 on
            to 30s
            at 31s p2 1
            at 31s p3 1
            to 35s
            """);
    }

    [Fact]
    public void A_device_that_has_a_gateways_name_is_no_gateway()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "10s", anyQuantity: false), Scenario.Rule("high"));
        var namesake = scenario.Register.Register(new DeviceRecord { Device = "gw1", Kind = 0, Gateways = ["gw2"] });
        var methane = (ushort)scenario.Register.Catalog.Kinds[0].FindQuantity("methane"u8);
        var emitted = new List<Transition>();
        var engine = new Engine(scenario.Register, scenario.Engine.Rules, new EngineOptions(), emitted.Add);
        engine.Apply([Reading.Tick(At(0)), new Reading(0, Pressure(scenario), ReadingFlags.None, At(1), At(1), 1), new Reading(namesake, methane, ReadingFlags.None, At(2), At(2), 0)], 1);
        for (var second = 1; second <= 12; second++)
        {
            engine.Apply([Reading.Tick(At(second))], 1);
        }

        emitted.Select(Scenario.Show).Should().Contain("p1.pressure fault @11s");
    }

    [Fact]
    public void A_quantity_that_a_kind_does_not_have_is_impossible_and_one_that_nobody_watches_is_not()
    {
        var scenario = new Scenario(Scenario.Rule("high"));
        var quantities = scenario.Register.Catalog.Kinds[0].Quantities.Count;
        var last = (ushort)(quantities - 1);
        last.Should().NotBe(Pressure(scenario));
        scenario.Engine.Apply([new Reading(0, last, ReadingFlags.None, At(1), At(1), 1), new Reading(0, (ushort)quantities, ReadingFlags.None, At(1), At(1), 1)], 1);
        (scenario.Engine.Counters.Unwatched, scenario.Engine.Counters.Impossible).Should().Be((1, 1));
    }

    /// <summary>A reading speaks for the carry, to the last microsecond of it.</summary>
    [Fact]
    public void A_hold_as_long_as_the_carry_ends_on_ticks() =>
        new Scenario(new EngineOptions { CarryMicros = 30_000_000 }, Scenario.Rule(hold: "30s")).Run("""
            at 0s tick
            at 1s p1 91
            to 32s
            at 33s tick                      -> p1.pressure red @31s
            """);

    [Fact]
    public void Of_the_same_gateways_there_is_one_group()
    {
        var watch = new GatewayWatch(1_000_000);
        var both = watch.GroupOf(["a", "b"]);
        watch.GroupOf(["a"]).Should().NotBe(both);
        watch.GroupOf(["a", "b"]).Should().Be(both);
        watch.Groups.Should().HaveCount(2);
    }

    [Fact]
    public void What_cannot_be_is_refused_in_words()
    {
        var scenario = new Scenario(Scenario.Rule("high"));
        var make = () => new Engine(scenario.Register, RuleSet.Empty, new EngineOptions { Shards = 0 }, _ => { });
        make.Should().Throw<ArgumentException>().WithMessage("An option is out of its range. (Parameter 'options')");
        scenario.Engine.BeginSave(new MemoryStream());
        scenario.Engine.Invoking(e => e.BeginSave(new MemoryStream())).Should().Throw<InvalidOperationException>().WithMessage("A save is under way.");
    }

    private static long At(int second) => Scenario.Epoch + (second * 1_000_000L);

    private static ushort Pressure(Scenario scenario) => (ushort)scenario.Register.Catalog.Kinds[0].FindQuantity("pressure"u8);
}
