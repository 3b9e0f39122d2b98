using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>
/// The writer's connection and its prepared statements. Any failure ends its life: the writer opens another.
/// Threading: owned by the writer thread.
/// </summary>
internal sealed class LedgerStore : IDisposable
{
    private const long CheckpointFrames = 1000;
    private const long TruncateFrames = 8192;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insertEntry;
    private readonly SqliteCommand findKey;
    private readonly SqliteCommand upsertAlert;
    private readonly SqliteCommand findAlert;
    private readonly SqliteCommand clearDeadlines;
    private readonly SqliteCommand addDeadline;
    private readonly SqliteCommand dueDeadlines;
    private readonly SqliteCommand setDelivery;
    private readonly SqliteCommand addNotice;
    private readonly SqliteCommand settleNotices;
    private readonly SqliteCommand putCard;
    private readonly SqliteCommand findCard;
    private readonly SqliteCommand setCard;
    private readonly SqliteCommand dropCard;
    private readonly List<SqliteCommand> commands = [];
    private long rowsSinceCheckpoint;

    private LedgerStore(SqliteConnection connection)
    {
        this.connection = connection;
        insertEntry = Prepare(
            $"INSERT INTO entry({LedgerRows.EntryColumns}) VALUES($seq, $time, $kind, $alert, $actor, $key, $body, $prev, $hash)",
            "$seq", "$time", "$kind", "$alert", "$actor", "$key", "$body", "$prev", "$hash");
        findKey = Prepare($"SELECT {LedgerRows.EntryColumns} FROM entry WHERE key = $key", "$key");
        upsertAlert = Prepare(
            """
            INSERT INTO alert(id, live, first, last, state) VALUES($id, $live, $first, $last, $state)
            ON CONFLICT(id) DO UPDATE SET live = excluded.live, last = excluded.last, state = excluded.state
            """, "$id", "$live", "$first", "$last", "$state");
        findAlert = Prepare("SELECT state FROM alert WHERE id = $id", "$id");
        clearDeadlines = Prepare("DELETE FROM deadline WHERE alert = $alert", "$alert");
        addDeadline = Prepare(
            "INSERT INTO deadline(alert, step, level, round, due) VALUES($alert, $step, $level, $round, $due)",
            "$alert", "$step", "$level", "$round", "$due");
        dueDeadlines = Prepare(
            "SELECT alert, step, level, round, due FROM deadline WHERE due <= $now ORDER BY due, alert, step, level LIMIT $limit", "$now", "$limit");
        setDelivery = Prepare(
            "INSERT INTO delivery(officer, up_to) VALUES($officer, $upTo) ON CONFLICT(officer) DO UPDATE SET up_to = excluded.up_to",
            "$officer", "$upTo");
        addNotice = Prepare("INSERT INTO notice(lane, seq) VALUES($lane, $seq)", "$lane", "$seq");
        settleNotices = Prepare("DELETE FROM notice WHERE lane = $lane AND seq <= $seq", "$lane", "$seq");
        putCard = Prepare(
            """
            INSERT INTO card(key, lane, due, attempt, dead, body) VALUES($key, $lane, $due, 0, 0, $body)
            ON CONFLICT(key) DO UPDATE SET body = excluded.body
            """, "$key", "$lane", "$due", "$body");
        findCard = Prepare("SELECT attempt, dead FROM card WHERE key = $key", "$key");
        setCard = Prepare("UPDATE card SET attempt = $attempt, due = $due, dead = $dead WHERE key = $key", "$key", "$attempt", "$due", "$dead");
        dropCard = Prepare("DELETE FROM card WHERE key = $key", "$key");
    }

