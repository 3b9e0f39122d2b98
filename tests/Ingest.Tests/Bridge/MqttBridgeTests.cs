using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Exceptions;

namespace PingAnIoT.Ingest.Tests;

/// <summary>The bridge against a real broker.</summary>
public sealed class MqttBridgeTests
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_broker_restarts_in_the_middle()
    {
        const int messages = 3_000;
        using var mosquitto = await Mosquitto.StartAsync();
        using var intake = new FakeIntake(TimeProvider.System);
        using var bridge = await StartAsync(mosquitto, intake);
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var publishing = Task.WhenAll(Enumerable.Range(0, 3).Select(gateway => PublishAsync(mosquitto.Port, $"g{gateway}", messages / 3, acknowledged)));

        await Mosquitto.Until(() => intake.Messages.Count > messages / 4, "a quarter has come");
        await mosquitto.StopAsync();
        await mosquitto.RunAsync();
        await publishing;
        await Mosquitto.Until(() => Received(intake).IsSupersetOf(acknowledged.Keys), "all that the broker acknowledged has come");

        acknowledged.Should().HaveCount(messages);
        intake.Messages.Should().OnlyContain(message => message.Reason == RefusalReason.None);
        intake.Presence.Should().Contain(("g0", true)).And.Contain(("g0", false));
        await bridge.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_is_not_durable_comes_again_and_what_is_does_not()
    {
        const int messages = 50;
        using var mosquitto = await Mosquitto.StartAsync();
        using (var held = new FakeIntake(TimeProvider.System))
        {
            held.Hold();
            using var first = await StartAsync(mosquitto, held);
            await PublishAsync(mosquitto.Port, "g0", messages, new());
            await Mosquitto.Until(() => !held.Messages.IsEmpty, "the first batch is submitted");
            await first.StopAsync(CancellationToken.None);
        }

        using var intake = new FakeIntake(TimeProvider.System);
        using (var second = await StartAsync(mosquitto, intake))
        {
            await Mosquitto.Until(() => Received(intake).Count == messages, "all come again");
            await PublishAsync(mosquitto.Port, "g1", 1, new());
            await Mosquitto.Until(() => Received(intake).Contains("g1-0") && second.Unacknowledged == 0, "and what is new");
            await second.StopAsync(CancellationToken.None);
        }

        using var later = new FakeIntake(TimeProvider.System);
        using var third = await StartAsync(mosquitto, later);
        await PublishAsync(mosquitto.Port, "g2", 1, new());
        await Mosquitto.Until(() => Received(later).Contains("g2-0"), "the third bridge receives");
        Received(later).Where(name => name.StartsWith("g0-", StringComparison.Ordinal)).Should().BeEmpty();
        await third.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_that_is_stuck_holds_up_itself_alone()
    {
        using var mosquitto = await Mosquitto.StartAsync();
        using var intake = new FakeIntake(TimeProvider.System);
        using var bridge = await StartAsync(mosquitto, new GatedIntake(intake, "g0", () => new TaskCompletionSource().Task));
        await PublishAsync(mosquitto.Port, "g0", 200, new());
        await PublishAsync(mosquitto.Port, "g1", 200, new());
        await Mosquitto.Until(() => Received(intake).Count == 200, "the other gateway's all come");
        Received(intake).Should().OnlyContain(name => name.StartsWith("g1-", StringComparison.Ordinal));
        await bridge.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_a_stuck_gateway_has_no_room_for_comes_again_when_it_has()
    {
        const ushort inFlight = 10;
        using var mosquitto = await Mosquitto.StartAsync();
        using var intake = new FakeIntake(TimeProvider.System);
        var open = new TaskCompletionSource();
        using var bridge = await StartAsync(mosquitto, new GatedIntake(intake, "g0", () => open.Task), inFlight);
        await PublishAsync(mosquitto.Port, "g0", 2 * inFlight, new());
        await Mosquitto.Until(() => bridge.Unacknowledged == inFlight, "as many come as may be in flight");
        await mosquitto.StopAsync();
        await mosquitto.RunAsync();
        await Mosquitto.Until(() => intake.Presence.Count(p => p.Online) == 2, "the connection is lost, and the first comes again on another");
        open.SetResult();
        await Mosquitto.Until(() => Received(intake).Count == 2 * inFlight && bridge.Unacknowledged == 0, "all come and are acknowledged");
        await bridge.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_whose_lane_fails_gets_another()
    {
        var failures = 0;
        using var mosquitto = await Mosquitto.StartAsync();
        using var intake = new FakeIntake(TimeProvider.System);
        using var bridge = await StartAsync(mosquitto, new GatedIntake(
            intake, "g0", () => Interlocked.Increment(ref failures) <= 2 ? Task.FromException(new InvalidOperationException("a defect")) : Task.CompletedTask));
        await PublishAsync(mosquitto.Port, "g0", 50, new());
        await Mosquitto.Until(() => Received(intake).Count == 50 && bridge.Unacknowledged == 0, "all come and are acknowledged");
        intake.Presence.Should().Equal(("g0", true), ("g0", false), ("g0", true), ("g0", false), ("g0", true));
        await bridge.StopAsync(CancellationToken.None);
        intake.Presence.Should().HaveCount(5, "at a stop the gateways have not gone anywhere");
    }

    [Fact]
    public async Task What_maps_to_no_gateway_is_on_record_under_the_bridges_own_name()
    {
        using var mosquitto = await Mosquitto.StartAsync();
        using var intake = new FakeIntake(TimeProvider.System);
        using var bridge = await StartAsync(mosquitto, intake);
        await PublishAsync(mosquitto.Port, "no gateway!", 1, new());
        await Mosquitto.Until(() => !intake.Messages.IsEmpty, "it comes");
        intake.Messages.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Gateway = "bridge", Topic = "site/no gateway!/gas-pipe/of-no gateway!/up", Reason = RefusalReason.TopicUnknown });
        await bridge.StopAsync(CancellationToken.None);
    }

    private static async Task<MqttBridge> StartAsync(Mosquitto mosquitto, IIntake intake, ushort inFlight = 1_000)
    {
        var options = new BridgeOptions
        {
            Server = "127.0.0.1", Port = mosquitto.Port, ReconnectAfter = TimeSpan.FromMilliseconds(50), InFlightMessages = inFlight,
            Routes = { new BridgeRoute { Topic = "site/{gateway}/{kind}/{device}/up" } },
        };
        var bridge = new MqttBridge(options, intake, TimeProvider.System, NullLogger<MqttBridge>.Instance, new BridgeMetrics(new SilentMeters()));
        await bridge.StartAsync(CancellationToken.None);
        await Mosquitto.Until(() => bridge.IsConnected, "the bridge connects");
        return bridge;
    }

    /// <summary>Publishes at QoS 1 until each message is acknowledged, over whatever connections that takes.</summary>
    private static async Task PublishAsync(int port, string gateway, int messages, ConcurrentDictionary<string, bool> acknowledged)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId("publisher-" + gateway.Length + gateway[^1]).Build();
        for (var i = 0; i < messages;)
        {
            try
            {
                if (!client.IsConnected)
                {
                    await client.ConnectAsync(options);
                }

                var result = await client.PublishAsync(new MqttApplicationMessageBuilder()
                    .WithTopic($"site/{gateway}/gas-pipe/of-{gateway}/up")
                    .WithPayload($$"""{"pressure":{{i.ToString(CultureInfo.InvariantCulture)}}}""")
                    .WithQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce)
                    .Build());
                if (result.IsSuccess)
                {
                    acknowledged[$"{gateway}-{i}"] = true;
                    i++;
                }
            }
            catch (Exception e) when (e is MqttCommunicationException or MqttClientDisconnectedException or OperationCanceledException or InvalidOperationException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        await client.DisconnectAsync();
    }

    /// <summary>What has come, named as when it was published: gateway and the number in the payload.</summary>
    private static HashSet<string> Received(FakeIntake intake) =>
        [.. intake.Messages.Select(message => $"{message.Gateway}-{message.Text.Split(':', '}')[1]}")];

    /// <summary>An intake in which one gateway's lane waits, or fails, before it gives a batch.</summary>
    private sealed class GatedIntake(IIntake intake, string gateway, Func<Task> gate) : IIntake
    {
        public bool IsAccepting => intake.IsAccepting;

        public TimeSpan GatewayReturn => intake.GatewayReturn;

        public IntakeLane OpenLane(IMessageSource source) => source.Gateway == gateway ? new GatedLane(intake.OpenLane(source), gate) : intake.OpenLane(source);

        public void ReportGateway(string name, bool online) => intake.ReportGateway(name, online);
    }

    private sealed class GatedLane(IntakeLane lane, Func<Task> gate) : IntakeLane
    {
        public override async ValueTask<MessageBatch> RentAsync(CancellationToken cancellationToken)
        {
            await gate().WaitAsync(cancellationToken);
            return await lane.RentAsync(cancellationToken);
        }

        public override void Submit(MessageBatch batch) => lane.Submit(batch);

        public override void Dispose() => lane.Dispose();
    }
}
