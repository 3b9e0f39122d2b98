namespace PingAnIoT.Rules.Tests;

/// <summary>Rules over the devices of a place.</summary>
public sealed class VotesTests
{
    private static readonly Band[] RedYellow = [new(Severity.Red, Comparison.Above, 90, "limit"), new(Severity.Yellow, Comparison.Above, 50, null)];

    private readonly DeviceRegister register = new(Catalog.Default);
    private readonly List<Transition> emitted = [];

    public VotesTests()
    {
        foreach (var (name, territory, limit) in new[] { ("a", "d1/s1/c1/g1", 0.0), ("b", "d1/s1/c1/g1", 70), ("c", "d1/s1/c1/g2", 0), ("lost", "", 0) })
        {
            register.Register(new DeviceRecord
            {
                Device = name, Kind = 0, Gateways = ["g"], Territory = territory,
                SetPoints = limit == 0 ? new Dictionary<string, double>() : new Dictionary<string, double> { ["limit"] = limit },
            });
        }
    }

    private static Rule Votes(Place place = Place.Grid, int count = 2, string window = "60s", string hold = "0s", Band[]? bands = null) =>
        Scenario.Rule("votes", WindowFunction.Votes, window, hold, bands: bands ?? RedYellow) with { Times = count, Place = place };

    private Engine Make(params Rule[] rules) => new(register, new RuleSet(rules), new EngineOptions(), emitted.Add);

    private static void Say(Engine engine, int at, int device, double value)
    {
        var time = Scenario.Epoch + (at * 1_000_000L);
        engine.Apply([new Reading(device, 0, ReadingFlags.None, time, time, value)], 0);
    }

    [Fact]
    public void It_is_one_episode_of_the_place_told_by_the_device_that_began_it()
    {
        var engine = Make(Votes());
        Say(engine, 0, 0, 60);
        Say(engine, 1, 3, 99);
        Say(engine, 2, 2, 99);
        emitted.Should().BeEmpty("one is lost, the other in another grid");
        Say(engine, 3, 1, 60);
        Say(engine, 4, 0, 95);
        Say(engine, 5, 1, 75);
        Say(engine, 64, 0, 10);
        emitted.Should().HaveCount(3);
        emitted.Select(t => (t.Series, t.Device.Device, t.To, t.Ordinal)).Should().Equal(
            ("gas-pipe/d1/s1/c1/g1/pressure", "b", Severity.Yellow, 1), ("gas-pipe/d1/s1/c1/g1/pressure", "b", Severity.Red, 2),
            ("gas-pipe/d1/s1/c1/g1/pressure", "b", Severity.Normal, 3));
        emitted.Select(t => t.EpisodeMicros).Distinct().Should().ContainSingle();
        emitted[1].Threshold.Should().Be(70, "b's own set-point");
        emitted[1].Evidence.Should().Equal(
            new Evidence(Scenario.Epoch + 4_000_000, 95, "gas-pipe/a/pressure"), new Evidence(Scenario.Epoch + 5_000_000, 75, "gas-pipe/b/pressure"));
    }

    /// <summary>Found by the oracle: where a series keeps one reading, a second late one of the same time cannot be told from a first.</summary>
    [Fact]
    public void Of_two_late_readings_of_one_time_the_first_is_evidence()
    {
        var engine = new Engine(register, new RuleSet([Votes()]), new EngineOptions { SeriesReadingsMax = 1 }, emitted.Add);
        foreach (var (at, value) in new[] { (10, 10.0), (9, 60), (9, 70) })
        {
            Say(engine, at, 0, value);
        }

        Say(engine, 11, 1, 60);
        emitted.Should().ContainSingle().Which.Evidence.Should().Equal(
            new Evidence(Scenario.Epoch + 9_000_000, 60, "gas-pipe/a/pressure"), new Evidence(Scenario.Epoch + 11_000_000, 60, "gas-pipe/b/pressure"));
    }

