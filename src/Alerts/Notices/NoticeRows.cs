using System.Data.Common;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>A card that failed for good.</summary>
/// <param name="Card">What was to be told.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="SinceMicros">Its place in the order of dead letters: when it would have been tried next.</param>
public sealed record DeadNotice(NoticeCard Card, int Attempts, long SinceMicros);

/// <summary>The outbox as readers see it: causes that are not planned yet, and cards that are not delivered yet.</summary>
internal static class NoticeRows
{
    private const int DueLooked = 20_000;

    public static IReadOnlyList<long> Causes(DbConnection connection, NoticeLane lane, int limit) => LedgerRows.Query(
        connection, "SELECT seq FROM notice WHERE lane = @lane ORDER BY seq LIMIT @limit", r => r.GetInt64(0), ("@lane", (long)lane), ("@limit", (long)limit));

    /// <summary>
    /// Cards that are due, red first and of those what is new before what is overdue, then by the time they are due; of each channel no more than it has room
    /// for, so that what waits for one that is shut keeps nothing of another's from going out.
    /// </summary>
    public static IReadOnlyList<(NoticeCard Card, int Attempts)> Due(DbConnection connection, long nowMicros, int limit, Func<string, int> roomOf)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT lane, CAST(json_extract(body, '$.reason') AS INTEGER), json_extract(body, '$.channel'), body, attempt
            FROM card WHERE dead = 0 AND due <= @now ORDER BY lane, due, key LIMIT {DueLooked}
            """;
        command.Add("@now", nowMicros);
        var room = new Dictionary<string, int>(StringComparer.Ordinal);
        var due = new List<(NoticeCard, int)>();
        var overdue = new List<(string Channel, string Body, int Attempts)>();
        using var row = command.ExecuteReader();
        while (due.Count < limit && row.Read())
        {
            var (isRed, channel) = (row.GetInt64(0) == (long)NoticeLane.Red, row.GetString(2));
            if (isRed && row.GetInt32(1) == (int)NoticeReason.Breached)
            {
                if (overdue.Count(o => o.Channel == channel) < Left(channel))
                {
                    overdue.Add((channel, row.GetString(3), row.GetInt32(4)));
                }

                continue;
            }

            if (!isRed)
            {
                TakeOverdue();
            }

            Take(channel, row.GetString(3), row.GetInt32(4));
        }

        TakeOverdue();
        return due;

        int Left(string channel) => room.TryGetValue(channel, out var left) ? left : room[channel] = roomOf(channel);

        void Take(string channel, string body, int attempts)
        {
            if (Left(channel) > 0 && due.Count < limit)
            {
                room[channel]--;
                due.Add((Parse(body), attempts));
            }
        }

        void TakeOverdue()
        {
            overdue.ForEach(o => Take(o.Channel, o.Body, o.Attempts));
            overdue.Clear();
        }
    }

    /// <summary>When the next card is due; null when none is alive.</summary>
    public static long? NextDue(DbConnection connection) => LedgerRows.Query(
        connection, "SELECT min(due) FROM card WHERE dead = 0", r => r.IsDBNull(0) ? (long?)null : r.GetInt64(0))[0];

    /// <summary>Dead letters after a place in their order.</summary>
    public static IReadOnlyList<DeadNotice> Dead(DbConnection connection, long afterMicros, string afterKey, int limit) => LedgerRows.Query(
        connection, "SELECT body, attempt, due FROM card WHERE dead = 1 AND (due, key) > (@due, @key) ORDER BY due, key LIMIT @limit",
        r => new DeadNotice(Parse(r.GetString(0)), r.GetInt32(1), r.GetInt64(2)), ("@due", afterMicros), ("@key", afterKey), ("@limit", (long)limit));

    /// <summary>How many dead letters there are of each channel.</summary>
    public static IReadOnlyDictionary<string, int> DeadOfChannels(DbConnection connection) => LedgerRows.Query(
        connection, "SELECT json_extract(body, '$.channel'), count(*) FROM card WHERE dead = 1 GROUP BY 1", r => (r.GetString(0), r.GetInt32(1)))
        .ToDictionary(c => c.Item1, c => c.Item2, StringComparer.Ordinal);

    /// <summary>The card of a key; null when there is none.</summary>
    public static (NoticeCard Card, int Attempts, long DueMicros, bool IsDead)? Find(DbConnection connection, string key) => LedgerRows.Query(
        connection, "SELECT body, attempt, due, dead FROM card WHERE key = @key",
        r => (Parse(r.GetString(0)), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3) != 0), ("@key", key)) is [var found] ? found : null;

    /// <summary>Cards that lead with an alert: those under its own key. A summary has a key of its own.</summary>
    public static IReadOnlyList<(NoticeCard Card, int Attempts, long DueMicros, bool IsDead)> OfAlert(DbConnection connection, string alertId) => LedgerRows.Query(
        connection, "SELECT body, attempt, due, dead FROM card WHERE key >= @from AND key < @to ORDER BY key",
        r => (Parse(r.GetString(0)), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3) != 0), ("@from", alertId + "/"), ("@to", alertId + "0"));

    /// <summary>Who was told of an alert, or is about to be, over which channel.</summary>
    public static IReadOnlyList<(string Recipient, string Channel)> ToldOf(DbConnection connection, string alertId)
    {
        var delivered = LedgerRows.Query(
            connection, "SELECT json_extract(body, '$.notice.attempt.key') FROM entry WHERE alert = @alert AND kind = @kind", r => r.GetString(0),
            ("@alert", alertId), ("@kind", (long)EntryKind.NoticeDelivered));
        return [.. OfAlert(connection, alertId).Select(c => c.Card.Key).Concat(delivered).Select(NoticeKey.Parse).OfType<NoticeKey>()
            .Select(k => (k.Recipient, k.Channel)).Distinct()];
    }

    public static IReadOnlyList<LedgerEntry> Entries(DbConnection connection, IReadOnlyList<long> sequences)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq = @seq";
        command.Add("@seq", 0L);
        var entries = new List<LedgerEntry>(sequences.Count);
        foreach (var sequence in sequences)
        {
            command.Parameters[0].Value = sequence;
            using var row = command.ExecuteReader();
            if (row.Read())
            {
                entries.Add(LedgerRows.ReadEntry(row));
            }
        }

        return entries;
    }

    /// <summary>The plans among the newest entries, oldest first.</summary>
    public static IReadOnlyList<LedgerEntry> Plans(DbConnection connection, int limit) =>
        [.. LedgerRows.Query(
            connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > (SELECT max(seq) FROM entry) - @limit AND kind = @kind ORDER BY seq",
            LedgerRows.ReadEntry, ("@limit", (long)limit), ("@kind", (long)EntryKind.NoticesPlanned))];

    public static string Text(NoticeCard card) => JsonSerializer.Serialize(card, AlertsJson.Readable.NoticeCard);

    public static NoticeCard Parse(string body) =>
        JsonSerializer.Deserialize(body, AlertsJson.Readable.NoticeCard) ?? throw new LedgerException("A card cannot be read.");
}
