using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PingAnIoT.Alerts;

/// <summary>The ledger in one file of a folder: opened with the settings that durability rests on, which are asserted.</summary>
internal sealed class SqliteDatabase : ILedgerDatabase
{
    public const string FileName = "ledger.db";
    private const int BusyMilliseconds = 5000;
    private const int NoCheckpointOnClose = 1006;
    private const int StepsBetweenLooks = 10_000;
    private const long WalLimitBytes = 64L * 1024 * 1024;
    private const long QuickCheckBytes = 32L * 1024 * 1024;

    // Result codes of SQLite (sqlite.org/rescode.html).
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int ConstraintPrimaryKey = 1555;
    private const int ConstraintRowId = 2579;

    /// <summary>File systems whose locks and syncs cannot be relied on.</summary>
    private static readonly string[] NetworkFileSystems = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs"];

    private readonly string synchronous;
    private readonly bool isBackup;

    /// <param name="folder">On a local disk.</param>
    /// <param name="synchronous">FULL, but for the control of the power-cut test.</param>
    public SqliteDatabase(string folder, string synchronous = "FULL") => (Place, this.synchronous) = (Path.Combine(folder, FileName), synchronous);

    private SqliteDatabase(string file) => (Place, synchronous, isBackup) = (file, "FULL", true);

    public string Place { get; }

    public bool IsThere => File.Exists(Place);

    public bool IsQuickToCheck => new FileInfo(Place).Length <= QuickCheckBytes;

    /// <summary>A backup's file: a ledger and one table more, which says what it was taken of.</summary>
    public static SqliteDatabase OfBackup(string file) => new(file);

    /// <exception cref="LedgerException">The folder is on a network file system.</exception>
    public static void RefuseNetworkFileSystem(string folder)
    {
        var full = Path.GetFullPath(folder);
        var drive = DriveInfo.GetDrives()
            .Where(d => full.StartsWith(d.Name, StringComparison.Ordinal))
            .MaxBy(d => d.Name.Length);
        if (drive is { IsReady: true } && NetworkFileSystems.Contains(drive.DriveFormat, StringComparer.OrdinalIgnoreCase))
        {
            throw new LedgerException($"{full} is on a network file system ({drive.DriveFormat}): its locks and syncs cannot be relied on. Use a local disk.");
        }
    }

    public DbConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = {WalLimitBytes}; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;
                """));
            Assert(connection, "journal_mode", "wal");
            Assert(connection, "synchronous", synchronous switch { "FULL" => "2", "OFF" => "0", _ => "1" });
            Assert(connection, "wal_autocheckpoint", "0");
            Assert(connection, "busy_timeout", BusyMilliseconds.ToString(CultureInfo.InvariantCulture));
            SqliteSchema.Migrate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DbConnection OpenReader(TimeSpan? longest = null)
    {
        // Not ReadOnly: a reader that comes first after a crash must be able to recover the write-ahead log.
        var connection = OpenBeside(isBackup ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite);
        connection.Run("PRAGMA query_only = ON");
        return connection;
    }

    /// <summary>It moves only what the writer has synced, and syncs what it moved: as durable as if the writer did it.</summary>
    public DbConnection? OpenMover()
    {
        var connection = OpenBeside(SqliteOpenMode.ReadWrite);
        connection.Run($"PRAGMA synchronous = {synchronous}");
        return connection;
    }

    public void Begin(DbConnection writer) => writer.Run("BEGIN IMMEDIATE");

    public void BeginView(DbConnection reader) => reader.Run("BEGIN");

    public IReadOnlyList<string>? FindPresent(DbConnection writer, string table, string column, IReadOnlyList<string> values) => null;

    public bool IsOfTheWork(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: Constraint or TooBig or Mismatch, SqliteExtendedErrorCode: not (ConstraintPrimaryKey or ConstraintRowId) };

    public void Limit(DbConnection reader, TimeSpan longest, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        raw.sqlite3_progress_handler(((SqliteConnection)reader).Handle, StepsBetweenLooks, _ => clock.GetElapsedTime(started) > longest ? 1 : 0, null);
    }

    public bool WasCut(DbException failure) => failure is SqliteException { SqliteErrorCode: raw.SQLITE_INTERRUPT };

    /// <summary>Passive waits for nobody; thorough waits for readers (each as long as it is let) and empties the log.</summary>
    public (long Log, long Moved) MoveLog(DbConnection connection, bool isThorough) => LedgerRows.Query(
        connection, $"PRAGMA wal_checkpoint({(isThorough ? "TRUNCATE" : "PASSIVE")})", row => (row.GetInt64(1), row.GetInt64(2)))[0];

    public string? FindDamage(DbConnection connection, CancellationToken giveUp)
    {
        using var interrupt = giveUp.Register(() => raw.sqlite3_interrupt(((SqliteConnection)connection).Handle));
        giveUp.ThrowIfCancellationRequested();
        return connection.Text("PRAGMA quick_check(1)") is var finding and not "ok" ? finding : null;
    }

    public IEnumerable<string> Examine(DbConnection reader, int most)
    {
        foreach (var line in LedgerRows.Query(reader, $"PRAGMA integrity_check({most})", r => r.GetString(0)).Where(l => l != "ok"))
        {
            yield return "structure: " + line;
        }

        if (reader.Scalar("PRAGMA application_id") != SqliteSchema.ApplicationId || reader.Scalar("PRAGMA user_version") != LedgerSchema.Newest)
        {
            yield return "schema: the file's identity or version is not what this program writes";
        }

        if (SqliteSchema.Describe(reader, isBackup ? LedgerBackup.Table : "") != SqliteSchema.Expected())
        {
            yield return "schema: tables, indexes or triggers are not those of a ledger";
        }
    }

    private static void Assert(DbConnection connection, string pragma, string expected)
    {
        var actual = connection.Text("PRAGMA " + pragma);
        if (actual != expected)
        {
            throw new LedgerException($"SQLite setting {pragma} is {actual}, not {expected}: nothing could be called durable.");
        }
    }

    private SqliteConnection OpenBeside(SqliteOpenMode mode)
    {
        var connection = Open(mode);
        connection.Run("PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF");

        // Nor may it move the log into the file when it is closed, as the last one to close otherwise does.
        raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
        return connection;
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Place, Mode = mode, Pooling = false, DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {BusyMilliseconds}"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
