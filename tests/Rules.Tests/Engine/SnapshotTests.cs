namespace PingAnIoT.Rules.Tests;

/// <summary>A restart is as if nothing had happened.</summary>
public sealed class SnapshotTests
{
    private const string Story = """
        at  0s tick
        at  1s p1 91
        at  9s p1 95
        to 20s
        at 21s p1 91
        to 32s
        at 33s tick                  -> p1.pressure red @31s
        at 40s p1 10
        to 50s
        at 51s p1 10
        to 61s
        at 62s tick                  -> p1.pressure normal @60s
        """;

    private static Rule Rule => Scenario.Rule(hold: "30s", clear: "20s");

    [Fact]
    public void A_kill_at_any_reading_gives_the_same_event_times()
    {
        var lines = Story.Split('\n');
        for (var cut = 0; cut <= lines.Length; cut++)
        {
            new Scenario(Rule).Run(string.Join('\n', lines.Take(cut).Append("restart").Concat(lines.Skip(cut)))).Transitions.Should().HaveCount(2);
        }

        new Scenario(Rule).Run(string.Join("\nrestart\n", lines)).Transitions.Should().HaveCount(2);
    }

    [Fact]
    public void A_snapshot_of_many_blocks_comes_back_whole()
    {
        var scenario = new Scenario(Rule, Scenario.Absent("silent", "60s"));
        var readings = new List<Reading> { Reading.Tick(Scenario.Epoch) };
        for (var i = 0; i < 20_000; i++)
        {
            // Names of all lengths, so that blocks end at every place of a device.
            var name = $"device-{new string('x', i % 23)}{i}";
            var device = scenario.Register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = [$"g{i % 7}"] });
            for (var n = 0; n <= i % 9; n++)
            {
                var time = Scenario.Epoch + (n * 3_000_000) + i;
                readings.Add(new Reading(device, 0, ReadingFlags.None, time, time, i % 5 == 0 ? 95 : 10));
            }
        }

        scenario.Engine.Apply(readings.ToArray(), 1);
        using var first = new MemoryStream();
        scenario.Engine.Save(first);
        first.Length.Should().BeGreaterThan(1_000_000);
        var restored = new Engine(scenario.Register, scenario.Engine.Rules, new EngineOptions(), _ => { });
        first.Position = 0;
        restored.Restore(first);
        using var second = new MemoryStream();
        restored.Save(second);
        second.ToArray().AsSpan().SequenceEqual(first.ToArray()).Should().BeTrue("it is the same state");
    }

    [Fact]
    public void A_corrupt_snapshot_is_refused_and_changes_nothing()
    {
        var scenario = new Scenario(Rule, Scenario.Absent("silent", "60s")).Run("""
            at 0s tick
            at 1s p1 91
            to 33s                   -> p1.pressure red @31s
            """);
        using var stream = new MemoryStream();
        scenario.Engine.Save(stream);
        var whole = stream.ToArray();
        var engine = new Engine(scenario.Register, new RuleSet([Rule]), new EngineOptions(), _ => { });
        for (var i = 0; i < whole.Length; i++)
        {
            var flipped = whole.ToArray();
            flipped[i] ^= 0x10;
            engine.Invoking(e => e.Restore(new MemoryStream(flipped))).Should().Throw<InvalidDataException>("byte {0} is wrong", i);
            engine.Invoking(e => e.Restore(new MemoryStream(whole, 0, i))).Should().Throw<InvalidDataException>("it is cut at {0}", i);
        }

        engine.Counters.Series.Should().Be(0);
        engine.Restore(new MemoryStream(whole));
        engine.Counters.Series.Should().BeGreaterThan(0);
    }

    [Theory]
    [InlineData(0, 2, new[] { 1 }, "Snapshot refused: it is of shard 1 of 3; shard 0 of 2 takes those of all 3.")]
    [InlineData(0, 3, new[] { 1 }, "Snapshot refused: it is of shard 1 of 3; shard 0 of 3 takes its own or those of all 3.")]
    [InlineData(0, 1, new[] { 0, 1 }, "Snapshot refused: it is of shard 0 of 3; shard 0 of 1 takes those of all 3.")]
    [InlineData(0, 1, new[] { 0, 1, 1 }, "Snapshot refused: it is of shard 1 of 3; shard 0 of 1 takes those of all 3.")]
    [InlineData(1, 3, new[] { 1 }, null)]
    [InlineData(1, 2, new[] { 0, 1, 2 }, null)]
    [InlineData(0, 1, new[] { 2, 0, 1 }, null)]
    public void A_shard_takes_its_own_state_or_those_of_all_shards_there_were(int shard, int shards, int[] states, string? refusal)
    {
        var scenario = new Scenario();
        var streams = states.Select(k =>
        {
            var stream = new MemoryStream();
            new Engine(scenario.Register, new RuleSet([Rule]), new EngineOptions { Shard = k, Shards = 3 }, _ => { }).Save(stream);
            stream.Position = 0;
            return stream;
        }).ToList();
        var engine = new Engine(scenario.Register, new RuleSet([Rule]), new EngineOptions { Shard = shard, Shards = shards }, _ => { });
        var restore = () => engine.Restore([.. streams]);
        if (refusal is null)
        {
            restore.Should().NotThrow();
            return;
        }

        restore.Should().Throw<InvalidDataException>().Which.Message.TrimEnd('.').Should().Be(refusal.TrimEnd('.'));
    }

    [Fact]
    public void A_moved_shard_under_a_register_that_deals_its_devices_otherwise_is_refused()
    {
        var scenario = new Scenario(new EngineOptions { Shard = 1, Shards = 2 }, Rule).Run("at 1s p2 10");
        using var stream = new MemoryStream();
        scenario.Engine.Save(stream);
        stream.Position = 0;
        var register = new DeviceRegister(Catalog.Default);
        register.Register(scenario.Register[1]);
        var engine = new Engine(register, new RuleSet([Rule]), new EngineOptions { Shard = 1, Shards = 2 }, _ => { });
        engine.Invoking(e => e.Restore(stream)).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: a device in it is of another shard by this register*");
    }

    [Fact]
    public void Restoring_under_other_rules_is_replacing_them()
    {
        var scenario = new Scenario(Scenario.Rule("a"), Scenario.Rule("b")).Run("at 1s p1 91 -> p1.pressure red @1s, p1.pressure red @1s");
        using var stream = new MemoryStream();
        scenario.Engine.Save(stream);
        var emitted = new List<Transition>();
        var engine = new Engine(scenario.Register, new RuleSet([Scenario.Rule("b")]), new EngineOptions(), emitted.Add);
        engine.Restore(new MemoryStream(stream.ToArray()));
        emitted.Should().ContainSingle().Which.Should().Match<Transition>(t => t.RuleId == "a" && t.To == Severity.Normal && t.Ordinal == 2);

        var same = new Engine(scenario.Register, RuleSet.Empty, new EngineOptions(), emitted.Add);
        same.Restore([new MemoryStream(stream.ToArray())], takeRules: true);
        same.Rules.Rules.Select(r => r.Id).Should().Equal("a", "b");
        emitted.Should().ContainSingle();
    }

    [Fact]
    public void A_snapshot_is_read_under_a_catalog_of_another_order_and_refused_without_the_kind()
    {
        var scenario = new Scenario(Rule).Run("""
            at 0s tick
            at 1s p1 91
            """);
        using var stream = new MemoryStream();
        scenario.Engine.Save(stream);
        var kinds = Catalog.Default.Kinds;
        var emitted = new List<Transition>();
        var catalog = new Catalog(kinds.Reverse().Select(k => new Kind(k.Name, [.. k.Quantities.Reverse()])));
        var register = new DeviceRegister(catalog);
        var device = register.Register(new DeviceRecord { Device = "p1", Kind = catalog.FindKind("gas-pipe"), Gateways = ["gw1"] });
        var engine = new Engine(register, RuleSet.Empty, new EngineOptions(), emitted.Add);
        engine.Restore([new MemoryStream(stream.ToArray())], takeRules: true);
        engine.Apply([new Reading(device, 4, ReadingFlags.None, Scenario.Epoch + 31_000_000, Scenario.Epoch + 31_000_000, 92)], 0);
        emitted.Should().ContainSingle().Which.Series.Should().Be("gas-pipe/p1/pressure");

        var without = new Engine(new DeviceRegister(new Catalog(kinds.Skip(1))), RuleSet.Empty, new EngineOptions(), emitted.Add);
        without.Invoking(e => e.Restore(new MemoryStream(stream.ToArray()))).Should().Throw<InvalidDataException>().WithMessage("*a kind is not in the catalog*");
    }
}
