using System.Data;
using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>
/// The writer's connection and its prepared statements. Any failure ends its life: the writer opens another.
/// Threading: owned by the writer thread.
/// </summary>
internal sealed class LedgerStore : IDisposable
{
    private const long CheckpointRows = 8000;
    private const long TruncateFrames = 8192;
    private const int MostUnsent = 512;
    private readonly ILedgerDatabase database;
    private readonly DbConnection connection;
    private readonly DbCommand insertEntry;
    private readonly DbCommand findKey;
    private readonly DbCommand upsertAlert;
    private readonly DbCommand findAlert;
    private readonly DbCommand clearDeadlines;
    private readonly DbCommand addDeadline;
    private readonly DbCommand dueDeadlines;
    private readonly DbCommand setDelivery;
    private readonly DbCommand addNotice;
    private readonly DbCommand settleNotices;
    private readonly DbCommand putCard;
    private readonly DbCommand findCard;
    private readonly DbCommand setCard;
    private readonly DbCommand dropCard;
    private readonly List<DbCommand> commands = [];
    private readonly Dictionary<string, LedgerEntry> unsentEntries = new(StringComparer.Ordinal);

    /// <summary>What a database over a wire is told in one go; null for one in this process, which is told at once.</summary>
    private readonly DbBatch? unsent;
    private readonly HashSet<string> absentKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> absentAlerts = new(StringComparer.Ordinal);
    private bool hasUnsentAlerts;
    private long rowsSinceCheckpoint;

    private LedgerStore(ILedgerDatabase database, DbConnection connection)
    {
        this.database = database;
        this.connection = connection;
        unsent = connection.CanCreateBatch ? connection.CreateBatch() : null;
        insertEntry = Prepare(
            $"INSERT INTO entry({LedgerRows.EntryColumns}) VALUES(@seq, @time, @kind, @alert, @actor, @key, @body, @prev, @hash)",
            "@seq", "@time", "@kind", "@alert", "@actor", "@key", "@body", "@prev", "@hash");
        findKey = Prepare($"SELECT {LedgerRows.EntryColumns} FROM entry WHERE key = @key", "@key");
        upsertAlert = Prepare(
            """
            INSERT INTO alert(id, live, first, last, state) VALUES(@id, @live, @first, @last, @state)
            ON CONFLICT(id) DO UPDATE SET live = excluded.live, last = excluded.last, state = excluded.state
            """, "@id", "@live", "@first", "@last", "@state");
        findAlert = Prepare("SELECT state FROM alert WHERE id = @id", "@id");
        clearDeadlines = Prepare("DELETE FROM deadline WHERE alert = @alert", "@alert");
        addDeadline = Prepare(
            "INSERT INTO deadline(alert, step, level, round, due) VALUES(@alert, @step, @level, @round, @due)",
            "@alert", "@step", "@level", "@round", "@due");
        dueDeadlines = Prepare(
            "SELECT alert, step, level, round, due FROM deadline WHERE due <= @now ORDER BY due, alert, step, level LIMIT @limit", "@now", "@limit");
        setDelivery = Prepare(
            "INSERT INTO delivery(officer, up_to) VALUES(@officer, @upTo) ON CONFLICT(officer) DO UPDATE SET up_to = excluded.up_to",
            "@officer", "@upTo");
        addNotice = Prepare("INSERT INTO notice(lane, seq) VALUES(@lane, @seq)", "@lane", "@seq");
        settleNotices = Prepare("DELETE FROM notice WHERE lane = @lane AND seq <= @seq", "@lane", "@seq");
        putCard = Prepare(
            """
            INSERT INTO card(key, lane, due, attempt, dead, body) VALUES(@key, @lane, @due, 0, 0, @body)
            ON CONFLICT(key) DO UPDATE SET body = excluded.body
            """, "@key", "@lane", "@due", "@body");
        findCard = Prepare("SELECT attempt, dead FROM card WHERE key = @key", "@key");
        setCard = Prepare("UPDATE card SET attempt = @attempt, due = @due, dead = @dead WHERE key = @key", "@key", "@attempt", "@due", "@dead");
        dropCard = Prepare("DELETE FROM card WHERE key = @key", "@key");
    }

    /// <summary>True when the connection is gone: then what fails says nothing about the work.</summary>
    public bool IsLost => connection.State != ConnectionState.Open;