    public static LedgerStore Open(LedgerOptions options)
    {
        options.BeforeStep?.Invoke("open");
        var opened = LedgerDatabase.OpenWriter(options.Folder, options.Synchronous);
        try
        {
            LedgerSchema.Migrate(opened);
            return new LedgerStore(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Begin() => connection.Run("BEGIN IMMEDIATE");

    public void Commit() => connection.Run("COMMIT");

    public void Rollback() => connection.Run("ROLLBACK");

    public bool HasKey(string key)
    {
        findKey.Parameters[0].Value = key;
        using var row = findKey.ExecuteReader();
        return row.Read();
    }

    public LedgerEntry? FindByKey(string key)
    {
        findKey.Parameters[0].Value = key;
        using var row = findKey.ExecuteReader();
        return row.Read() ? LedgerRows.ReadEntry(row) : null;
    }

    public void Insert(LedgerEntry entry, byte[] body)
    {
        Bind(
            insertEntry, entry.Sequence, entry.TimeMicros, (long)entry.Kind, entry.AlertId, entry.Actor, entry.Key,
            Encoding.UTF8.GetString(body), entry.PreviousHash.ToArray(), entry.Hash.ToArray());
        insertEntry.ExecuteNonQuery();
        rowsSinceCheckpoint++;
    }

    public void Save(Alert alert)
    {
        Bind(
            upsertAlert, alert.Id, alert.IsLive ? 1L : 0L, alert.FirstSequence, alert.LastSequence,
            JsonSerializer.Serialize(alert, AlertsJson.Readable.Alert));
        upsertAlert.ExecuteNonQuery();
        rowsSinceCheckpoint++;
    }

    public Alert? FindAlert(string id)
    {
        findAlert.Parameters[0].Value = id;
        using var row = findAlert.ExecuteReader();
        return row.Read() ? LedgerRows.ReadAlert(row.GetFieldValue<byte[]>(0)) : null;
    }

    public void ReplaceDeadlines(Alert alert)
    {
        Bind(clearDeadlines, alert.Id);
        clearDeadlines.ExecuteNonQuery();
        foreach (var deadline in alert.Deadlines)
        {
            Bind(addDeadline, alert.Id, (long)deadline.Step, (long)deadline.Level, (long)deadline.Round, deadline.DueMicros);
            addDeadline.ExecuteNonQuery();
        }
    }

    public IReadOnlyList<(string AlertId, Deadline Deadline)> DueBy(long nowMicros, int limit)
    {
        Bind(dueDeadlines, nowMicros, (long)limit);
        using var row = dueDeadlines.ExecuteReader();
        var due = new List<(string, Deadline)>();
        while (row.Read())
        {
            due.Add((row.GetString(0), new Deadline((WorkState)row.GetByte(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4))));
        }

        return due;
    }

    public void SetDelivery(string officer, long upTo)
    {
        Bind(setDelivery, officer, upTo);
        setDelivery.ExecuteNonQuery();
    }

    public void AddNotice(NoticeLane lane, long sequence) => Execute(addNotice, (long)lane, sequence);

    public void SettleNotices(NoticeLane lane, long upTo) => Execute(settleNotices, (long)lane, upTo);

    /// <summary>A card that is there already gets a new body: a summary that has grown.</summary>
    public void PutCard(NoticeCard card) => Execute(putCard, card.Key, (long)card.Lane, card.DueMicros, NoticeRows.Text(card));

    /// <returns>Attempts so far, and whether it is a dead letter; null when it is gone.</returns>
    public (int Attempts, bool IsDead)? FindCard(string key)
    {
        Bind(findCard, key);
        using var row = findCard.ExecuteReader();
        return row.Read() ? (row.GetInt32(0), row.GetInt64(1) != 0) : null;
    }

    public void SetCard(string key, int attempts, long dueMicros, bool isDead) => Execute(setCard, key, (long)attempts, dueMicros, isDead ? 1L : 0L);

    public void DropCard(string key) => Execute(dropCard, key);

    public long CountDeadCards() => connection.Scalar("SELECT count(*) FROM card WHERE dead = 1");

    public NoticeCard? OldestDeadCard() => NoticeRows.Dead(connection, long.MinValue, "", 1) is [var oldest] ? oldest.Card : null;

    /// <summary>Since which entry the outbox is kept; 0 when it is not.</summary>
    public long NoticesKeptSince() => connection.Scalar($"SELECT coalesce(max(seq), 0) FROM notice WHERE lane = {NoticeFold.KeptLane}");

    public void SetNoticesKept(bool isKept, long sequence)
    {
        Execute(settleNotices, (long)NoticeFold.KeptLane, sequence);
        if (isKept)
        {
            Execute(addNotice, (long)NoticeFold.KeptLane, sequence);
        }
    }

    public IReadOnlyList<LedgerEntry> ReadAfter(long after, int limit) => LedgerRows.Query(
        connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > $after ORDER BY seq LIMIT $limit", LedgerRows.ReadEntry,
        ("$after", after), ("$limit", (long)limit));

    /// <summary>The newest entries, oldest first, byte for byte.</summary>
    public IReadOnlyList<(RawEntry Raw, byte[] Hash)> ReadTail(int limit) =>
        [.. LedgerRows.Query(
            connection, $"SELECT {LedgerRows.EntryColumns} FROM entry ORDER BY seq DESC LIMIT $limit", LedgerRows.ReadRaw, ("$limit", (long)limit))
            .Reverse()];

    public IReadOnlyList<Alert> LoadLive() => LedgerRows.ReadLive(connection);

    public IReadOnlyList<(string Officer, long UpTo)> LoadDeliveries() =>
        LedgerRows.Query(connection, "SELECT officer, up_to FROM delivery", row => (row.GetString(0), row.GetInt64(1)));

    /// <summary>Officers and duty: a fold of the entries about them alone, so that there are no rows to be trusted.</summary>
    public DutyBook LoadDuty() => LedgerRows.Query(
        connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE kind >= 40 AND kind <= 54 ORDER BY seq", LedgerRows.ReadEntry)
        .Aggregate(DutyBook.Empty, DutyFold.Apply);

    public string QuickCheck() => connection.Text("PRAGMA quick_check(1)");

    /// <summary>
    /// Moves the log into the file now and then: passive, which waits for nobody; and when readers have held it up for long, with truncation,
    /// which waits for readers (at most 2 s each).
    /// </summary>
    /// <returns>Frames that are left in the log because of a reader; 0 when all is well.</returns>
    public long CheckpointIfDue(bool force = false)
    {
        if (rowsSinceCheckpoint < CheckpointFrames && !force)
        {
            return 0;
        }

        rowsSinceCheckpoint = 0;
        var (log, moved) = Checkpoint("PASSIVE");
        if (log > TruncateFrames || force)
        {
            (log, moved) = Checkpoint("TRUNCATE");
        }

        return log > TruncateFrames ? log - moved : 0;
    }

    public void Dispose()
    {
        foreach (var command in commands)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private (long Log, long Moved) Checkpoint(string mode) => LedgerRows.Query(
        connection, $"PRAGMA wal_checkpoint({mode})", row => (row.GetInt64(1), row.GetInt64(2)))[0];

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        commands.Add(command);
        return command;
    }

    private void Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
        rowsSinceCheckpoint++;
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }
}
