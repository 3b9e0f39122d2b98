using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;

namespace PingAnIoT.Ingest;

/// <summary>A message of an external broker on its way in.</summary>
/// <param name="Received">Knows how to acknowledge itself on the connection it came by, and on no other.</param>
/// <param name="Topic">Ours.</param>
/// <param name="Refusal">What the bridge knows already, or None.</param>
internal readonly record struct BridgedMessage(MqttApplicationMessageReceivedEventArgs Received, byte[] Topic, RefusalReason Refusal);

/// <summary>
/// One gateway behind a bridge: a bounded queue into a lane of its own, so a gateway that outruns the plant holds up itself.
/// Threading: the client's task offers, the lane's own task submits, the intake's release thread tells what is durable.
/// </summary>
internal sealed class BridgeLane : IMessageSource
{
    private readonly Channel<BridgedMessage> queue;
    private readonly ChannelWriter<MqttApplicationMessageReceivedEventArgs> acknowledgements;
    private readonly IIntake intake;
    private readonly BridgeMetrics metrics;

    // Submitted and not yet durable, in order: what the next durable batch acknowledges.
    private readonly ConcurrentQueue<MqttApplicationMessageReceivedEventArgs> submitted = new();
    private readonly Lock presence = new();
    private bool isOnline;
    private bool hasFailed;

    public BridgeLane(
        string gateway, int capacityMessages, ChannelWriter<MqttApplicationMessageReceivedEventArgs> acknowledgements, IIntake intake, BridgeMetrics metrics)
    {
        Gateway = gateway;
        this.acknowledgements = acknowledgements;
        this.intake = intake;
        this.metrics = metrics;
        queue = Channel.CreateBounded<BridgedMessage>(new BoundedChannelOptions(capacityMessages) { SingleReader = true });
    }

    public string Gateway { get; }

    /// <summary>Completes when the lane has ended.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="bridge">Its name, for the log.</param>
    /// <param name="failed">Told, once, when the lane has ended by an error of ours; it takes nothing more then.</param>
    public void Start(string bridge, ILogger logger, Action<BridgeLane> failed, CancellationToken stopping) =>
        Completion = RunAsync(bridge, logger, failed, stopping);

    /// <summary>Takes one message in without waiting. QoS 0 promises nothing and is dropped at the bound, counted.</summary>
    /// <returns>
    /// False when there was no room for a message of QoS 1: more is waiting than the broker was told to send, as after a reconnect while the lane is
    /// stuck, or the lane has failed. It would never be acknowledged on this connection, so the broker must be made to send it again on another.
    /// </returns>
    public bool Offer(in BridgedMessage message)
    {
        if (queue.Writer.TryWrite(message))
        {
            return true;
        }

        if (IsPromised(message.Received))
        {
            return false;
        }

        metrics.Dropped();
        return true;
    }

    /// <summary>Messages of QoS 1 that a failed lane has taken in and will not acknowledge any more.</summary>
    public int CountAbandoned()
    {
        var count = submitted.Count(IsPromised);
        while (queue.Reader.TryRead(out var message))
        {
            count += IsPromised(message.Received) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Says in the journal that the gateway speaks, or that the way to it is cut. Called by the bridge's one task or callback at a time.</summary>
    public void Report(bool online)
    {
        lock (presence)
        {
            if (isOnline != online && !hasFailed)
            {
                isOnline = online;
                intake.ReportGateway(Gateway, online);
            }
        }
    }

    /// <inheritdoc/>
    public void OnDurable(MessageBatch batch)
    {
        for (var i = 0; i < batch.Count && submitted.TryDequeue(out var received); i++)
        {
            if (IsPromised(received))
            {
                acknowledgements.TryWrite(received);
            }
        }
    }

    private static bool IsPromised(MqttApplicationMessageReceivedEventArgs received) =>
        received.ApplicationMessage.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce;

    private async Task RunAsync(string bridge, ILogger logger, Action<BridgeLane> failed, CancellationToken stopping)
    {
        try
        {
            using var lane = intake.OpenLane(this);
            while (await queue.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
            {
                var batch = await lane.RentAsync(stopping).ConfigureAwait(false);
                while (!batch.IsFull && queue.Reader.TryRead(out var message))
                {
                    Add(batch, message);
                }

                lane.Submit(batch);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (ObjectDisposedException)
        {
            // The intake has closed: what is not acknowledged comes again.
        }
        catch (Exception e)
        {
            BridgeLog.GatewayFailed(logger, e, bridge, Gateway);
            Fail();
            failed(this);
        }
    }

    /// <summary>Whoever comes next for this gateway begins anew; this lane has the last word that its gateway is not heard.</summary>
    private void Fail()
    {
        queue.Writer.TryComplete();
        lock (presence)
        {
            Report(online: false);
            hasFailed = true;
        }
    }

    private void Add(MessageBatch batch, in BridgedMessage message)
    {
        var sent = message.Received.ApplicationMessage;
        var payload = sent.Payload.IsSingleSegment ? sent.Payload.First.Span : sent.Payload.ToArray();
        batch.Add(message.Topic, payload, FormatOf(sent.ContentType), packetId: 0, message.Refusal);
        submitted.Enqueue(message.Received);
    }

    /// <summary>A type that is none of ours says nothing: the broker may put its own there.</summary>
    private static PayloadFormat FormatOf(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Json
            : type.Equals("application/senml+json", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.SenmlJson
            : type.Equals("application/senml+cbor", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.SenmlCbor
            : PayloadFormat.Detect;
    }
}
