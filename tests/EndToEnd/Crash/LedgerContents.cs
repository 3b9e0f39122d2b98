using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.EndToEnd;

/// <summary>The rows of a stopped server's ledger, read from the database itself.</summary>
public static class LedgerContents
{
    public sealed record Row(long Sequence, int Kind, string Alert, string Key, string Body);

    public static string File(string data) => Directory.GetFiles(data, "ledger.db", SearchOption.AllDirectories).Single();

    public static List<Row> Read(string data)
    {
        using var connection = new SqliteConnection($"Data Source={File(data)};Pooling=False");
        return Read(connection);
    }

    public static List<Row> ReadPostgres(string place)
    {
        using var connection = new Npgsql.NpgsqlConnection(place + ";Pooling=false");
        return Read(connection);
    }

    private static List<Row> Read(DbConnection connection)
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq, kind, alert, key, body FROM entry ORDER BY seq";
        using var reader = command.ExecuteReader();
        var rows = new List<Row>();
        while (reader.Read())
        {
            rows.Add(new Row(reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4)));
        }

        return rows;
    }

    /// <summary>What the plant did, one line each, without what differs from run to run (receive times, positions): sorted.</summary>
    public static List<string> Transitions(string data) => Transitions(Read(data));

    public static List<string> Transitions(List<Row> rows) => [.. rows.Select(Describe).OfType<string>().Order(StringComparer.Ordinal)];

    private static string? Describe(Row row)
    {
        using var body = JsonDocument.Parse(row.Body);
        if (!body.RootElement.TryGetProperty("transition", out var t))
        {
            return null;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Key} {t.GetProperty("from").GetInt32()}->{t.GetProperty("to").GetInt32()} at {t.GetProperty("eventTimeMicros").GetInt64()} value {t.GetProperty("windowValue").GetDouble():G12} past {t.GetProperty("threshold").GetDouble():G12}");
    }
}
