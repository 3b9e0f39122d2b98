using System.Diagnostics.Metrics;

namespace PingAnIoT.Ingest;

/// <summary>What the edge counts. No label ever holds what a stranger sent.</summary>
public sealed class EdgeMetrics
{
    private readonly Counter<long> messages;
    private readonly Counter<long> acknowledged;
    private readonly Counter<long> connectionsRefused;
    private readonly Counter<long> connectionsClosed;
    private readonly Counter<long> subscriptionsRefused;
    private readonly Counter<long> noticesDropped;
    private readonly Counter<long> noticesSent;
    private readonly Counter<long> logins;
    private readonly Counter<long> auditSuppressed;
    private readonly UpDownCounter<long> connections;

    public EdgeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PingAnIoT.Edge");
        messages = meter.CreateCounter<long>("pingan.edge.messages", description: "PUBLISH packets taken in");
        acknowledged = meter.CreateCounter<long>("pingan.edge.acknowledged", description: "PUBACK packets written");
        connections = meter.CreateUpDownCounter<long>("pingan.edge.connections", description: "Connections open");
        connectionsRefused = meter.CreateCounter<long>("pingan.edge.connections.refused", description: "Connections refused before CONNACK 0, by reason");
        connectionsClosed = meter.CreateCounter<long>("pingan.edge.connections.closed", description: "Sessions that the server ended, by reason");
        subscriptionsRefused = meter.CreateCounter<long>("pingan.edge.subscriptions.refused", description: "Topic filters refused");
        noticesSent = meter.CreateCounter<long>("pingan.edge.notices.sent", description: "Notices written to gateways");
        noticesDropped = meter.CreateCounter<long>("pingan.edge.notices.dropped", description: "Notices dropped at a session's bound");
        logins = meter.CreateCounter<long>("pingan.edge.logins", description: "Logins, by result");
        auditSuppressed = meter.CreateCounter<long>("pingan.edge.audit.suppressed", description: "Refusals counted but not logged, at the bound of the log");
    }

    internal void Messages(int count) => messages.Add(count);

    internal void Acknowledged(int count) => acknowledged.Add(count);

    internal void Opened() => connections.Add(1);

    internal void Ended() => connections.Add(-1);

    internal void ConnectionRefused(string reason) => connectionsRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void ConnectionClosed(string reason) => connectionsClosed.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void SubscriptionRefused() => subscriptionsRefused.Add(1);

    internal void NoticeSent() => noticesSent.Add(1);

    internal void NoticeDropped() => noticesDropped.Add(1);

    internal void Login(string result) => logins.Add(1, new KeyValuePair<string, object?>("result", result));

    internal void AuditSuppressed() => auditSuppressed.Add(1);
}
