using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace PingAnIoT.Ingest;

/// <summary>
/// Takes readings from an external broker: subscribes at QoS 1 under a session that the broker keeps, and acknowledges a message
/// when it is in our journal on disk, never before. What was not acknowledged comes again after a reconnect and counts once.
/// Acknowledgements keep the order of each gateway; between gateways they do not wait for each other, or one could hold up all.
/// Threading: one task connects, MQTTnet's receiver offers to the lanes, one task acknowledges.
/// </summary>
public sealed class MqttBridge : BackgroundService
{
    private readonly BridgeOptions options;
    private readonly IIntake intake;
    private readonly TimeProvider time;
    private readonly ILogger<MqttBridge> logger;
    private readonly BridgeMetrics metrics;
    private readonly BridgeTopicMap[] maps;
    private readonly ConcurrentDictionary<string, BridgeLane> lanes = new(StringComparer.Ordinal);

    // Never holds more than is in flight.
    private readonly Channel<MqttApplicationMessageReceivedEventArgs> acknowledgements =
        Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new UnboundedChannelOptions { SingleReader = true });

    private CancellationToken stopping;
    private volatile BridgeConnection? current;
    private volatile bool isConnected;
    private long unacknowledged;

    /// <exception cref="ArgumentException">A route cannot work.</exception>
    public MqttBridge(BridgeOptions options, IIntake intake, TimeProvider time, ILogger<MqttBridge> logger, BridgeMetrics metrics)
    {
        if (options.Check() is [var error, ..])
        {
            throw new ArgumentException($"Bridge '{options.Name}' {error}", nameof(options));
        }

        this.options = options;
        this.intake = intake;
        this.time = time;
        this.logger = logger;
        this.metrics = metrics;
        maps = [.. options.Routes.Select(route => new BridgeTopicMap(route))];
    }

    /// <summary>Connected and subscribed.</summary>
    public bool IsConnected => isConnected;

    /// <summary>QoS 1 messages that have come and are not acknowledged yet, on this connection or an earlier one.</summary>
    public long Unacknowledged => Interlocked.Read(ref unacknowledged);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stopping = stoppingToken;
        var acknowledging = AcknowledgeAsync(stoppingToken);
        var wait = options.ReconnectAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            var failure = await ServeAsync(stoppingToken).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            // Also after a connection that was made: a broker that accepts and cuts must not be called in a tight loop. One that we had to cut
            // counts as failed: what made us may be there again.
            wait = failure is null ? options.ReconnectAfter : wait;
            BridgeLog.NotConnected(logger, options.Name, options.Server, options.Port, wait.TotalSeconds, failure ?? "the connection was lost");
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < options.ReconnectAtMost ? wait * 2 : options.ReconnectAtMost;
        }

        await acknowledging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(lanes.Values.Select(lane => lane.Completion)).ConfigureAwait(false);
    }

    /// <summary>
    /// One connection from beginning to end. A client of its own each time: an acknowledgement of an earlier connection then has nowhere to go,
    /// where on a new one it could hit another message with the same packet identifier.
    /// </summary>
    /// <returns>Why there was no connection, or why we cut it; null when there was one.</returns>
    private async Task<string?> ServeAsync(CancellationToken stoppingToken)
    {
        if (!intake.IsAccepting)
        {
            return "the journal takes nothing in";
        }

        using var client = new MqttClientFactory().CreateMqttClient();
        var connection = new BridgeConnection();
        current = connection;
        client.DisconnectedAsync += e =>
        {
            connection.Lost(e.Exception?.Message ?? e.Reason.ToString());
            return Task.CompletedTask;
        };
        client.ApplicationMessageReceivedAsync += received => OnReceivedAsync(connection, received);
        try
        {
            var connected = await client.ConnectAsync(ClientOptions(), stoppingToken).ConfigureAwait(false);
            if (connected.ResultCode != MqttClientConnectResultCode.Success)
            {
                return connected.ResultCode.ToString();
            }

            var refused = await SubscribeAsync(client, stoppingToken).ConfigureAwait(false);
            if (refused is not null)
            {
                return refused;
            }

            isConnected = true;
            metrics.Connected();
            BridgeLog.Connected(logger, options.Name, options.Server, options.Port, connected.IsSessionPresent ? "resumed" : "new");
            var reason = await connection.Ended.WaitAsync(stoppingToken).ConfigureAwait(false);
            BridgeLog.Lost(logger, options.Name, options.Server, options.Port, reason);
            return connection.WasCut ? reason : null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
        finally
        {
            isConnected = false;
            if (!stoppingToken.IsCancellationRequested)
            {
                ReportLost();
            }
        }
    }

    /// <summary>Not at a stop: then the gateways have not gone anywhere, and the next start gives them their time to come back.</summary>
    private void ReportLost()
    {
        foreach (var lane in lanes.Values)
        {
            lane.Report(online: false);
        }
    }

    private async Task<string?> SubscribeAsync(IMqttClient client, CancellationToken stoppingToken)
    {
        var subscription = new MqttClientSubscribeOptionsBuilder();
        foreach (var filter in maps.Select(map => map.Filter).Distinct(StringComparer.Ordinal))
        {
            subscription.WithTopicFilter(f => f.WithTopic(filter).WithAtLeastOnceQoS());
        }

        var result = await client.SubscribeAsync(subscription.Build(), stoppingToken).ConfigureAwait(false);
        var refused = result.Items.FirstOrDefault(item => item.ResultCode is not MqttClientSubscribeResultCode.GrantedQoS1);
        return refused is null ? null : $"subscription to {refused.TopicFilter.Topic} gave {refused.ResultCode}";
    }

    private MqttClientOptions ClientOptions()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(options.Server, options.Port)
            .WithClientId(options.ClientId)
            .WithCleanStart(false)
            .WithSessionExpiryInterval((uint)Math.Min(options.SessionExpiry.TotalSeconds, uint.MaxValue))
            .WithReceiveMaximum(options.InFlightMessages)
            .WithTimeout(options.ConnectTimeout);
        if (options.User is not null)
        {
            builder.WithCredentials(options.User, options.Password ?? "");
        }

        if (options.Tls)
        {
            builder.WithTlsOptions(tls => tls.UseTls());
        }

        return builder.Build();
    }

    /// <summary>Hands one message to its gateway's lane. Never waits: waiting here would hold up every gateway.</summary>
    private Task OnReceivedAsync(BridgeConnection connection, MqttApplicationMessageReceivedEventArgs received)
    {
        received.AutoAcknowledge = false;
        if (connection.WasCut)
        {
            // It comes again, and in its order: after what was turned away before it.
            return Task.CompletedTask;
        }

        metrics.Message();
        if (received.ApplicationMessage.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
        {
            Interlocked.Increment(ref unacknowledged);
        }

        var topic = received.ApplicationMessage.Topic;
        var levels = topic.Split('/');
        foreach (var map in maps)
        {
            if (map.TryMap(levels, out var gateway, out var ours) && FindLane(gateway) is { } lane)
            {
                lane.Report(online: true);
                Offer(connection, lane, new BridgedMessage(received, ours, RefusalReason.None));
                return Task.CompletedTask;
            }
        }

        // Under the bridge's own name, so that even this is on record before it is acknowledged.
        Offer(connection, FindLane(options.Name, isOwn: true)!, new BridgedMessage(received, Encoding.UTF8.GetBytes(topic), RefusalReason.TopicUnknown));
        return Task.CompletedTask;
    }

    private void Offer(BridgeConnection connection, BridgeLane lane, in BridgedMessage message)
    {
        if (!lane.Offer(message))
        {
            Interlocked.Decrement(ref unacknowledged);
            connection.Cut($"gateway {lane.Gateway} has no room for what must be acknowledged");
        }
    }

    /// <summary>Its gateway is not to be silent for ever: the broker sends again what is not acknowledged, and another lane takes it in.</summary>
    private void OnLaneFailed(BridgeLane lane)
    {
        lanes.TryRemove(new KeyValuePair<string, BridgeLane>(lane.Gateway, lane));
        current?.Cut($"gateway {lane.Gateway} ended by an error of ours");
        Interlocked.Add(ref unacknowledged, -lane.CountAbandoned());
    }

    private BridgeLane? FindLane(string gateway, bool isOwn = false)
    {
        if (lanes.TryGetValue(gateway, out var lane))
        {
            return lane;
        }

        if (!isOwn && lanes.Count >= options.MaximumGateways)
        {
            return null;
        }

        // One receiver task per connection, but two connections may overlap for a moment.
        lock (lanes)
        {
            if (!lanes.TryGetValue(gateway, out lane))
            {
                lane = new BridgeLane(gateway, options.InFlightMessages, acknowledgements.Writer, intake, metrics);
                lanes[gateway] = lane;
                lane.Start(options.Name, logger, OnLaneFailed, stopping);
            }
        }

        return lane;
    }

    private async Task AcknowledgeAsync(CancellationToken stoppingToken)
    {
        await foreach (var received in acknowledgements.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await received.AcknowledgeAsync(stoppingToken).ConfigureAwait(false);
                metrics.Acknowledged();
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Its connection is gone; the broker sends it again.
                metrics.AcknowledgementLost();
            }

            Interlocked.Decrement(ref unacknowledged);
        }
    }
}