    [Fact]
    public void A_change_of_rules_keeps_votes_and_episodes_while_the_window_means_the_same()
    {
        var engine = Make(Votes(hold: "5s"));
        Say(engine, 0, 0, 60);
        engine.Replace(new RuleSet([Votes(hold: "5s", count: 3)])).Should().BeEmpty();
        engine.Replace(new RuleSet([Votes(hold: "4s", bands: [RedYellow[1], new(Severity.Green, Comparison.Above, 20, null)])])).Should().BeEmpty();
        Say(engine, 1, 1, 60);
        Say(engine, 6, 1, 60);
        emitted.Should().ContainSingle().Which.EventTimeMicros.Should().Be(Scenario.Epoch + 5_000_000);
        engine.Replace(new RuleSet([Votes(window: "61s")])).Should().Equal(new ReloadNote("votes", 1, "its window means something else now"));
        emitted[^1].To.Should().Be(Severity.Normal);
    }

    [Fact]
    public void A_series_tells_what_the_place_comes_to()
    {
        var engine = Make(Votes(hold: "10s"));
        Say(engine, 0, 0, 60);
        Say(engine, 1, 1, 60);
        var rule = engine.Explain(0, 0).Rules.Should().ContainSingle().Which;
        (rule.ReadingsInWindow, rule.Says).Should().Be((2, Severity.Normal));
        rule.Bands.Select(b => (b.IsCrossed, b.DueMicros)).Should().Equal((false, null), (true, Scenario.Epoch + 11_000_000));
        engine.Explain(3, 0).Rules.Should().ContainSingle().Which.ReadingsInWindow.Should().Be(0);
    }

