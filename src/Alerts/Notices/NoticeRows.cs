using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>The outbox as readers see it: causes that are not planned yet, and cards that are not delivered yet.</summary>
internal static class NoticeRows
{
    public static IReadOnlyList<long> Causes(SqliteConnection connection, NoticeLane lane, int limit) => LedgerRows.Query(
        connection, "SELECT seq FROM notice WHERE lane = $lane ORDER BY seq LIMIT $limit", r => r.GetInt64(0), ("$lane", (long)lane), ("$limit", (long)limit));

    /// <summary>Cards that are due, red first, then by the time they are due.</summary>
    public static IReadOnlyList<(NoticeCard Card, int Attempts)> Due(SqliteConnection connection, long nowMicros, int limit) => LedgerRows.Query(
        connection, "SELECT body, attempt FROM card WHERE dead = 0 AND due <= $now ORDER BY lane, due, key LIMIT $limit",
        r => (Parse(r.GetString(0)), r.GetInt32(1)), ("$now", nowMicros), ("$limit", (long)limit));

    /// <summary>When the next card is due; null when none is alive.</summary>
    public static long? NextDue(SqliteConnection connection) => LedgerRows.Query(
        connection, "SELECT min(due) FROM card WHERE dead = 0", r => r.IsDBNull(0) ? (long?)null : r.GetInt64(0))[0];

    public static IReadOnlyList<NoticeCard> Dead(SqliteConnection connection, int limit) => LedgerRows.Query(
        connection, "SELECT body FROM card WHERE dead = 1 ORDER BY due, key LIMIT $limit", r => Parse(r.GetString(0)), ("$limit", (long)limit));

    public static IReadOnlyList<LedgerEntry> Entries(SqliteConnection connection, IReadOnlyList<long> sequences)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq = $seq";
        var parameter = command.Parameters.AddWithValue("$seq", 0L);
        var entries = new List<LedgerEntry>(sequences.Count);
        foreach (var sequence in sequences)
        {
            parameter.Value = sequence;
            using var row = command.ExecuteReader();
            if (row.Read())
            {
                entries.Add(LedgerRows.ReadEntry(row));
            }
        }

        return entries;
    }

    /// <summary>The newest plans, oldest first.</summary>
    public static IReadOnlyList<LedgerEntry> Plans(SqliteConnection connection, int limit) =>
        [.. LedgerRows.Query(
            connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq IN (SELECT seq FROM entry ORDER BY seq DESC LIMIT $limit) AND kind = $kind ORDER BY seq",
            LedgerRows.ReadEntry, ("$limit", (long)limit), ("$kind", (long)EntryKind.NoticesPlanned))];

    public static string Text(NoticeCard card) => JsonSerializer.Serialize(card, AlertsJson.Readable.NoticeCard);

    private static NoticeCard Parse(string body) =>
        JsonSerializer.Deserialize(body, AlertsJson.Readable.NoticeCard) ?? throw new LedgerException("A card cannot be read.");
}
