using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Devices that the register has come to call retired, from the register to the ledger's door.</summary>
public sealed class RetirementTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public async Task A_start_gives_up_what_the_register_calls_retired_at_a_place_in_the_journal_and_every_later_start_repeats_it(int shards, bool hasSnapshot)
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        Register(plant, isRetired: false);
        var source = new TestSource("g1");
        for (var second = 0; second < 100; second++)
        {
            await plant.PressureAsync(source, "p1", 600);
            await plant.PressureAsync(source, "p2", 600);
            plant.Advance(1);
            if (second == 20 && hasSnapshot)
            {
                // p3 is first heard after it.
                await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken);
            }

            if (second > 30)
            {
                await plant.PressureAsync(source, "p3", 600);
            }
        }

        plant.Sink.Lines.Should().HaveCount(3);
        await plant.Pipeline.AbandonAsync();
        await RestartAsync();
        var ended = plant.Sink.Lines.Where(l => l.Contains("Retired Red>Normal", StringComparison.Ordinal)).ToList();
        ended.Should().HaveCount(2).And.OnlyContain(l => l.Contains("/p1/", StringComparison.Ordinal) || l.Contains("/p3/", StringComparison.Ordinal));
        source = new TestSource("g1");
        for (var second = 0; second < 150; second++)
        {
            await plant.PressureAsync(source, "p1", 600);
            plant.Advance(1);
        }

        var live = plant.Sink.Lines;
        live.Should().HaveCount(6).And.ContainSingle(l => l.StartsWith("silent gas-pipe/p2", StringComparison.Ordinal), "nobody misses the others");
        var entries = plant.Pipeline.Journal.Tail;
        await plant.Pipeline.AbandonAsync();
        await RestartAsync();
        plant.Pipeline.Journal.Tail.Should().BeGreaterThanOrEqualTo(entries);
        plant.Sink.Lines.Should().Equal(live);
        plant.Sink.Conflicts.Should().BeEmpty();
        await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken);
        await plant.Pipeline.AbandonAsync();
        await RestartAsync();
        plant.Advance(130);
        plant.Sink.Lines.Should().Equal(live, "a snapshot knows who is no more");

        async Task RestartAsync()
        {
            plant.Prepare = () => Register(plant, isRetired: true);
            await plant.StartAsync();
        }
    }

    private static void Register(TestPlant plant, bool isRetired)
    {
        foreach (var name in new[] { "p1", "p2", "p3" })
        {
            plant.Register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = ["g1"], IsRetired = isRetired && name != "p2" });
        }
    }
}
