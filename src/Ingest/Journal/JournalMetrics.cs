using System.Diagnostics.Metrics;

namespace PingAnIoT.Ingest;

/// <summary>What the journal counts.</summary>
internal sealed class JournalMetrics
{
    private readonly Counter<long> entries;
    private readonly Counter<long> bytes;
    private readonly Counter<long> commits;
    private readonly Counter<long> faults;
    private readonly Counter<long> deletedSegments;
    private readonly Histogram<double> commitSeconds;

    public JournalMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PingAnIoT.Ingest");
        entries = meter.CreateCounter<long>("pingan.journal.entries", "{entry}", "Entries on disk");
        bytes = meter.CreateCounter<long>("pingan.journal.bytes", "By", "Bytes on disk");
        commits = meter.CreateCounter<long>("pingan.journal.commits", "{commit}", "Group commits");
        faults = meter.CreateCounter<long>("pingan.journal.faults", "{fault}", "Writes or syncs that failed and were tried again");
        deletedSegments = meter.CreateCounter<long>("pingan.journal.segments_deleted", "{segment}", "Segments given up by retention");
        commitSeconds = meter.CreateHistogram<double>("pingan.journal.commit.duration", "s", "Write and sync of one group");
    }

    public void Committed(int entryCount, long byteCount, TimeSpan duration)
    {
        entries.Add(entryCount);
        bytes.Add(byteCount);
        commits.Add(1);
        commitSeconds.Record(duration.TotalSeconds);
    }

    public void Faulted() => faults.Add(1);

    public void SegmentDeleted() => deletedSegments.Add(1);
}
