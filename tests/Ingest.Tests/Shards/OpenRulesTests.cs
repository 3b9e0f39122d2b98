using System.Reactive.Concurrency;
using System.Reactive.Linq;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Open rules in the pipeline: fed in the journal's order, live and from the past, whatever the number of shards.</summary>
public sealed class OpenRulesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task They_say_the_same_live_and_from_the_journal(int shards)
    {
        await using var plant = new TestPlant
        {
            OpenRules = p => new OpenRuleHost([new Spread()], p.Register, p.Sink, [], new OpenRuleOptions(), TimeProvider.System, new SilentMeters(), (_, _, _) => { }),
        };
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var i = 0; i < 40; i++)
        {
            await plant.PressureAsync(source, $"p{i % 4}", 300 + (i % 7 * 20));
            plant.Advance(1);
        }

        await plant.Pipeline.OpenRules!.FlushAsync(TestContext.Current.CancellationToken);
        var live = plant.Sink.Lines;
        live.Should().HaveCountGreaterThan(5);
        await plant.Pipeline.AbandonAsync();
        await plant.StartAsync();
        await plant.Pipeline.OpenRules!.FlushAsync(TestContext.Current.CancellationToken);
        plant.Sink.Lines.Should().Equal(live, "there was no snapshot: all of it was judged again");
        plant.Sink.Conflicts.Should().BeEmpty();
        plant.Sink.Repeats.Should().BeGreaterThanOrEqualTo(live.Count);
    }

    [Fact]
    public async Task A_snapshot_waits_for_what_they_have_to_say()
    {
        await using var plant = new TestPlant
        {
            OpenRules = p => new OpenRuleHost([new Spread()], p.Register, p.Sink, [], new OpenRuleOptions(), TimeProvider.System, new SilentMeters(), (_, _, _) => { }),
        };
        await plant.StartAsync();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 300);
        await plant.PressureAsync(source, "p2", 400);
        (await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
        plant.Sink.Lines.Should().ContainSingle(l => l.StartsWith("spread ", StringComparison.Ordinal));
    }

    /// <summary>The newest readings of all pipes, whichever shards they are in, are more than 50 apart.</summary>
    private sealed class Spread : IOpenRule
    {
        public string Id => "spread";

        public string Revision => "1";

        public string TitleZh => "试";

        public string TitleEn => "Test";

        public string Basis => "site";

        public IReadOnlyList<string> Series => ["gas-pipe/*/pressure"];

        public TimeSpan WarmUp => TimeSpan.Zero;

        public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => readings
            .Scan((Last: 0.0, Now: default(OpenReading)), (state, r) => (state.Now.Value, r))
            .Skip(1)
            .Select(s => new OpenFinding(s.Now.Series, Math.Abs(s.Now.Value - s.Last) > 50 ? Severity.Green : Severity.Normal, s.Now.EventTime, s.Now.Value, 50));
    }
}
