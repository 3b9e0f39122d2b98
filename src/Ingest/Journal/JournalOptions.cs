namespace PingAnIoT.Ingest;

/// <summary>Bounds of the journal.</summary>
public sealed record JournalOptions
{
    /// <summary>Length of one segment file; at least 64 KiB, and larger than any entry.</summary>
    public long SegmentBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Above this much not yet on disk, <see cref="Journal.HasRoom"/> is false and no new batches are rented.</summary>
    public int PendingBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// In a flow, a commit begins no sooner than this after the one before it began, unless <see cref="CommitEntries"/> have gathered. What comes after a
    /// pause is committed at once. Zero is as fast as the disk.
    /// </summary>
    public TimeSpan CommitSpacing { get; init; }

    /// <summary>So many entries wait for nothing but the disk.</summary>
    public int CommitEntries { get; init; } = 256;

    /// <summary>The oldest segments go when the journal is larger than this, unless someone still needs them.</summary>
    public long RetentionBytes { get; init; } = 64L * 1024 * 1024 * 1024;

    /// <summary>Segments older than this go, unless someone still needs them.</summary>
    public TimeSpan RetentionAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After a failed write, the first pause before it is tried again; doubles up to <see cref="RetryLongest"/>.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan RetryLongest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A new journal begins here at the earliest: positions never repeat, even when the files of an older journal are gone.</summary>
    public long MinimumPosition { get; init; }
}
