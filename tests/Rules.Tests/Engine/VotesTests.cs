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
