using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>What a backup or restore came to.</summary>
/// <param name="Entries">How many entries.</param>
/// <param name="HeadHash">The hash of the newest, in hex; "" without entries. Whoever keeps it elsewhere can tell this backup from any other.</param>
/// <param name="Findings">What the check found; empty when all is well.</param>
/// <param name="IsAsWritten">Whether the ledger is what was written; else it is not restored.</param>
public sealed record BackupReport(long Entries, string HeadHash, IReadOnlyList<string> Findings, bool IsAsWritten);

/// <summary>
/// One format for both databases: a file of SQLite that is itself a ledger, with one table more that says how far it goes. So a backup of either
/// can be verified alone, read with any tool, and restored into either. It holds no secrets: those of officers lie beside the ledger.
/// </summary>
public static class LedgerBackup
{
    internal const string Table = "backup";

    /// <summary>Takes the ledger as it is at one moment; the server may run, and is not held up. The file comes into being whole or not at all.</summary>
    /// <exception cref="IOException">The file is there already, or the disk refuses.</exception>
    /// <exception cref="LedgerException">There is no ledger.</exception>
    /// <exception cref="DbException">The ledger cannot be read.</exception>
    public static BackupReport Take(LedgerOptions ledger, string file, TimeProvider clock)
    {
        if (File.Exists(file))
        {
            throw new IOException($"{file} is there already.");
        }

        var database = ledger.Database;
        if (!database.IsThere)
        {
            throw new LedgerException($"There is no {database.Place}.");
        }

        var part = file + ".part";
        File.Delete(part);
        try
        {
            using (var reader = database.OpenReader())
            using (var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = part, Pooling = false }.ToString()))
            {
                copy.Open();
                Fill(copy, reader, database);
                Label(copy, Micros.Now(clock));
            }

            var report = Check(part);
            FlushToDisk(part);
            File.Move(part, file);
            return report;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Whether the file is a backup that may be restored.</summary>
    public static BackupReport Check(string file)
    {
        var database = SqliteDatabase.OfBackup(file);
        var head = database.IsThere ? ReadLabel(database) : null;
        var report = LedgerVerifier.Verify(database, head);
        return new BackupReport(
            report.Entries, head is { Sequence: > 0 } value ? Convert.ToHexStringLower(value.Hash) : "", report.Findings, report.IsAsWritten);
    }

    /// <summary>
    /// Fills a ledger that has no entries with those of a backup, in one transaction, and checks what was made of it. The server must be stopped.
    /// </summary>
    /// <exception cref="LedgerException">The file is no sound backup, or the target has entries, or another writer.</exception>
    /// <exception cref="DbException">The database refuses; nothing was changed.</exception>
    public static BackupReport Restore(string file, LedgerOptions ledger)
    {
        var backup = Check(file);
        if (!backup.IsAsWritten)
        {
            throw new LedgerException($"{file} is not restored: {string.Join("; ", backup.Findings)}");
        }

        Directory.CreateDirectory(ledger.Folder);
        SqliteDatabase.RefuseNetworkFileSystem(ledger.Folder);
        var database = ledger.Database;
        using (var writer = database.OpenWriter())
        {
            database.Begin(writer);
            if (writer.Scalar("SELECT count(*) FROM entry") is var there and > 0)
            {
                throw new LedgerException(string.Create(CultureInfo.InvariantCulture, $"{database.Place} has {there} entries already: a backup is restored into an empty ledger alone."));
            }

            using var reader = SqliteDatabase.OfBackup(file).OpenReader();
            Copy(reader, writer);
            WriteHead(ledger.Folder, backup);
            writer.Run("COMMIT");
        }

        var made = LedgerVerifier.Verify(ledger);
        return backup with { Entries = made.Entries, Findings = made.Findings, IsAsWritten = made.IsAsWritten };
    }

    private static void Fill(SqliteConnection copy, DbConnection reader, ILedgerDatabase database)
    {
        if (reader is SqliteConnection file)
        {
            file.BackupDatabase(copy);
            copy.Run("PRAGMA journal_mode = DELETE");
            return;
        }

        SqliteSchema.Migrate(copy);
        database.BeginView(reader);
        copy.Run("BEGIN");
        Copy(reader, copy);
        copy.Run("COMMIT");
    }

