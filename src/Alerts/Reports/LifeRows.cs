using System.Data.Common;

namespace PingAnIoT.Alerts;

/// <summary>An entry at or after a moment, as the index of times has it.</summary>
/// <param name="IsFirst">No earlier entry of the alert is at or after that moment: by time most are in order, but not all.</param>
internal readonly record struct Touch(string AlertId, long Sequence, long TimeMicros, bool IsFirst);

/// <summary>Pages of entries by time and by alert. The condition on kinds is that of the index <c>entry_life</c>: what is done to alerts, and no notices.</summary>
internal static class LifeRows
{
    /// <summary>So many entries may one overtake: more than wait for the disk at a time.</summary>
    private const long Overtaking = 10_000;
    private const string OfAlerts = "kind < 31 AND alert <> ''";

    /// <summary>Entries after (time, sequence) in that order.</summary>
    /// <param name="sinceMicros">The moment of <see cref="Touch.IsFirst"/>.</param>
    public static IReadOnlyList<Touch> After(DbConnection connection, long sinceMicros, long timeMicros, long sequence, int limit)
    {
        var page = LedgerRows.Query(
            connection,
            """
            SELECT e.alert, e.seq, e.time,
              (SELECT p.time FROM entry p WHERE p.alert = e.alert AND p.seq < e.seq AND p.kind < 31 ORDER BY p.seq DESC LIMIT 1)
            FROM entry e WHERE e.kind < 31 AND e.alert <> '' AND (e.time, e.seq) > (@time, @seq) ORDER BY e.time, e.seq LIMIT @limit
            """,
            row => (Alert: row.GetString(0), Sequence: row.GetInt64(1), Time: row.GetInt64(2), Before: row.IsDBNull(3) ? (long?)null : row.GetInt64(3)),
            ("@time", timeMicros), ("@seq", sequence), ("@limit", (long)limit));
        return [.. page.Select(e => new Touch(
            e.Alert, e.Sequence, e.Time, e.Before is not { } before || (before < sinceMicros && !IsTouched(connection, e.Alert, e.Sequence, sinceMicros))))];
    }

    /// <summary>Of these alerts, in this order, the entries up to one: as many as there is room for, and where to go on.</summary>
    /// <param name="at">The first alert that is still to be read.</param>
    /// <param name="after">Its last entry that was read.</param>
    public static (List<LedgerEntry> Entries, int At, long After) Of(
        DbConnection connection, IReadOnlyList<string> alerts, int at, long after, long upTo, int room)
    {
        var entries = new List<LedgerEntry>();
        while (at < alerts.Count && entries.Count < room)
        {
            var left = room - entries.Count;
            var page = LedgerRows.Query(
                connection,
                $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE alert = @alert AND seq > @after AND seq <= @upTo AND kind < 31 ORDER BY seq LIMIT @limit",
                LedgerRows.ReadEntry, ("@alert", alerts[at]), ("@after", after), ("@upTo", upTo), ("@limit", (long)left));
            entries.AddRange(page);
            (at, after) = page.Count < left ? (at + 1, 0) : (at, page[^1].Sequence);
        }

        return (entries, at, after);
    }

    /// <summary>Raises and returns of conditions in order of time.</summary>
    public static IReadOnlyList<LedgerEntry> Raises(DbConnection connection, long timeMicros, long sequence, long toMicros, long upTo, int limit) => LedgerRows.Query(
        connection,
        $"""
        SELECT {LedgerRows.EntryColumns} FROM entry
        WHERE {OfAlerts} AND kind IN ({(int)EntryKind.Raised}, {(int)EntryKind.Recurred}) AND (time, seq) > (@time, @seq) AND time < @to AND seq <= @upTo
        ORDER BY time, seq LIMIT @limit
        """,
        LedgerRows.ReadEntry, ("@time", timeMicros), ("@seq", sequence), ("@to", toMicros), ("@upTo", upTo), ("@limit", (long)limit));

    private static bool IsTouched(DbConnection connection, string alert, long before, long sinceMicros) => LedgerRows.Query(
        connection, "SELECT 1 FROM entry WHERE alert = @alert AND seq < @seq AND kind < 31 AND time >= @since LIMIT 1", _ => true,
        ("@alert", alert), ("@seq", before), ("@since", sinceMicros)).Count > 0;

    /// <summary>The latest time of an entry and those shortly before it, which may have overtaken one another; 0 for none.</summary>
    public static long LatestTimeOf(DbConnection connection, long sequence) => LedgerRows.Query(
        connection, "SELECT max(time) FROM entry WHERE seq > @after AND seq <= @seq", row => row.IsDBNull(0) ? 0 : row.GetInt64(0),
        ("@after", sequence - Math.Min(sequence, Overtaking)), ("@seq", sequence))[0];

    /// <summary>When an entry was written; 0 for none.</summary>
    public static long TimeOf(DbConnection connection, long sequence) =>
        LedgerRows.Query(connection, "SELECT time FROM entry WHERE seq = @seq", row => row.GetInt64(0), ("@seq", sequence)) is [var time] ? time : 0;
}
