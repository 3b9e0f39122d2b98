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