    private static void Label(SqliteConnection copy, long nowMicros)
    {
        copy.Run(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TABLE {Table}(time INTEGER NOT NULL, entries INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
            INSERT INTO {Table} SELECT {nowMicros}, coalesce(max(seq), 0), coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), zeroblob({HashChain.HashBytes})) FROM entry;
            """));
    }

    private static LedgerHead.Value? ReadLabel(SqliteDatabase backup)
    {
        try
        {
            using var reader = backup.OpenReader();
            return LedgerRows.Query(reader, $"SELECT entries, hash FROM {Table}", r => new LedgerHead.Value(r.GetInt64(0), r.GetFieldValue<byte[]>(1))) is [var label]
                ? label : null;
        }
        catch (SqliteException)
        {
            // Whatever it is, it is no backup: the check that follows says so.
            return null;
        }
    }

    /// <summary>All rows of all tables, in order of their first column.</summary>
    private static void Copy(DbConnection from, DbConnection to)
    {
        foreach (var (table, columns) in SqliteSchema.Tables())
        {
            using var command = from.CreateCommand();
            command.CommandText = $"SELECT {string.Join(", ", columns)} FROM {table} ORDER BY 1";
            command.CommandTimeout = 0;
            using var rows = command.ExecuteReader();
            using var writing = new RowWriter(to, table, columns);
            while (rows.Read())
            {
                writing.Write(rows);
            }

            writing.Send();
        }
    }

    /// <summary>Before the entries are committed: broken off in between, the ledger is empty still and can be restored again.</summary>
    private static void WriteHead(string folder, BackupReport backup)
    {
        File.Delete(Path.Combine(folder, LedgerHead.FileName));
        using var head = LedgerHead.Open(folder);
        head.Write(backup.Entries, backup.Entries == 0 ? HashChain.Start : Convert.FromHexString(backup.HeadHash));
        head.Sync();
    }

    private static void FlushToDisk(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Inserts rows one by one where that costs nothing, else many at a time.</summary>
    private sealed class RowWriter : IDisposable
    {
        private const int MostUnsent = 500;
        private readonly DbCommand? command;
        private readonly DbBatch? unsent;
        private readonly string sql;
        private readonly int width;

        public RowWriter(DbConnection to, string table, IReadOnlyList<string> columns)
        {
            width = columns.Count;
            sql = $"INSERT INTO {table}({string.Join(", ", columns)}) VALUES({string.Join(", ", columns.Select(c => "@" + c))})";
            if (to.CanCreateBatch)
            {
                unsent = to.CreateBatch();
                unsent.Timeout = 0;
            }
            else
            {
                command = to.CreateCommand();
                command.CommandText = sql;
            }

            Names = columns;
            foreach (var column in command is null ? [] : columns)
            {
                command!.Add("@" + column);
            }
        }

        private IReadOnlyList<string> Names { get; }

        public void Write(DbDataReader row)
        {
            if (command is not null)
            {
                for (var i = 0; i < width; i++)
                {
                    command.Parameters[i].Value = row.GetValue(i);
                }

                command.ExecuteNonQuery();
                return;
            }

            var later = unsent!.CreateBatchCommand();
            later.CommandText = sql;
            for (var i = 0; i < width; i++)
            {
                var parameter = later.CreateParameter();
                (parameter.ParameterName, parameter.Value) = ("@" + Names[i], row.GetValue(i));
                later.Parameters.Add(parameter);
            }

            unsent.BatchCommands.Add(later);
            if (unsent.BatchCommands.Count == MostUnsent)
            {
                Send();
            }
        }

        public void Send()
        {
            if (unsent is { BatchCommands.Count: > 0 })
            {
                unsent.ExecuteNonQuery();
                unsent.BatchCommands.Clear();
            }
        }

        public void Dispose()
        {
            command?.Dispose();
            unsent?.Dispose();
        }
    }
}
