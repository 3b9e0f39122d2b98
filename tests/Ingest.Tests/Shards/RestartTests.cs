using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>What a restart may change: nothing. Each test compares with a run that was never interrupted.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(20)] // in the first 60 s window
    [InlineData(45)]
    [InlineData(75)] // in the 30 s hold
    [InlineData(85)]
    public async Task Stopped_dead_in_a_window_or_a_hold_the_alert_has_the_same_event_time_as_without_the_stop(int stopAtSecond)
    {
        var uninterrupted = await RunAsync(-1);
        var interrupted = await RunAsync(stopAtSecond);
        interrupted.Should().Equal(uninterrupted);
        uninterrupted.Should().Contain(l => l.Contains("Raised", StringComparison.Ordinal));
        Say($"Show 5: stopped dead at {stopAtSecond} s: {interrupted[0]}");

        static async Task<IReadOnlyList<string>> RunAsync(int stopAt)
        {
            await using var plant = new TestPlant();
            await plant.StartAsync();
            var source = new TestSource("g1");
            for (var second = 0; second < 200; second++)
            {
                if (second % 5 == 0)
                {
                    await plant.PressureAsync(source, "p1", second is > 40 and < 130 ? 600 : 400);
                }

                plant.Advance(1);
                if (second == stopAt)
                {
                    await plant.Pipeline.AbandonAsync();
                    await plant.StartAsync();
                    source = new TestSource("g1");
                }
            }

            return plant.Sink.Lines;
        }
    }

    [Theory]
    [InlineData(1, 1, 11)]
    [InlineData(1, 3, 12)]
    [InlineData(3, 2, 13)]
    public async Task A_replay_from_zero_and_every_restart_on_the_way_say_what_the_live_run_said(int shards, int shardsAfter, int seed)
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        var random = new Random(seed);
        var sources = Enumerable.Range(0, 3).Select(i => new TestSource($"g{i}")).ToList();
        for (var step = 0; step < 250; step++)
        {
            for (var n = random.Next(6); n > 0; n--)
            {
                var source = sources[random.Next(sources.Count)];
                await plant.PressureAsync(source, $"{source.Gateway}-{random.Next(4)}", random.Next(380, 540));
            }

            if (random.Next(20) == 0)
            {
                plant.Pipeline.Intake.ReportGateway($"g{random.Next(3)}", random.Next(2) == 0);
            }

            if (random.Next(20) == 0)
            {
                var source = sources[random.Next(sources.Count)];
                await plant.PublishAsync(source, $"pingan/v1/{source.Gateway}/status", random.Next(2) == 0 ? "online" : "offline");
            }

            plant.Advance(random.Next(1, 6));
            if (random.Next(40) == 0)
            {
                (await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
            }

            if (random.Next(40) == 0)
            {
                await RestartAsync(plant, random.Next(2) == 0);
                sources = [.. sources.Select(s => new TestSource(s.Gateway))];
            }
        }

        var live = plant.Sink.Lines;
        plant.Sink.Conflicts.Should().BeEmpty();
        live.Count.Should().BeGreaterThan(20, "seed {0} must give something to compare", seed);
        await plant.Pipeline.AbandonAsync();
        plant.DeleteSnapshots();
        plant.Sink = new RecordingSink();
        plant.Options = plant.Options with { Shards = shardsAfter };
        await plant.StartAsync();
        plant.Pipeline.Recovery!.From.Should().Be(0);
        plant.Sink.Lines.Should().Equal(live, "seed {0}", seed);
        plant.Sink.Conflicts.Should().BeEmpty();
        Say($"determinism: seed {seed}, {shards} then {shardsAfter} shards, {plant.Pipeline.Recovery.Entries} entries, {live.Count} transitions, 0 differences");
    }

    [Fact]
    public async Task A_damaged_newest_snapshot_is_passed_over_for_the_one_before()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var i = 0; i < 100; i++)
        {
            await plant.PressureAsync(source, "p1", 600);
            plant.Advance(1);
            if (i is 20 or 40 or 60)
            {
                await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken);
            }
        }

        var live = plant.Sink.Lines;
        live.Should().NotBeEmpty();
        await plant.Pipeline.AbandonAsync();
        var snapshots = Directory.GetDirectories(Path.Combine(plant.Folder, "snapshots")).Order(StringComparer.Ordinal).ToList();
        snapshots.Count.Should().Be(3, "the last two, and one of those before");
        var state = Path.Combine(snapshots[^1], "shard-0.state");
        var bytes = await File.ReadAllBytesAsync(state, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(state, bytes, TestContext.Current.CancellationToken);
        await plant.StartAsync();
        plant.Pipeline.Recovery!.From.ToString("x16").Should().Be(Path.GetFileName(snapshots[1]));
        plant.Sink.Lines.Should().Equal(live);
        plant.Sink.Conflicts.Should().BeEmpty();
    }

    [Fact]
    public async Task A_graceful_stop_leaves_nothing_to_replay_and_dead_letters_are_not_doubled_by_one()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var i = 0; i < 30; i++)
        {
            await plant.PressureAsync(source, "p1", 600);
            await plant.PublishAsync(source, "pingan/v1/g1/gas-pipe/p1", "{");
        }

        await RestartAsync(plant, graceful: false);
        plant.Pipeline.Recovery!.Messages.Should().Be(60);
        plant.Pipeline.DeadLetters.Counts().Values.Sum().Should().Be(30);
        await RestartAsync(plant, graceful: true);
        plant.Pipeline.Recovery!.Entries.Should().Be(0);
        plant.Pipeline.DeadLetters.Counts().Values.Sum().Should().Be(30);
    }

    [Fact]
    public async Task Rules_come_into_force_at_their_place_in_the_journal_and_a_replay_judges_by_the_rules_of_the_day()
    {
        const string Template = """
            rules:
              - id: high
                title: { zh: 高, en: High }
                kind: gas-pipe
                quantity: pressure
                when: last
                red: "> LIMIT"
                basis: site
            """;
        await using var plant = new TestPlant(Template.Replace("LIMIT", "480", StringComparison.Ordinal));
        await plant.StartAsync();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 470);
        plant.Advance(1);
        plant.Sink.Lines.Should().BeEmpty();
        plant.RuleSet = RuleFile.Parse(Template.Replace("LIMIT", "460", StringComparison.Ordinal), "test", Catalog.Default).RuleSet!;
        plant.Pipeline.UseRules(plant.RuleSet);
        await plant.PressureAsync(source, "p2", 470);
        plant.Advance(1);
        var live = plant.Sink.Lines;
        live.Should().ContainSingle(l => l.Contains("p2", StringComparison.Ordinal));
        await plant.Pipeline.AbandonAsync();
        plant.Sink = new RecordingSink();
        await plant.StartAsync();
        plant.Sink.Lines.Should().Equal(live);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_reset_has_its_place_in_the_journal_and_a_replay_ends_what_the_live_run_ended(int shards)
    {
        await using var plant = new TestPlant("""
            rules:
              - id: high
                title: { zh: 高, en: High }
                kind: gas-pipe
                quantity: pressure
                when: last
                red: "> 480"
                latch: true
                basis: site
            """);
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        var source = new TestSource("g1");
        foreach (var device in (string[])["p1", "p2"])
        {
            await plant.PressureAsync(source, device, 500);
            plant.Advance(1);
            await plant.PressureAsync(source, device, 100);
            plant.Advance(1);
        }

        plant.Sink.Lines.Should().HaveCount(2);
        plant.Pipeline.Intake.ResetSeries("gas-pipe/p2/pressure").Should().BeTrue();
        plant.Pipeline.Intake.ResetSeries("gas-pipe/p2/presure").Should().BeFalse();
        plant.Pipeline.Intake.ResetSeries("gas-pipe/nobody/pressure").Should().BeFalse();
        plant.Pipeline.Intake.ResetSeries("p2").Should().BeFalse();
        plant.Advance(1);
        var live = plant.Sink.Lines.Order(StringComparer.Ordinal).ToList();
        live.Should().HaveCount(3).And.ContainSingle(l => l.Contains(">Normal", StringComparison.Ordinal) && l.Contains("p2", StringComparison.Ordinal));
        await plant.Pipeline.AbandonAsync();
        plant.Sink = new RecordingSink();
        await plant.StartAsync();
        plant.Sink.Lines.Order(StringComparer.Ordinal).Should().Equal(live);
    }

    [Fact]
    public async Task No_snapshot_is_published_when_the_sink_cannot_flush()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        plant.Sink.Failure = new IOException("ledger is full");
        (await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken)).Should().BeFalse();
        plant.Pipeline.Health.SnapshotFault.Should().Be("ledger is full");
        plant.Sink.Failure = null;
        await plant.Pipeline.AbandonAsync();
        Directory.GetDirectories(Path.Combine(plant.Folder, "snapshots")).Should().BeEmpty("on a full disk its room is the journal's and the ledger's");
        await plant.StartAsync();
        plant.Pipeline.Recovery!.From.Should().Be(0);
    }

    [Fact]
    public async Task After_a_snapshot_that_failed_the_next_waits_its_time_however_much_is_journaled()
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { SnapshotBytes = 1024 * 1024, SnapshotInterval = TimeSpan.FromSeconds(30) };
        await plant.StartAsync();
        plant.Sink.Failure = new IOException("disk full");
        var flushes = plant.Sink.Flushes;
        var source = new TestSource("g1");
        for (var i = 0; i < 400; i++)
        {
            await plant.PublishAsync(source, "pingan/v1/g1/gas-pipe/p1", """{"pressure": 400}""".PadRight(4096));
        }

        plant.Settle();
        plant.Pipeline.Journal.Tail.Should().BeGreaterThan(1024 * 1024);
        WaitForFlush(flushes + 1);
        plant.Advance(20);
        plant.Sink.Flushes.Should().Be(flushes + 1);
        WaitForFlush(flushes + 2);
        plant.Sink.Failure = null;
        JournalTests.WaitUntil(() =>
        {
            plant.Advance(1);
            return plant.Pipeline.Health.SnapshotFault is null;
        });

        void WaitForFlush(int count) => JournalTests.WaitUntil(() =>
        {
            if (plant.Sink.Flushes < count)
            {
                plant.Advance(1);
            }

            return plant.Sink.Flushes >= count;
        });
    }

    [Fact]
    public async Task Two_cannot_run_on_one_folder()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var second = async () => await new IngestPipeline(
            plant.Options, plant.Register, plant.RuleSet, plant.Sink, plant.Time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, new SilentMeters()).StartAsync();
        await second.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_with_what_is_wrong()
    {
        var options = new IngestOptions { DataDirectory = "x" };
        options.Validate().Should().BeEmpty();
        (options with { Shards = 0, SnapshotBytes = 1 }).Validate().Should().HaveCount(2);
    }

    [Theory]
    [InlineData(1, 800, true)]
    [InlineData(64, 1200, false)]
    public async Task A_server_that_dies_again_and_again_before_a_snapshot_is_due_does_not_replay_all_of_it_each_time(int payloadPerMessage, int count, bool isFirstForTheGateways)
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var i = 0; i < count; i++)
        {
            await plant.PublishAsync(
                source, $"pingan/v1/g1/gas-pipe/p{i % 10}", string.Create(CultureInfo.InvariantCulture, $$"""{"t": {{plant.NowSeconds:f3}}, "pressure": {{400 + (i % 100)}}}""").PadRight(payloadPerMessage * 64));
        }

        plant.Settle();
        var tail = plant.Pipeline.Journal.Tail;
        (isFirstForTheGateways ? tail is >= 64 * 1024 and < 1024 * 1024 : tail >= 4 * 1024 * 1024).Should().BeTrue("it has to be much, or too much");
        await plant.Pipeline.AbandonAsync();
        plant.Options = plant.Options with { SnapshotBytes = 1024 * 1024 };

        await plant.StartAsync();
        plant.Pipeline.Recovery!.Messages.Should().Be(count);
        JournalTests.WaitUntil(() =>
        {
            if (isFirstForTheGateways)
            {
                // Not due yet by the interval of a day: it is ten seconds that count.
                plant.Time.Advance(TimeSpan.FromSeconds(1));
            }

            return Directory.GetDirectories(Path.Combine(plant.Folder, "snapshots")).Any(d => !d.Contains("unfinished", StringComparison.Ordinal));
        });
        await plant.Pipeline.AbandonAsync();
        await plant.StartAsync();
        plant.Pipeline.Recovery!.Messages.Should().Be(0);
        plant.Sink.Conflicts.Should().BeEmpty();
    }

    private static async Task RestartAsync(TestPlant plant, bool graceful)
    {
        if (graceful)
        {
            await plant.Pipeline.StopAsync(TestContext.Current.CancellationToken);
        }
        else
        {
            plant.Settle();
            await plant.Pipeline.AbandonAsync();
        }

        await plant.StartAsync();
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
