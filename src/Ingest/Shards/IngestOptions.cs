using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>How the pipeline from intake to shards is set up. Check with <see cref="Validate"/> at the start.</summary>
public sealed record IngestOptions
{
    /// <summary>Holds <c>journal/</c>, <c>snapshots/</c> and <c>deadletters.db</c>; made if missing; one process at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Engines side by side, each with its own thread: 1 to 64. May change from run to run.</summary>
    public int Shards { get; init; } = 1;

    public JournalOptions Journal { get; init; } = new();

    public IntakeOptions Intake { get; init; } = new();

    /// <summary>Bounds and tolerances of the engines; the shard numbers are filled in.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>A snapshot is taken when this much has been journaled since the last one, and <see cref="SnapshotGrowth"/> times its size …</summary>
    public long SnapshotBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Keeps the writing of snapshots to a fraction of the writing of the journal, however large the state: 0 to 100. Two: at city size some 500 MB are replayed at most,
    /// in 4 s, when twenty times the city's readings come in.
    /// </summary>
    public int SnapshotGrowth { get; init; } = 2;

    /// <summary>… or this long has passed: so much is replayed at most after a kill. At city size a snapshot is 200 MB and, spread over seconds, a second of a core. A start that has replayed a sixteenth of <see cref="SnapshotBytes"/> takes one after ten seconds; four times as much, at once.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    public long DeadLetterRows { get; init; } = 100_000;

    public long DeadLetterBytes { get; init; } = 256L * 1024 * 1024;

    /// <returns>What is wrong, one sentence each; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(!string.IsNullOrWhiteSpace(DataDirectory), "DataDirectory is empty.");
        Check(Shards is >= 1 and <= 64, $"Shards is {Shards}; 1 to 64 can be.");
        Check(Journal.SegmentBytes is >= 1024 * 1024 and <= 1L << 40, $"Journal.SegmentBytes is {Journal.SegmentBytes}; 1 MiB to 1 TiB can be.");
        Check(Journal.PendingBytes is >= 1024 * 1024 and <= 1 << 30, $"Journal.PendingBytes is {Journal.PendingBytes}; 1 MiB to 1 GiB can be.");
        Check(Journal.RetentionBytes >= Journal.SegmentBytes, "Journal.RetentionBytes is less than a segment.");
        Check(Journal.RetentionAge > TimeSpan.Zero, "Journal.RetentionAge is not above 0.");
        Check(Journal.CommitSpacing >= TimeSpan.Zero && Journal.CommitSpacing <= TimeSpan.FromMilliseconds(100), "Journal.CommitSpacing: 0 to 100 ms.");
        Check(Journal.CommitEntries >= 1, "Journal.CommitEntries is at least 1.");
        Check(Journal.RetryFirst > TimeSpan.Zero && Journal.RetryLongest >= Journal.RetryFirst, "Journal.RetryFirst and RetryLongest: 0 < first <= longest.");
        Check(Intake.LaneBatches is >= 1 and <= 64, $"Intake.LaneBatches is {Intake.LaneBatches}; 1 to 64 can be.");
        Check(Intake.UnderWayBytes >= 1024 * 1024, $"Intake.UnderWayBytes is {Intake.UnderWayBytes}; at least 1 MiB.");
        Check(Intake.TickInterval > TimeSpan.Zero && Intake.TickInterval <= TimeSpan.FromSeconds(5), "Intake.TickInterval: above 0 and at most 5 s.");
        Check(Intake.GatewayReturn >= TimeSpan.Zero, "Intake.GatewayReturn is below 0.");
        Check(Intake.PendingTicksLimit >= 1 && Intake.PendingReportsLimit >= 1, "Intake.PendingTicksLimit and PendingReportsLimit are at least 1.");
        Check(SnapshotBytes >= 1024 * 1024, $"SnapshotBytes is {SnapshotBytes}; at least 1 MiB.");
        Check(SnapshotGrowth is >= 0 and <= 100, $"SnapshotGrowth is {SnapshotGrowth}; 0 to 100 can be.");
        Check(SnapshotInterval >= TimeSpan.FromSeconds(1), "SnapshotInterval is less than 1 s.");
        Check(DeadLetterRows >= 1 && DeadLetterBytes >= 1024 * 1024, "DeadLetterRows is at least 1 and DeadLetterBytes at least 1 MiB.");
        return errors;

        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }
}
