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
    /// <summary>As the index of cards that are alive has it.</summary>
    private const string Channel = "json_extract(body, '$.channel')";

    /// <inheritdoc cref="Channel"/>
    private const string Pile = """
        CASE WHEN lane <> 1 THEN 4 ELSE
          CASE WHEN CAST(json_extract(body, '$.reason') AS INTEGER) = 4 THEN 2 ELSE 0 END
          + CASE WHEN CAST(json_extract(body, '$.ifUnattended') AS TEXT) IN ('1', 'true') THEN 0 ELSE 1 END END
        """;

    internal const string DueOfPile = $"SELECT body, attempt FROM card WHERE dead = 0 AND {Channel} = @channel AND {Pile} = @pile AND due <= @now ORDER BY due, key LIMIT @room";

    /// <summary>
    /// The piles of a channel in their order: red first, and of those what is new before what is overdue; of either first the calls in place of officers who are not
    /// there, which are few, and then what is told in any case; last whatever is not red.
    /// </summary>
    private static readonly long[] Piles = [0, 1, 2, 3, 4];

    private static readonly long[] CallPiles = [0, 2];

    public static IReadOnlyList<long> Causes(DbConnection connection, NoticeLane lane, int limit) => LedgerRows.Query(
        connection, "SELECT seq FROM notice WHERE lane = @lane ORDER BY seq LIMIT @limit", r => r.GetInt64(0), ("@lane", (long)lane), ("@limit", (long)limit));

    /// <summary>
    /// Cards that are due, of each channel no more than it has room for, so that however much waits for one keeps nothing of another's from going out: red first and
    /// of those what is new before what is overdue, then by the time they are due.
    /// </summary>
    public static IReadOnlyList<(NoticeCard Card, int Attempts)> Due(DbConnection connection, long nowMicros, Func<string, int> roomOf)
    {
        var due = new List<(NoticeCard, int)>();
        foreach (var channel in Channels(connection))
        {
            Fill(due, connection, channel, Piles, nowMicros, roomOf(channel));
        }

        return due;
    }

    /// <summary>Calls in place of officers who are not there that are due, in their order.</summary>
    /// <param name="connection">Of a reader.</param>
    /// <param name="nowMicros">Server time.</param>
    /// <param name="limit">Most of one channel.</param>
    public static IReadOnlyList<(NoticeCard Card, int Attempts)> CallsDue(DbConnection connection, long nowMicros, int limit)
    {
        var due = new List<(NoticeCard, int)>();
        foreach (var channel in Channels(connection))
        {
            Fill(due, connection, channel, CallPiles, nowMicros, limit);
        }

        return due;
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

    /// <summary>Those for which anything waits, found one by one in the index: they are few, and cards may be many.</summary>
    private static IEnumerable<string> Channels(DbConnection connection)
    {
        for (var channel = Next(""); channel is not null; channel = Next(channel))
        {
            yield return channel;
        }

        string? Next(string after) => LedgerRows.Query(
            connection, $"SELECT min({Channel}) FROM card WHERE dead = 0 AND {Channel} > @after", r => r.IsDBNull(0) ? null : r.GetString(0), ("@after", after))[0];
    }

    private static void Fill(List<(NoticeCard, int)> due, DbConnection connection, string channel, long[] piles, long nowMicros, int room)
    {
        foreach (var pile in piles)
        {
            if (room <= 0)
            {
                return;
            }

            var cards = LedgerRows.Query(
                connection, DueOfPile,
                r => (Parse(r.GetString(0)), r.GetInt32(1)), ("@channel", channel), ("@pile", pile), ("@now", nowMicros), ("@room", (long)room));
            due.AddRange(cards);
            room -= cards.Count;
        }
    }
}