    public static LedgerStore Open(LedgerOptions options)
    {
        options.BeforeStep?.Invoke("open");
        var database = options.Database;
        var opened = database.OpenWriter();
        try
        {
            return new LedgerStore(database, opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Begin() => database.Begin(connection);

    public void Commit()
    {
        Send();
        connection.Run("COMMIT");
    }

    public void Rollback() => connection.Run("ROLLBACK");

    /// <summary>Has the database do what it was not told of yet.</summary>
    public void Send()
    {
        if (unsent is { BatchCommands.Count: > 0 })
        {
            unsent.ExecuteNonQuery();
            unsent.BatchCommands.Clear();
            unsentEntries.Clear();
            hasUnsentAlerts = false;
        }
    }

    /// <summary>Asks for all at once what they would each ask for and wait. Holds for this transaction.</summary>
    public void LookUp(List<LedgerWork> group)
    {
        absentKeys.Clear();
        absentAlerts.Clear();
        if (unsent is null)
        {
            return;
        }

        var asked = group.Select(w => w.AsksFor).OfType<(string Key, string AlertId)>().Where(a => IsPlain(a.Key)).ToList();
        Add(absentKeys, "entry", "key", asked.ConvertAll(a => a.Key));
        Add(absentAlerts, "alert", "id", asked.ConvertAll(a => a.AlertId));

        void Add(HashSet<string> absent, string table, string column, List<string> values)
        {
            if (values.Count > 1 && database.FindPresent(connection, table, column, values) is { } present)
            {
                absent.UnionWith(values);
                absent.ExceptWith(present);
            }
        }
    }

    public bool HasKey(string key)
    {
        if (unsentEntries.ContainsKey(key) || absentKeys.Contains(key))
        {
            return !absentKeys.Contains(key);
        }

        Bind(findKey, key);
        using var row = findKey.ExecuteReader();
        return row.Read();
    }

    public LedgerEntry? FindByKey(string key)
    {
        if (unsentEntries.TryGetValue(key, out var found))
        {
            return found;
        }

        Bind(findKey, key);
        using var row = findKey.ExecuteReader();
        return row.Read() ? LedgerRows.ReadEntry(row) : null;
    }

    public void Insert(LedgerEntry entry, byte[] body)
    {
        Execute(
            insertEntry, entry.Sequence, entry.TimeMicros, (long)entry.Kind, entry.AlertId, entry.Actor, entry.Key,
            Encoding.UTF8.GetString(body), entry.PreviousHash.ToArray(), entry.Hash.ToArray());
        if (unsent is not null)
        {
            absentKeys.Remove(entry.Key);
            if (unsent.BatchCommands.Count > 0)
            {
                unsentEntries[entry.Key] = entry;
            }
        }
    }

    public void Save(Alert alert)
    {
        Execute(
            upsertAlert, alert.Id, alert.IsLive ? 1L : 0L, alert.FirstSequence, alert.LastSequence,
            JsonSerializer.Serialize(alert, AlertsJson.Readable.Alert));
        absentAlerts.Remove(alert.Id);
        hasUnsentAlerts = unsent is { BatchCommands.Count: > 0 };
    }

    public Alert? FindAlert(string id)
    {
        if (absentAlerts.Contains(id))
        {
            return null;
        }

        if (hasUnsentAlerts)
        {
            Send();
        }

        Bind(findAlert, id);
        using var row = findAlert.ExecuteReader();
        return row.Read() ? LedgerRows.ReadAlert(row.GetFieldValue<byte[]>(0)) : null;
    }

    public void ReplaceDeadlines(Alert alert)
    {
        Execute(clearDeadlines, alert.Id);
        foreach (var deadline in alert.Deadlines)
        {
            Execute(addDeadline, alert.Id, (long)deadline.Step, (long)deadline.Level, (long)deadline.Round, deadline.DueMicros);
        }
    }

    public IReadOnlyList<(string AlertId, Deadline Deadline)> DueBy(long nowMicros, int limit)
    {
        Send();
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
        Execute(setDelivery, officer, upTo);
    }

    public void AddNotice(NoticeLane lane, long sequence) => Execute(addNotice, (long)lane, sequence);

    public void SettleNotices(NoticeLane lane, long upTo) => Execute(settleNotices, (long)lane, upTo);

    /// <summary>A card that is there already gets a new body: a summary that has grown.</summary>
    public void PutCard(NoticeCard card) => Execute(putCard, card.Key, (long)card.Lane, card.DueMicros, NoticeRows.Text(card));

    /// <returns>Attempts so far, and whether it is a dead letter; null when it is gone.</returns>
    public (int Attempts, bool IsDead)? FindCard(string key)
    {
        Send();
        Bind(findCard, key);
        using var row = findCard.ExecuteReader();
        return row.Read() ? (row.GetInt32(0), row.GetInt64(1) != 0) : null;
    }

    public void SetCard(string key, int attempts, long dueMicros, bool isDead) => Execute(setCard, key, (long)attempts, dueMicros, isDead ? 1L : 0L);

    public void DropCard(string key) => Execute(dropCard, key);

    public long CountDeadCards()
    {
        Send();
        return connection.Scalar("SELECT count(*) FROM card WHERE dead = 1");
    }

    public NoticeCard? OldestDeadCard()
    {
        Send();
        return NoticeRows.Dead(connection, long.MinValue, "", 1) is [var oldest] ? oldest.Card : null;
    }

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
        connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > @after ORDER BY seq LIMIT @limit", LedgerRows.ReadEntry,
        ("@after", after), ("@limit", (long)limit));

    /// <summary>The newest entries, oldest first, byte for byte.</summary>
    public IReadOnlyList<(RawEntry Raw, byte[] Hash)> ReadTail(int limit) =>
        [.. LedgerRows.Query(
            connection, $"SELECT {LedgerRows.EntryColumns} FROM entry ORDER BY seq DESC LIMIT @limit", LedgerRows.ReadRaw, ("@limit", (long)limit))
            .Reverse()];

    /// <summary>By a connection of its own, as all that it has read goes by the cache of its connection, and the writer's is large and for good.</summary>
    public List<PackedAlert> LoadLive(WordTable words)
    {
        using var reader = database.OpenReader();
        return LedgerRows.ReadLive(reader, words);
    }

    /// <summary>The alerts that entries after this one are about.</summary>
    /// <returns>Null when they are too many, or one of the entries changed alerts that it does not name.</returns>
    public IReadOnlyList<string>? FindChanged(long after, int most)
    {
        var concerned = LedgerRows.Query(
            connection, "SELECT DISTINCT alert, kind FROM entry WHERE seq > @after LIMIT @limit", row => (Alert: row.GetString(0), Kind: (EntryKind)row.GetByte(1)),
            ("@after", after), ("@limit", (long)most));
        return concerned.Count == most || concerned.Any(c => c.Kind == EntryKind.ClockStepped)
            ? null
            : [.. concerned.Select(c => c.Alert).Where(a => a.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The live ones among the alerts that entries after this one are about: in one go, however many they are.</summary>
    public List<PackedAlert> LoadChanged(long after, WordTable words) => LedgerRows.ReadLive(connection, words, after);

    public IReadOnlyList<(string Officer, long UpTo)> LoadDeliveries() =>
        LedgerRows.Query(connection, "SELECT officer, up_to FROM delivery", row => (row.GetString(0), row.GetInt64(1)));

    /// <summary>Officers and duty: a fold of the entries about them alone, so that there are no rows to be trusted.</summary>
    public DutyBook LoadDuty() => LedgerRows.Query(connection, LedgerRows.DutySql, LedgerRows.ReadEntry).Aggregate(DutyBook.Empty, DutyFold.Apply);

    public string? FindDamage() => database.FindDamage(connection, CancellationToken.None);

    /// <summary>
    /// Moves the log into the file now and then: passive, which waits for nobody; and when readers have held it up for long, with truncation,
    /// which waits for readers (at most 2 s each).
    /// </summary>
    /// <returns>Frames that are left in the log because of a reader; 0 when all is well.</returns>
    public long CheckpointIfDue(bool force = false)
    {
        if (rowsSinceCheckpoint < CheckpointRows && !force)
        {
            return 0;
        }

        rowsSinceCheckpoint = 0;
        var (log, moved) = database.MoveLog(connection, isThorough: false);
        if (log > TruncateFrames || force)
        {
            (log, moved) = database.MoveLog(connection, isThorough: true);
        }

        return log > TruncateFrames ? log - moved : 0;
    }

    public void Dispose()
    {
        foreach (var command in commands)
        {
            command.Dispose();
        }

        unsent?.Dispose();
        connection.Dispose();
    }

    private DbCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Add(name);
        }

        commands.Add(command);
        return command;
    }

    /// <summary>Now, or with the next <see cref="Send"/>.</summary>
    private void Execute(DbCommand command, params ReadOnlySpan<object> values)
    {
        rowsSinceCheckpoint++;
        if (unsent is null)
        {
            Bind(command, values);
            command.ExecuteNonQuery();
            return;
        }

        var later = unsent.CreateBatchCommand();
        later.CommandText = command.CommandText;
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = later.CreateParameter();
            parameter.ParameterName = command.Parameters[i].ParameterName;
            parameter.Value = Storable(values[i]);
            later.Parameters.Add(parameter);
        }

        unsent.BatchCommands.Add(later);
        if (unsent.BatchCommands.Count == MostUnsent)
        {
            Send();
        }
    }

    private static void Bind(DbCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = Storable(values[i]);
        }
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal);

    /// <summary>
    /// A text as both databases hold it and as it was hashed: half a character of UTF-16 becomes the replacement character. A NUL, which
    /// PostgreSQL takes in no text, is taken by neither.
    /// </summary>
    /// <exception cref="ArgumentException">A text with NUL.</exception>
    private static object Storable(object value) => value switch
    {
        string text when text.Contains('\0', StringComparison.Ordinal) => throw new ArgumentException("A text with the character NUL cannot be recorded.", nameof(value)),
        string text when text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)),
        _ => value,
    };
}
