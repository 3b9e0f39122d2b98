using System.Text;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Ingest;

/// <summary>The SQLite table of dead letters: bounded in rows and bytes, the oldest go first. Owned by the store's writer; listing has its own connection.</summary>
internal sealed class DeadLetterTable : IDisposable
{
    private const string Columns = "id, position, idx, received, gateway, topic, reason, whole, refused, offset, length, payload";
    private const string Size = "length(payload) + length(CAST(topic AS BLOB))";
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly long limitRows;
    private readonly long limitBytes;
    private long rows;
    private long bytes;

    public DeadLetterTable(string file, long limitRows, long limitBytes)
    {
        this.limitRows = limitRows;
        this.limitBytes = limitBytes;
        connection = Open(file);
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("""
            CREATE TABLE IF NOT EXISTS dead_letter (
              id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, idx INTEGER NOT NULL, received INTEGER NOT NULL,
              gateway TEXT NOT NULL, topic TEXT NOT NULL, reason INTEGER NOT NULL, whole INTEGER NOT NULL, refused INTEGER NOT NULL,
              offset INTEGER NOT NULL, length INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (position, idx))
            """);
        Execute("CREATE INDEX IF NOT EXISTS dead_letter_gateway ON dead_letter (gateway, id)");
        rows = Scalar("SELECT count(*) FROM dead_letter");
        bytes = Scalar($"SELECT coalesce(sum({Size}), 0) FROM dead_letter");
        insert = connection.CreateCommand();
        insert.CommandText = """
            INSERT OR IGNORE INTO dead_letter (position, idx, received, gateway, topic, reason, whole, refused, offset, length, payload)
            VALUES ($position, $idx, $received, $gateway, $topic, $reason, $whole, $refused, $offset, $length, $payload)
            """;
        foreach (var name in (string[])["position", "idx", "received", "gateway", "topic", "reason", "whole", "refused", "offset", "length", "payload"])
        {
            insert.Parameters.Add(new SqliteParameter("$" + name, null));
        }
    }

    public static SqliteConnection Open(string file)
    {
        var opened = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5 }.ToString());
        opened.Open();
        return opened;
    }

    /// <summary>Adds letters in one commit; one that is there already is left as it is.</summary>
    public void Add(IReadOnlyList<DeadLetter> letters)
    {
        var (rowsBefore, bytesBefore) = (rows, bytes);
        using var transaction = connection.BeginTransaction();
        try
        {
            insert.Transaction = transaction;
            foreach (var letter in letters)
            {
                Add(letter);
            }

            Trim(transaction);
            transaction.Commit();
        }
        catch
        {
            (rows, bytes) = (rowsBefore, bytesBefore);
            throw;
        }
    }

    public static List<DeadLetter> List(SqliteConnection from, string? gateway, RefusalReason? reason, long beforeId, int limit)
    {
        using var command = from.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM dead_letter WHERE id < $before"
            + (gateway is null ? "" : " AND gateway = $gateway") + (reason is null ? "" : " AND reason = $reason") + " ORDER BY id DESC LIMIT $limit";
        command.Parameters.AddWithValue("$before", beforeId);
        command.Parameters.AddWithValue("$gateway", gateway ?? "");
        command.Parameters.AddWithValue("$reason", (int)(reason ?? RefusalReason.None));
        command.Parameters.AddWithValue("$limit", limit);
        var letters = new List<DeadLetter>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            letters.Add(new DeadLetter
            {
                Id = row.GetInt64(0), JournalPosition = row.GetInt64(1), Index = row.GetInt32(2), ReceiveTimeMicros = row.GetInt64(3),
                Gateway = row.GetString(4), Topic = row.GetString(5), Reason = (RefusalReason)row.GetInt32(6), IsWhole = row.GetInt32(7) != 0,
                RefusedReadings = row.GetInt32(8), PayloadOffset = row.GetInt32(9), PayloadBytes = row.GetInt32(10), Payload = row.GetFieldValue<byte[]>(11),
            });
        }

        return letters;
    }

    public static Dictionary<RefusalReason, long> Counts(SqliteConnection from)
    {
        using var command = from.CreateCommand();
        command.CommandText = "SELECT reason, count(*) FROM dead_letter GROUP BY reason";
        var counts = new Dictionary<RefusalReason, long>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            counts.Add((RefusalReason)row.GetInt32(0), row.GetInt64(1));
        }

        return counts;
    }

    public void Dispose()
    {
        insert.Dispose();
        connection.Dispose();
    }

    private void Add(DeadLetter letter)
    {
        var p = insert.Parameters;
        p[0].Value = letter.JournalPosition;
        p[1].Value = letter.Index;
        p[2].Value = letter.ReceiveTimeMicros;
        p[3].Value = letter.Gateway;
        p[4].Value = letter.Topic;
        p[5].Value = (int)letter.Reason;
        p[6].Value = letter.IsWhole ? 1 : 0;
        p[7].Value = letter.RefusedReadings;
        p[8].Value = letter.PayloadOffset;
        p[9].Value = letter.PayloadBytes;
        p[10].Value = letter.Payload;
        var added = insert.ExecuteNonQuery();
        rows += added;
        bytes += added * (letter.Payload.Length + Encoding.UTF8.GetByteCount(letter.Topic));
    }

    /// <summary>Takes the oldest away, and not one more than the bounds ask for; the newest always stays.</summary>
    private void Trim(SqliteTransaction transaction)
    {
        if (rows <= limitRows && bytes <= limitBytes)
        {
            return;
        }

        long last = 0;
        using (var oldest = connection.CreateCommand())
        {
            oldest.Transaction = transaction;
            oldest.CommandText = $"SELECT id, {Size} FROM dead_letter ORDER BY id";
            using var row = oldest.ExecuteReader();
            while ((rows > limitRows || (bytes > limitBytes && rows > 1)) && row.Read())
            {
                last = row.GetInt64(0);
                bytes -= row.GetInt64(1);
                rows--;
            }
        }

        using var delete = connection.CreateCommand();
        delete.Transaction = transaction;
        delete.CommandText = "DELETE FROM dead_letter WHERE id <= $last";
        delete.Parameters.AddWithValue("$last", last);
        delete.ExecuteNonQuery();
    }

    private void Execute(string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private long Scalar(string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return (long)command.ExecuteScalar()!;
    }
}