    /// <summary>Also one that has not spoken; a device of another place, of none, or of another quantity resets nothing.</summary>
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(3, 0, false)]
    [InlineData(4, 0, true)]
    [InlineData(0, 1, false)]
    public void Any_device_of_the_place_resets_what_is_latched(int device, int quantity, bool isReset)
    {
        register.Register(new DeviceRecord { Device = "mute", Kind = 0, Gateways = ["g"], Territory = "d1/s1/c1/g1/b3" });
        var engine = Make(Votes() with { IsLatched = true }, Scenario.Rule("other", quantity: "methane"));
        Say(engine, 0, 2, 60);
        Say(engine, 1, 3, 60);
        Say(engine, 2, 0, 60);
        Say(engine, 3, 1, 60);
        engine.Apply([Reading.Reset(device, (ushort)quantity, Scenario.Epoch + 9_000_000)], 0);
        emitted.Select(t => (t.To, t.EventTimeMicros - Scenario.Epoch)).Should().Equal(isReset
            ? [(Severity.Yellow, 3_000_000), (Severity.Normal, 9_000_000)] : [(Severity.Yellow, 3_000_000)]);
        Say(engine, 100, 0, 10);
        emitted.Should().HaveCount(isReset ? 2 : 1, "it is latched");
    }

    [Fact]
    public void A_reset_of_what_is_not_latched_changes_nothing()
    {
        var engine = Make(Votes());
        Say(engine, 2, 0, 60);
        Say(engine, 3, 1, 60);
        engine.Apply([Reading.Reset(0, 0, Scenario.Epoch + 9_000_000)], 0);
        emitted.Should().ContainSingle();
    }

    [Fact]
    public void Votes_for_a_worse_colour_are_votes_for_one_that_is_new()
    {
        var engine = Make(Votes(bands: [RedYellow[0]]));
        Say(engine, 0, 0, 95);
        Say(engine, 30, 1, 95);
        engine.Replace(new RuleSet([Votes()])).Should().BeEmpty();
        Say(engine, 61, 0, 60);
        emitted.Select(t => t.To).Should().Equal([Severity.Red, Severity.Yellow], "b's vote for red is one for yellow");
    }

    [Fact]
    public void Votes_for_a_colour_are_none_for_a_worse_one_that_is_new()
    {
        var engine = Make(Votes(bands: [RedYellow[1]]));
        Say(engine, 0, 0, 95);
        Say(engine, 1, 1, 95);
        engine.Replace(new RuleSet([Votes()])).Should().BeEmpty();
        Say(engine, 2, 0, 95);
        Say(engine, 3, 1, 95);
        emitted.Select(t => (t.To, (t.EventTimeMicros - Scenario.Epoch) / 1_000_000)).Should().Equal((Severity.Yellow, 1), (Severity.Red, 3));
    }

    [Fact]
    public void Each_rule_keeps_its_own_votes_when_others_come_and_go()
    {
        Rule other = Votes(window: "50s") with { Id = "a" }, second = Votes(count: 3, window: "70s") with { Id = "z" };
        var engine = Make(other, Votes(), second);
        Say(engine, 0, 0, 60);
        engine.Replace(new RuleSet([Votes()])).Should().BeEquivalentTo([new ReloadNote("a", 0, "the rule is gone"), new ReloadNote("z", 0, "the rule is gone")]);
        Say(engine, 1, 1, 60);
        emitted.Select(t => (t.RuleId, t.To, t.EventTimeMicros - Scenario.Epoch)).Should().Equal(("votes", Severity.Yellow, 1_000_000));

        // Those that come again know nothing of what was.
        engine.Replace(new RuleSet([other, Votes()])).Should().BeEmpty();
        Say(engine, 2, 0, 60);
        emitted.Should().ContainSingle();
        Say(engine, 3, 1, 60);
        emitted.Select(t => (t.RuleId, t.To, t.EventTimeMicros - Scenario.Epoch)).Skip(1).Should().Equal(("a", Severity.Yellow, 3_000_000));
        engine.Replace(new RuleSet([other])).Should().Equal(new ReloadNote("votes", 1, "the rule is gone"));
        emitted[^1].RuleId.Should().Be("votes");
        Say(engine, 55, 1, 10);
        emitted.Select(t => (t.RuleId, t.To)).Skip(2).Should().Equal(("votes", Severity.Normal), ("a", Severity.Normal));
    }

    [Fact]
    public void A_window_of_another_length_begins_without_votes_and_ends_what_is_pending()
    {
        var engine = Make(Votes(hold: "5s"));
        Say(engine, 0, 0, 60);
        Say(engine, 1, 1, 60);
        engine.Replace(new RuleSet([Votes(window: "50s", hold: "5s")])).Should().Equal(new ReloadNote("votes", 0, "its window means something else now"));
        Say(engine, 4, 0, 60);
        Say(engine, 7, 0, 60);
        emitted.Should().BeEmpty();
        Say(engine, 8, 1, 60);
        Say(engine, 13, 1, 60);
        emitted.Should().ContainSingle().Which.EventTimeMicros.Should().Be(Scenario.Epoch + 13_000_000);
    }

    [Fact]
    public void A_wider_place_is_another()
    {
        var engine = Make(Votes());
        Say(engine, 0, 0, 60);
        Say(engine, 1, 1, 60);
        engine.Replace(new RuleSet([Votes(Place.Community)])).Should().Equal(new ReloadNote("votes", 1, "its window means something else now"));
        Say(engine, 2, 0, 60);
        Say(engine, 3, 2, 60);
        emitted.Select(t => (t.Series, t.To)).Should().Equal(
            ("gas-pipe/d1/s1/c1/g1/pressure", Severity.Yellow), ("gas-pipe/d1/s1/c1/g1/pressure", Severity.Normal), ("gas-pipe/d1/s1/c1/pressure", Severity.Yellow));
    }

    [Fact]
    public void A_hold_of_a_place_ends_on_a_tick_also_after_a_change_of_rules()
    {
        var engine = Make(Votes(hold: "10s"));
        engine.Apply([Reading.Tick(Scenario.Epoch)], 0);
        Say(engine, 0, 0, 60);
        Say(engine, 1, 1, 60);
        engine.Replace(new RuleSet([Votes(hold: "8s")])).Should().BeEmpty();
        for (var at = 1; at <= 20; at++)
        {
            engine.Apply([Reading.Tick(Scenario.Epoch + (at * 1_000_000L))], 0);
            emitted.Count.Should().Be(at >= 11 ? 1 : 0, "8 s and the lateness of 2 s after 1 s, at {0} s", at);
        }

        emitted[0].EventTimeMicros.Should().Be(Scenario.Epoch + 9_000_000);
    }

    [Fact]
    public void A_place_wider_than_a_grid_needs_one_shard()
    {
        var engine = Make(Votes(Place.Community));
        Say(engine, 0, 0, 60);
        Say(engine, 1, 2, 60);
        emitted.Should().ContainSingle().Which.Series.Should().Be("gas-pipe/d1/s1/c1/pressure");
        var several = new EngineOptions { Shards = 2 };
        this.Invoking(t => new Engine(t.register, new RuleSet([Votes(Place.Community)]), several, _ => { })).Should().Throw<ArgumentException>();
        _ = new Engine(register, new RuleSet([Votes()]), several, _ => { });
    }
}
