namespace PingAnIoT.Ingest.Tests;

/// <summary>A gateway that goes down together with the server is missed all the same.</summary>
public sealed class GatewayReturnTests
{
    private const string Rules = """
        rules:
          - id: gateway-offline
            title: { zh: 网关离线, en: Gateway offline }
            kind: gateway
            quantity: online
            when: last
            fault: "== false"
            basis: site
        """;

    [Fact]
    public async Task What_a_gateway_says_of_itself_is_judged_once_whatever_the_shards_and_told_on()
    {
        await using var plant = new TestPlant(Rules);
        plant.Options = plant.Options with { Shards = 3 };
        await plant.StartAsync();
        var heard = new System.Collections.Concurrent.ConcurrentQueue<(string, bool)>();
        plant.Pipeline.Intake.GatewayHeard = (gateway, online, _) => heard.Enqueue((gateway, online));
        var source = new TestSource("g1");
        source.Lane = plant.Pipeline.Intake.OpenLane(source);
        var batch = await source.Lane.RentAsync(TestContext.Current.CancellationToken);
        batch.Add("pingan/v1/g1/status"u8, "online"u8, PayloadFormat.Detect, 1);
        batch.Add("pingan/v1/g1/status"u8, "offline"u8, PayloadFormat.Detect, 2);
        source.Lane.Submit(batch);
        plant.Settle();
        plant.Sink.Lines.Should().ContainSingle(l => l.Contains("/g1/", StringComparison.Ordinal));
        heard.Should().Equal(("g1", false));
        plant.Pipeline.Intake.Counters.Accepted.Should().Be(2);
        var live = plant.Sink.Lines;
        await plant.Pipeline.AbandonAsync();
        plant.Sink = new RecordingSink();
        await plant.StartAsync();
        plant.Sink.Lines.Should().Equal(live);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_online_before_a_restart_and_does_not_come_back_is_reported_lost_and_nobody_else(bool fromSnapshot)
    {
        await using var plant = new TestPlant(Rules);
        await plant.StartAsync();
        foreach (var gateway in (string[])["lost", "back", "publishing", "gone"])
        {
            plant.Pipeline.Intake.ReportGateway(gateway, online: true);
        }

        plant.Advance(1);
        plant.Pipeline.Intake.ReportGateway("gone", online: false);
        plant.Advance(1);
        plant.Sink.Lines.Should().ContainSingle(l => l.Contains("/gone/", StringComparison.Ordinal));
        if (fromSnapshot)
        {
            (await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
        }

        await plant.Pipeline.AbandonAsync();
        await plant.StartAsync();
        plant.Pipeline.Intake.ReportGateway("back", online: true);
        await plant.PressureAsync(new TestSource("publishing"), "p1", 400);
        plant.Advance(89);
        plant.Sink.Lines.Should().ContainSingle();
        plant.Advance(2);
        plant.Sink.Lines.Should().HaveCount(2).And.ContainSingle(l => l.Contains("/lost/", StringComparison.Ordinal));
        plant.Advance(200);
        plant.Sink.Lines.Should().HaveCount(2);
    }
}
