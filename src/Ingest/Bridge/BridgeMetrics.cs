using System.Diagnostics.Metrics;

namespace PingAnIoT.Ingest;

/// <summary>What the bridges count.</summary>
public sealed class BridgeMetrics
{
    private readonly Counter<long> messages;
    private readonly Counter<long> acknowledged;
    private readonly Counter<long> acknowledgementsLost;
    private readonly Counter<long> dropped;
    private readonly Counter<long> connections;

    public BridgeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PingAnIoT.Bridge");
        messages = meter.CreateCounter<long>("pingan.bridge.messages", description: "Messages received from external brokers");
        acknowledged = meter.CreateCounter<long>("pingan.bridge.acknowledged", description: "Messages acknowledged to external brokers");
        acknowledgementsLost = meter.CreateCounter<long>(
            "pingan.bridge.acknowledgements.lost", description: "Messages journaled after their connection was gone; they come again and count once");
        dropped = meter.CreateCounter<long>("pingan.bridge.dropped", description: "QoS 0 messages dropped at a gateway's bound");
        connections = meter.CreateCounter<long>("pingan.bridge.connections", description: "Connections made to external brokers");
    }

    internal void Message() => messages.Add(1);

    internal void Acknowledged() => acknowledged.Add(1);

    internal void AcknowledgementLost() => acknowledgementsLost.Add(1);

    internal void Dropped() => dropped.Add(1);

    internal void Connected() => connections.Add(1);
}
