namespace PingAnIoT.Ingest.Tests;

public sealed class UnderWayTests
{
    [Fact]
    public async Task Who_connects_again_and_again_while_the_shards_stand_still_fills_no_memory()
    {
        await using var plant = new TestPlant(TestPlant.High);
        plant.Options = plant.Options with { Intake = plant.Options.Intake with { UnderWayBytes = 1024 * 1024 } };
        await plant.StartAsync();
        plant.Sink.Open.Reset();
        await plant.PressureAsync(new TestSource("g1"), "p1", 500);
        var payload = new string('x', 100_000);
        var connections = 0;
        while (plant.Pipeline.Intake.IsAccepting)
        {
            connections.Should().BeLessThan(10, "each leaves 400 kB behind, and 1 MiB is the bound");
            connections++;
            var source = new TestSource("g1");
            for (var i = 0; i < plant.Options.Intake.LaneBatches; i++)
            {
                await plant.PublishAsync(source, "pingan/v1/g1/gas-pipe/p1", payload);
            }

            JournalTests.WaitUntil(() => source.Count == plant.Options.Intake.LaneBatches);
            source.Lane!.Dispose();
        }

        connections.Should().BeGreaterThan(1);
        plant.Sink.Open.Set();
        JournalTests.WaitUntil(() => plant.Pipeline.Intake.IsAccepting);
    }
}
