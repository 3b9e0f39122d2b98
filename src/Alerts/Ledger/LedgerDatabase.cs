using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PingAnIoT.Alerts;

/// <summary>Opens the file with the settings that durability rests on, and asserts that they took.</summary>
internal static class LedgerDatabase
{
    public const string FileName = "ledger.db";
    public const int BusyMilliseconds = 5000;
    private const int NoCheckpointOnClose = 1006;
    private const long WalLimitBytes = 64L * 1024 * 1024;

    /// <summary>File systems whose locks and syncs cannot be relied on.</summary>
    private static readonly string[] NetworkFileSystems = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs"];

    public static SqliteConnection OpenWriter(string folder, string synchronous)
    {
        var connection = Open(folder, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = {WalLimitBytes}; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;
                """));
            Assert(connection, "journal_mode", "wal");
            Assert(connection, "synchronous", synchronous == "FULL" ? "2" : "1");
            Assert(connection, "wal_autocheckpoint", "0");
            Assert(connection, "busy_timeout", BusyMilliseconds.ToString(CultureInfo.InvariantCulture));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string folder)
    {
        // Not ReadOnly: a reader that comes first after a crash must be able to recover the write-ahead log.
        var connection = Open(folder, SqliteOpenMode.ReadWrite);
        connection.Run("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF;");

        // Nor may looking at a ledger move its log into the file, as the last one to close otherwise does.
        raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
        return connection;
    }

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

    public static long Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public static string Text(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string folder, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, FileName), Mode = mode, Pooling = false, DefaultTimeout = 1,
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

    private static void Assert(SqliteConnection connection, string pragma, string expected)
    {
        var actual = connection.Text("PRAGMA " + pragma);
        if (actual != expected)
        {
            throw new LedgerException($"SQLite setting {pragma} is {actual}, not {expected}: nothing could be called durable.");
        }
    }
}
