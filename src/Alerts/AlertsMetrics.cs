using System.Diagnostics.Metrics;

namespace PingAnIoT.Alerts;

/// <summary>The ledger's figures. Labels are kinds and reasons, never a device or an officer.</summary>
public sealed class AlertsMetrics : IDisposable
{
    public const string MeterName = "PingAnIoT.Alerts";

    private readonly Meter meter;
    private int subscribers;
    private Func<int>? depth;
    private Func<int>? live;

    public AlertsMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        meter = meters.Create(MeterName);
        Entries = meter.CreateCounter<long>("pingan.ledger.entries", "{entry}", "Entries committed, by kind.");
        Absorbed = meter.CreateCounter<long>("pingan.ledger.absorbed", "{transition}", "Transitions that were in the ledger already.");
        PostWaits = meter.CreateCounter<long>("pingan.ledger.post.waits", "{post}", "Posts that had to wait because the queue was full.");
        Retries = meter.CreateCounter<long>("pingan.ledger.retries", "{commit}", "Commits that failed and were tried again.");
        Poisoned = meter.CreateCounter<long>("pingan.ledger.poisoned", "{item}", "Items that could not be recorded at all: a defect.");
        CommitSeconds = meter.CreateHistogram<double>("pingan.ledger.commit.duration", "s", "From the first item taken to durable.");
        GroupItems = meter.CreateHistogram<int>("pingan.ledger.group.size", "{item}", "Items in one commit.");
        RaiseSeconds = meter.CreateHistogram<double>("pingan.alert.latency", "s", "From the receipt of the reading to the alert on disk.");
        Breaches = meter.CreateCounter<long>("pingan.deadline.breaches", "{breach}", "Deadlines missed, by step.");
        FeedCatchUps = meter.CreateCounter<long>("pingan.feed.catch_ups", "{page}", "Pages read from disk for subscribers that were behind.");
        ReadsCut = meter.CreateCounter<long>("pingan.ledger.reads.cut", "{read}", "Reads stopped because they took longer than 2 s.");
        ReportsRefused = meter.CreateCounter<long>("pingan.reports.refused", "{report}", "Reports refused because enough were being made.");
        ListsRefused = meter.CreateCounter<long>("pingan.lists.refused", "{list}", "Lists of the book refused because enough were waiting.");
        meter.CreateObservableUpDownCounter("pingan.feed.subscribers", () => Volatile.Read(ref subscribers), "{subscriber}");
        meter.CreateObservableGauge("pingan.ledger.queue.depth", () => depth?.Invoke() ?? 0, "{item}");
        meter.CreateObservableGauge("pingan.alert.live", () => live?.Invoke() ?? 0, "{alert}");
    }

    internal Counter<long> Entries { get; }

    internal Counter<long> Absorbed { get; }

    internal Counter<long> PostWaits { get; }

    internal Counter<long> Retries { get; }

    internal Counter<long> Poisoned { get; }

    internal Histogram<double> CommitSeconds { get; }

    internal Histogram<int> GroupItems { get; }

    internal Histogram<double> RaiseSeconds { get; }

    internal Counter<long> Breaches { get; }

    internal Counter<long> FeedCatchUps { get; }

    internal Counter<long> ReadsCut { get; }

    internal Counter<long> ReportsRefused { get; }

    internal Counter<long> ListsRefused { get; }

    public void Dispose() => meter.Dispose();

    internal void Watch(Func<int> queueDepth, Func<int> liveAlerts)
    {
        depth = queueDepth;
        live = liveAlerts;
    }

    internal void CountSubscriber(int change) => Interlocked.Add(ref subscribers, change);
}
