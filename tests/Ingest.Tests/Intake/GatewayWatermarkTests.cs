using System.Globalization;

namespace PingAnIoT.Ingest.Tests;

/// <summary>How far each gateway's readings have come.</summary>
public sealed class GatewayWatermarkTests
{
    [Fact]
    public async Task A_gateway_that_sends_a_backlog_is_behind_by_as_much_and_its_watermark_does_not_go_back()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var (source, other) = (new TestSource("g1"), new TestSource("g2"));
        plant.Pipeline.Intake.WatermarkOf("g1").Should().BeNull("it has sent nothing");
        var start = plant.Pipeline.Intake.NowMicros();
        await SendAsync(source, "p1", secondsAgo: 0);
        plant.Pipeline.Intake.WatermarkOf("g1").Should().Be(new GatewayWatermark(start, start, 0));
        plant.Advance(600);
        await SendAsync(source, "p2", secondsAgo: 400);
        plant.Pipeline.Intake.WatermarkOf("g1").Should().Be(new GatewayWatermark(start + 200_000_000, start + 600_000_000, 400_000_000));
        await SendAsync(source, "p1", secondsAgo: 500);
        plant.Pipeline.Intake.WatermarkOf("g1").Should().Be(new GatewayWatermark(start + 200_000_000, start + 600_000_001, 500_000_001));
        await SendAsync(other, "q1", secondsAgo: -60);
        plant.Pipeline.Intake.WatermarkOf("g2")!.Value.LagMicros.Should().BeInRange(-60_000_000, -59_999_000, "its clock runs ahead");
        await plant.PublishAsync(source, "pingan/v1/g1/status", "online");
        await plant.PublishAsync(source, "pingan/v1/g1/gas-pipe/p1", "rubbish");
        plant.Settle();
        plant.Pipeline.Intake.WatermarkOf("g1")!.Value.LagMicros.Should().Be(500_000_001, "that was no measurement");
        plant.Pipeline.Intake.WatermarkOf("stranger").Should().BeNull();

        async Task SendAsync(TestSource from, string device, int secondsAgo)
        {
            var t = (plant.NowSeconds - secondsAgo).ToString("f3", CultureInfo.InvariantCulture);
            await plant.PublishAsync(from, $"pingan/v1/{from.Gateway}/gas-pipe/{device}", $$"""{"t": {{t}}, "pressure": 400}""");
            plant.Settle();
        }
    }
}
