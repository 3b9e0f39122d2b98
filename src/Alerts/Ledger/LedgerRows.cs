using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>Rows to records and back, for the writer and for readers alike.</summary>
internal static class LedgerRows
{
    public const string EntryColumns = "seq, time, kind, alert, actor, key, body, prev, hash";

    /// <summary>Of officers, duty and maintenance, but for duty checks. In two parts, as each has an index: with an OR, SQLite reads every entry there is.</summary>
    public const string DutySql =
        $"""
        SELECT {EntryColumns} FROM entry WHERE kind >= 40 AND kind <= 53 AND kind NOT IN (45, 46, 52)
        UNION ALL SELECT {EntryColumns} FROM entry WHERE kind = 57
        """;

    /// <summary>Of duty checks before an entry, the newest first.</summary>
    public const string ChecksSql =
        $"SELECT {EntryColumns} FROM entry WHERE kind >= 40 AND kind <= 54 AND kind IN (45, 46, 52, 54) AND seq < @before ORDER BY seq DESC LIMIT @limit";

    public static LedgerEntry ReadEntry(DbDataReader row)
    {
        var sequence = row.GetInt64(0);
        return new LedgerEntry
        {
            Sequence = sequence,
            TimeMicros = row.GetInt64(1),
            Kind = (EntryKind)row.GetByte(2),
            AlertId = row.GetString(3),
            Actor = row.GetString(4),
            Key = row.GetString(5),
            Body = ParseBody(row.GetFieldValue<byte[]>(6), sequence),
            PreviousHash = row.GetFieldValue<byte[]>(7),
            Hash = row.GetFieldValue<byte[]>(8),
        };
    }

    /// <summary>The bytes as they lie in the file, for checking.</summary>
    public static (RawEntry Raw, byte[] Hash) ReadRaw(DbDataReader row) => (
        new RawEntry(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4),
            row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6), row.GetFieldValue<byte[]>(7)),
        row.GetFieldValue<byte[]>(8));

    public static LedgerEntry FromRaw(in RawEntry raw, byte[] hash) => new()
    {
        Sequence = raw.Sequence,
        TimeMicros = raw.TimeMicros,
        Kind = (EntryKind)raw.Kind,
        AlertId = Encoding.UTF8.GetString(raw.Alert),
        Actor = Encoding.UTF8.GetString(raw.Actor),
        Key = Encoding.UTF8.GetString(raw.Key),
        Body = ParseBody(raw.Body, raw.Sequence),
        PreviousHash = raw.Previous,
        Hash = hash,
    };

    public static Alert ReadAlert(byte[] state)
    {
        try
        {
            return new AlertRow().Read(state);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new LedgerException("A book row cannot be read.", wrong);
        }
    }

    /// <summary>Live alerts: read by this thread, parsed and packed by whoever has time, a few stretches at a time.</summary>
    /// <param name="connection">The database's.</param>
    /// <param name="words">Takes in what is new to it.</param>
    /// <param name="after">Only those that entries after this one are about; null for all.</param>
    public static List<PackedAlert> ReadLive(DbConnection connection, WordTable words, long? after = null)
    {
        const int Stretch = 256, Underway = 4;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT state FROM alert WHERE live = 1";
        if (after is { } sequence)
        {
            command.CommandText += " AND id IN (SELECT alert FROM entry WHERE seq > @after)";
            command.Add("@after", sequence);
        }

        using var row = command.ExecuteReader();
        var packing = new Queue<Task<PackedAlert[]>>();
        var states = new List<byte[]>(Stretch);
        var alerts = new List<PackedAlert>();
        while (row.Read())
        {
            states.Add(row.GetFieldValue<byte[]>(0));
            if (states.Count == Stretch)
            {
                packing.Enqueue(PackAsync(states, words));
                states = new List<byte[]>(Stretch);
            }

            if (packing.Count > Underway)
            {
                alerts.AddRange(packing.Dequeue().GetAwaiter().GetResult());
            }
        }

        packing.Enqueue(PackAsync(states, words));
        foreach (var packed in packing)
        {
            alerts.AddRange(packed.GetAwaiter().GetResult());
        }

        return alerts;
    }

    public static IReadOnlyList<T> Query<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> read, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Add(name, value);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static Task<PackedAlert[]> PackAsync(List<byte[]> states, WordTable words) => Task.Run(() =>
    {
        var (row, writer) = (new AlertRow(), new PackWriter());
        try
        {
            return states.ConvertAll(s => PackedAlert.Of(row.Read(s), words, writer)).ToArray();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new LedgerException("A book row cannot be read.", wrong);
        }
    });

    private static EntryBody ParseBody(byte[] body, long sequence)
    {
        try
        {
            return JsonSerializer.Deserialize(body, AlertsJson.Readable.EntryBody) ?? throw new LedgerException($"Entry {sequence} has no body.");
        }
        catch (JsonException wrong)
        {
            throw new LedgerException($"The body of entry {sequence} cannot be read.", wrong);
        }
    }
}
