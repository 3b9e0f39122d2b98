using System.Diagnostics.Metrics;

namespace PingAnIoT.Ingest;

/// <summary>
/// What was taken in since the start. Received counts at the door; accepted and dead-lettered when on disk; at rest received is exactly their sum.
/// Threading: each number has one writer or is added to atomically; any thread may read.
/// </summary>
public sealed class IntakeCounters
{
    private long received;
    private long accepted;
    private long deadLettered;
    private long readingsAccepted;
    private long readingsRefused;
    private long sourceFailures;
    private long ticksSkipped;
    private long undecodable;

    internal IntakeCounters(IMeterFactory meters)
    {
        var meter = meters.Create("PingAnIoT.Ingest");
        meter.CreateObservableCounter("pingan.intake.messages.received", () => Received, "{message}", "Messages submitted");
        meter.CreateObservableCounter("pingan.intake.messages.accepted", () => Accepted, "{message}", "Messages on disk, of which at least one reading was taken");
        meter.CreateObservableCounter("pingan.intake.messages.dead_lettered", () => DeadLettered, "{message}", "Messages on disk that were refused whole");
        meter.CreateObservableCounter("pingan.intake.readings.accepted", () => ReadingsAccepted, "{reading}", "Readings on disk and on their way to the rules");
        meter.CreateObservableCounter("pingan.intake.readings.refused", () => ReadingsRefused, "{reading}", "Readings, or messages where no reading could be told, that were refused");
        meter.CreateObservableCounter("pingan.intake.source_failures", () => SourceFailures, "{failure}", "Sources that threw when told that their messages are safe");
        meter.CreateObservableCounter("pingan.intake.ticks_skipped", () => TicksSkipped, "{tick}", "Ticks not made because the shards were behind");
        meter.CreateObservableCounter("pingan.intake.messages.undecodable", () => Undecodable, "{message}", "Messages on disk that met a defect of ours, and were refused whole");
    }

    public long Received => Volatile.Read(ref received);

    public long Accepted => Volatile.Read(ref accepted);

    public long DeadLettered => Volatile.Read(ref deadLettered);

    public long ReadingsAccepted => Volatile.Read(ref readingsAccepted);

    public long ReadingsRefused => Volatile.Read(ref readingsRefused);

    public long SourceFailures => Volatile.Read(ref sourceFailures);

    public long TicksSkipped => Volatile.Read(ref ticksSkipped);

    public long Undecodable => Volatile.Read(ref undecodable);

    internal void CountReceived(int messages) => Interlocked.Add(ref received, messages);

    internal void CountDurable(MessageBatch batch)
    {
        Interlocked.Add(ref accepted, batch.AcceptedCount);
        Interlocked.Add(ref deadLettered, batch.Count - batch.AcceptedCount);
        Interlocked.Add(ref readingsAccepted, batch.Readings.Count);
        Interlocked.Add(ref readingsRefused, batch.Refusals.Length);
    }

    internal void CountSourceFailure() => Interlocked.Increment(ref sourceFailures);

    internal void CountTickSkipped() => Interlocked.Increment(ref ticksSkipped);

    internal void CountUndecodable(int messages) => Interlocked.Add(ref undecodable, messages);
}
