using System.Text;

namespace PingAnIoT.Ingest.Tests;

public sealed class IntakeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_source_is_told_when_its_messages_are_on_disk_and_not_before()
    {
        using var sync = new ManualResetEventSlim(initialState: true);
        await using var plant = new TestPlant { Disk = new SimulatedDisk { Before = what => sync.Wait() } };
        await plant.StartAsync();
        plant.Settle();
        sync.Reset();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 400);
        await plant.PublishAsync(source, "pingan/v1/g1/gas-pipe/p1", "no json");
        source.Count.Should().Be(0);
        sync.Set();
        JournalTests.WaitUntil(() => source.Count == 2);
        source.Durable.Select(d => (d.PacketId, d.Reason)).Should().Equal((1, RefusalReason.None), (2, source.Durable[1].Reason));
        source.Durable[1].Reason.Should().NotBe(RefusalReason.None);
    }

    [Fact]
    public async Task While_the_disk_refuses_nobody_is_told_and_nobody_is_let_in_and_it_recovers_unaided()
    {
        await using var plant = new TestPlant { Disk = new SimulatedDisk() };
        await plant.StartAsync();
        plant.Settle();
        plant.Disk.Before = _ => throw new IOException("ENOSPC");
        var sources = Enumerable.Range(0, 20).Select(i => new TestSource($"g{i}")).ToList();
        foreach (var source in sources)
        {
            source.Lane = plant.Pipeline.Intake.OpenLane(source);
        }

        await plant.PressureAsync(sources[0], "p0", 400);
        JournalTests.WaitUntil(() => !plant.Pipeline.Intake.IsAccepting);
        var waiting = sources.Select(s => s.Lane!.RentAsync(TestContext.Current.CancellationToken).AsTask()).ToList();
        waiting.Should().OnlyContain(w => !w.IsCompleted);
        plant.Pipeline.Health.IsHealthy.Should().BeFalse();
        plant.Pipeline.Health.JournalFault.Should().Be("ENOSPC");
        sources.Sum(s => s.Count).Should().Be(0);
        plant.Disk.Before = null;
        JournalTests.WaitUntil(() =>
        {
            // The pause between attempts is on the plant's clock.
            plant.Time.Advance(TimeSpan.FromMilliseconds(10));
            return plant.Pipeline.Intake.IsAccepting;
        });
        await Task.WhenAll(waiting);
        JournalTests.WaitUntil(() => sources[0].Count == 1);
        plant.Pipeline.Health.IsHealthy.Should().BeTrue();
        Say("T-04: 21 cases, 0 failures (intake: every write fails, then none)");
    }

    [Fact]
    public async Task A_disk_that_hangs_without_an_error_is_a_fault_too()
    {
        using var sync = new ManualResetEventSlim(initialState: true);
        await using var plant = new TestPlant { Disk = new SimulatedDisk { Before = _ => sync.Wait() } };
        await plant.StartAsync();
        plant.Settle();
        sync.Reset();
        await plant.PressureAsync(new TestSource("g1"), "p1", 400);
        JournalTests.WaitUntil(() => plant.Pipeline.Journal.Tail > plant.Pipeline.Journal.CommittedUntil);
        plant.Time.Advance(TimeSpan.FromSeconds(1));
        plant.Pipeline.Health.JournalFault.Should().BeNull();
        JournalTests.WaitUntil(() =>
        {
            plant.Time.Advance(TimeSpan.FromSeconds(1));
            return plant.Pipeline.Health.JournalFault is not null;
        });
        plant.Pipeline.Health.IsHealthy.Should().BeFalse();
        sync.Set();
        JournalTests.WaitUntil(() => plant.Pipeline.Health.IsHealthy);
    }

    [Fact]
    public async Task A_source_that_throws_disturbs_no_other()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var poisoned = new TestSource("bad") { IsPoisoned = true };
        var good = new TestSource("good");
        for (var i = 0; i < 20; i++)
        {
            await plant.PressureAsync(poisoned, "p1", 400);
            await plant.PressureAsync(good, "p2", 400);
        }

        JournalTests.WaitUntil(() => good.Count == 20);
        plant.Settle();
        plant.Pipeline.Intake.Counters.SourceFailures.Should().Be(20);
        plant.Pipeline.Intake.Counters.Accepted.Should().Be(40);
    }

    [Fact]
    public async Task A_closed_lane_is_not_told_but_its_messages_count()
    {
        using var sync = new ManualResetEventSlim(initialState: true);
        await using var plant = new TestPlant { Disk = new SimulatedDisk { Before = _ => sync.Wait() } };
        await plant.StartAsync();
        plant.Settle();
        sync.Reset();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 400);
        source.Lane!.Dispose();
        sync.Set();
        plant.Settle();
        source.Count.Should().Be(0);
        plant.Pipeline.Intake.Counters.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task An_empty_batch_is_just_given_back()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var lane = plant.Pipeline.Intake.OpenLane(new TestSource("g1"));
        for (var i = 0; i < 100; i++)
        {
            lane.Submit(await lane.RentAsync(TestContext.Current.CancellationToken));
        }

        plant.Pipeline.Intake.Counters.Received.Should().Be(0);
    }

    [Fact]
    public async Task A_stalled_sink_stops_each_lane_at_its_share_and_then_all_goes_on()
    {
        await using var plant = new TestPlant(TestPlant.High);
        await plant.StartAsync();
        plant.Sink.Open.Reset();
        var sources = Enumerable.Range(0, 5).Select(i => new TestSource($"g{i}")).ToList();
        var publishers = sources.Select((s, i) => Task.Run(async () =>
        {
            for (var n = 0; n < 50; n++)
            {
                await plant.PressureAsync(s, $"p{i}-{n}", 500);
            }
        })).ToList();
        var share = plant.Options.Intake.LaneBatches;
        JournalTests.WaitUntil(() => sources.TrueForAll(s => s.Count == share));
        publishers.Should().OnlyContain(p => !p.IsCompleted);
        plant.Pipeline.Intake.Counters.Received.Should().Be(5 * share);
        for (var i = 0; i < 200; i++)
        {
            plant.Time.Advance(TimeSpan.FromSeconds(1));
            plant.Pipeline.Intake.ReportGateway($"g{i % 3}", i % 2 == 0);
        }

        plant.Pipeline.Intake.Counters.TicksSkipped.Should().BeGreaterThan(0, "ticks do not gather without bound");
        plant.Sink.Open.Set();
        await Task.WhenAll(publishers);
        plant.Settle();
        sources.Should().OnlyContain(s => s.Count == 50);
        plant.Sink.Lines.Count.Should().Be(250);
    }

    [Fact]
    public async Task After_a_hundred_thousand_mixed_messages_accepted_and_dead_lettered_are_exactly_what_was_received()
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { DeadLetterRows = 1_000_000 };
        await plant.StartAsync();
        var random = new Random(20260501);
        string[] bad = ["", "{", "[]", "{}", "nonsense", """{"pressure": "high"}""", """{"pressure": 1e999}""", """{"pressure": -1e300}""", """{"t": "x", "pressure": 1}""", """[{"n":"pressure","v":1,"u":"km"}]"""];
        string[] badTopics = ["pingan/v1/other/gas-pipe/p1", "pingan/v1/g0/submarine/p1", "pingan/v1/g0/gas-pipe/%20", "x", "pingan/v1"];
        var sources = Enumerable.Range(0, 8).Select(i => new TestSource($"g{i}")).ToList();
        var refused = 0;
        const int Total = 100_000;
        for (var sent = 0; sent < Total;)
        {
            var source = sources[random.Next(sources.Count)];
            source.Lane ??= plant.Pipeline.Intake.OpenLane(source);
            var batch = await source.Lane.RentAsync(TestContext.Current.CancellationToken);
            for (var n = Math.Min(random.Next(1, 200), Total - sent); n > 0; n--, sent++)
            {
                var topic = random.Next(10) == 0 ? badTopics[random.Next(badTopics.Length)] : $"pingan/v1/{source.Gateway}/gas-pipe/{source.Gateway}-{random.Next(20)}";
                var payload = random.Next(5) == 0 ? bad[random.Next(bad.Length)] : $$"""{"t": {{plant.NowSeconds - random.Next(100)}}, "pressure": {{random.Next(300, 600)}}}""";
                batch.Add(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload), PayloadFormat.Detect, 1);
            }

            refused += batch.Count - batch.AcceptedCount;
            source.Lane.Submit(batch);
        }

        plant.Settle();
        await plant.Pipeline.DeadLetters.FlushAsync(TestContext.Current.CancellationToken);
        var counters = plant.Pipeline.Intake.Counters;
        counters.Received.Should().Be(Total);
        counters.DeadLettered.Should().Be(refused).And.BeGreaterThan(20_000);
        (counters.Accepted + counters.DeadLettered).Should().Be(Total);
        sources.Sum(s => s.Count).Should().Be(Total);
        plant.Pipeline.DeadLetters.Counts().Values.Sum().Should().Be(refused);
        Say($"Show 6: {Total} received = {counters.Accepted} accepted + {counters.DeadLettered} dead-lettered");
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
