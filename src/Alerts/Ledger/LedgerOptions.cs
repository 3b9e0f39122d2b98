namespace PingAnIoT.Alerts;

/// <summary>Where the ledger lives and its bounds. The defaults are the ones asserted at start.</summary>
public sealed record LedgerOptions
{
    /// <summary>A folder on a local disk, for <c>ledger.head</c> and, where no other database is named, <c>ledger.db</c>; made when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>The PostgreSQL database that holds the entries; null for SQLite in <see cref="Folder"/>.</summary>
    public PostgresPlace? Postgres { get; init; }

    /// <summary>The first policy in force; see <see cref="Ledger.UsePolicyAsync"/>.</summary>
    public DeadlinePolicy Deadlines { get; init; } = DeadlinePolicy.Default;

    /// <summary>Posts wait when so many transitions, commands and sweeps are waiting for the disk; red ones are counted for themselves.</summary>
    public int QueueCapacity { get; init; } = 8192;

    /// <summary>Most of them in one commit.</summary>
    public int GroupCapacity { get; init; } = 256;

    /// <summary>How long a commit waits for company.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How many of the newest entries are held in memory for the streams; who is further behind reads the disk.</summary>
    public int FeedCapacityEntries { get; init; } = 8192;

    /// <summary>How many may read the disk at a time.</summary>
    public int ReaderCapacity { get; init; } = 4;

    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether what is to be told goes into the outbox. Without anybody who empties it, it must not.</summary>
    public bool KeepsNotices { get; init; }

    /// <summary>From so many live alerts on, an image of them is kept beside the ledger; fewer are read from it in no time.</summary>
    internal int ImageFrom { get; init; } = 5_000;

    /// <summary>After so many changes of rows the log is moved into its file.</summary>
    internal long MoveAfterRows { get; init; } = 8_000;

    /// <summary>NORMAL and OFF lose acknowledged entries at a power cut: only the control of the power-cut test, and tests of virtual years, may ask for them.</summary>
    internal string Synchronous { get; init; } = "FULL";

    internal ILedgerDatabase Database => Postgres is null ? new SqliteDatabase(Folder, Synchronous) : new PostgresDatabase(Postgres);

    /// <summary>Attempts on a disk that refuses come at least so often.</summary>
    internal TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A test's way to make the disk fail: called with the name of the step about to be done, and may throw.</summary>
    internal Action<string>? BeforeStep { get; init; }

    /// <summary>A test's way to break the sweep: deadlines of which it says true are not noticed.</summary>
    internal Func<Alert, Deadline, bool>? LeavesOut { get; init; }

    /// <summary>A test's way to break the schedule: what an entry is made of in place of what was decided.</summary>
    internal Func<EntryKind, EntryBody, EntryBody>? Spoils { get; init; }
}
