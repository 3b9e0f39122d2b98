using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>What the pipeline cannot digest, and who never answers, must not take the plant down: neither while it runs nor at its next start.</summary>
public sealed class PoisonTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_entry_that_made_an_engine_throw_keeps_no_start_from_succeeding(int shards)
    {
        await using var plant = new TestPlant(TestPlant.High);
        plant.Options = plant.Options with { Shards = shards };
        plant.Sink.Poison = t => t.Series.Contains("/bad/", StringComparison.Ordinal);
        await plant.StartAsync();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "bad", 500);
        await plant.PressureAsync(source, "good", 500);
        plant.Settle();
        var live = plant.Sink.Lines;
        live.Should().ContainSingle(l => l.Contains("/good/", StringComparison.Ordinal));
        await plant.Pipeline.AbandonAsync();
        await plant.StartAsync();
        plant.Pipeline.Recovery!.Messages.Should().Be(2);
        plant.Sink.Lines.Should().Equal(live);
        await plant.PressureAsync(new TestSource("g1"), "later", 500);
        plant.Settle();
        plant.Sink.Lines.Count.Should().Be(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_came_in_one_read_behind_it_is_judged_live_and_in_a_replay(int shards)
    {
        await using var plant = new TestPlant(TestPlant.High);
        plant.Options = plant.Options with { Shards = shards };
        plant.Sink.Poison = t => t.Series.Contains("/bad", StringComparison.Ordinal);
        await plant.StartAsync();
        var source = new TestSource("g1");
        source.Lane = plant.Pipeline.Intake.OpenLane(source);
        var batch = await source.Lane.RentAsync(TestContext.Current.CancellationToken);
        foreach (var device in (string[])["a", "bad1", "b", "c", "bad2", "d", "e", "f"])
        {
            batch.Add(Encoding.UTF8.GetBytes($"pingan/v1/g1/gas-pipe/{device}"), """{"pressure": 500}"""u8, PayloadFormat.Detect, 1);
        }

        source.Lane.Submit(batch);
        plant.Settle();
        plant.Sink.Lines.Select(l => l.Split('/')[1]).Should().Equal("a", "b", "c", "d", "e", "f");
        plant.Pipeline.EngineCounters.Sum(c => c.Failed).Should().Be(2);
        var live = plant.Sink.Lines;
        await plant.Pipeline.AbandonAsync();
        plant.Sink = new RecordingSink { Poison = plant.Sink.Poison };
        await plant.StartAsync();
        plant.Sink.Lines.Should().Equal(live);
    }

    [Fact]
    public async Task A_sink_that_never_answers_does_not_keep_the_pipeline_from_stopping_and_the_next_start_says_it_all()
    {
        await using var plant = new TestPlant(TestPlant.High);
        await plant.StartAsync();
        var stuck = plant.Sink;
        stuck.Open.Reset();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 500);
        JournalTests.WaitUntil(() => source.Count == 1);
        using var enough = new CancellationTokenSource();
        await enough.CancelAsync();
        await plant.Pipeline.StopAsync(enough.Token).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, TestContext.Current.CancellationToken);
        plant.Sink = new RecordingSink();
        await plant.StartAsync();
        plant.Sink.Lines.Should().ContainSingle();
        stuck.Open.Set();
    }
}
