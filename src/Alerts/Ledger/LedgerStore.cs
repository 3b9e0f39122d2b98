using System.Data;
using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>
/// The rows of the ledger as its writer has them: entries, alerts, deadlines, deliveries. Any failure ends its life: the writer opens another.
/// Threading: owned by the writer thread.
/// </summary>
internal sealed class LedgerStore : IDisposable
{
    private const long TruncateFrames = 16_384;
    private const long CheckEntries = 2_000;

    /// <summary>Longer no schedule goes without a check, and no check without its end.</summary>
    private const long CheckMicros = 3L * 24 * 3600 * 1_000_000;
    private readonly LedgerOptions options;
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
    private readonly LedgerStatements statements;
    private readonly Dictionary<string, LedgerEntry> unsentEntries = new(StringComparer.Ordinal);
    private readonly HashSet<string> absentKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> absentAlerts = new(StringComparer.Ordinal);
    private bool hasUnsentAlerts;
    private long checkpointAt;
    private Task? move;

    private LedgerStore(LedgerOptions options, ILedgerDatabase database, DbConnection connection)
    {
        this.options = options;
        this.database = database;
        this.connection = connection;
        statements = new LedgerStatements(connection)
        {
            Sent = () =>
            {
                unsentEntries.Clear();
                hasUnsentAlerts = false;
            },
        };
        insertEntry = statements.Prepare(
            $"INSERT INTO entry({LedgerRows.EntryColumns}) VALUES(@seq, @time, @kind, @alert, @actor, @key, @body, @prev, @hash)",
            "@seq", "@time", "@kind", "@alert", "@actor", "@key", "@body", "@prev", "@hash");
        findKey = statements.Prepare($"SELECT {LedgerRows.EntryColumns} FROM entry WHERE key = @key", "@key");
        upsertAlert = statements.Prepare(
            """
            INSERT INTO alert(id, live, first, last, state) VALUES(@id, @live, @first, @last, @state)
            ON CONFLICT(id) DO UPDATE SET live = excluded.live, last = excluded.last, state = excluded.state
            """, "@id", "@live", "@first", "@last", "@state");
        findAlert = statements.Prepare("SELECT state FROM alert WHERE id = @id", "@id");
        clearDeadlines = statements.Prepare("DELETE FROM deadline WHERE alert = @alert", "@alert");
        addDeadline = statements.Prepare(
            "INSERT INTO deadline(alert, step, level, round, due) VALUES(@alert, @step, @level, @round, @due)",
            "@alert", "@step", "@level", "@round", "@due");
        dueDeadlines = statements.Prepare(
            "SELECT alert, step, level, round, due FROM deadline WHERE due <= @now ORDER BY due, alert, step, level LIMIT @limit", "@now", "@limit");
        setDelivery = statements.Prepare(
            "INSERT INTO delivery(officer, up_to) VALUES(@officer, @upTo) ON CONFLICT(officer) DO UPDATE SET up_to = excluded.up_to",
            "@officer", "@upTo");
        Outbox = new Outbox(connection, statements);
    }

    /// <summary>The rows of notices.</summary>
    public Outbox Outbox { get; }

    /// <summary>True when the connection is gone: then what fails says nothing about the work.</summary>
    public bool IsLost => connection.State != ConnectionState.Open;

    public static LedgerStore Open(LedgerOptions options)
    {
        options.BeforeStep?.Invoke("open");
        var database = options.Database;
        var opened = database.OpenWriter();
        try
        {
            return new LedgerStore(options, database, opened);
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
    public void Send() => statements.Send();

    /// <summary>Asks for all at once what they would each ask for and wait. Holds for this transaction.</summary>
    public void LookUp(List<LedgerWork> group)
    {
        absentKeys.Clear();
        absentAlerts.Clear();
        if (!statements.AreBatched)
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
        if (absentKeys.Contains(key))
        {
            return false;
        }

        if (unsentEntries.ContainsKey(key))
        {
            return true;
        }

        using var row = LedgerStatements.Ask(findKey, key);
        return row.Read();
    }

    public LedgerEntry? FindByKey(string key)
    {
        if (unsentEntries.TryGetValue(key, out var found))
        {
            return found;
        }

        using var row = LedgerStatements.Ask(findKey, key);
        return row.Read() ? LedgerRows.ReadEntry(row) : null;
    }

    public void Insert(LedgerEntry entry, byte[] body)
    {
        statements.Execute(
            insertEntry, entry.Sequence, entry.TimeMicros, (long)entry.Kind, entry.AlertId, entry.Actor, entry.Key,
            Encoding.UTF8.GetString(body), entry.PreviousHash.ToArray(), entry.Hash.ToArray());
        if (statements.AreBatched)
        {
            absentKeys.Remove(entry.Key);
            if (statements.AreUnsent)
            {
                unsentEntries[entry.Key] = entry;
            }
        }
    }

    public void Save(Alert alert)
    {
        statements.Execute(
            upsertAlert, alert.Id, alert.IsLive ? 1L : 0L, alert.FirstSequence, alert.LastSequence,
            JsonSerializer.Serialize(alert, AlertsJson.Readable.Alert));
        absentAlerts.Remove(alert.Id);
        hasUnsentAlerts = statements.AreUnsent;
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

        using var row = LedgerStatements.Ask(findAlert, id);
        return row.Read() ? LedgerRows.ReadAlert(row.GetFieldValue<byte[]>(0)) : null;
    }

    public void ReplaceDeadlines(Alert alert)
    {
        statements.Execute(clearDeadlines, alert.Id);
        foreach (var deadline in alert.Deadlines)
        {
            statements.Execute(addDeadline, alert.Id, (long)deadline.Step, (long)deadline.Level, (long)deadline.Round, deadline.DueMicros);
        }
    }

    public IReadOnlyList<(string AlertId, Deadline Deadline)> DueBy(long nowMicros, int limit)
    {
        Send();
        using var row = LedgerStatements.Ask(dueDeadlines, nowMicros, (long)limit);
        var due = new List<(string, Deadline)>();
        while (row.Read())
        {
            due.Add((row.GetString(0), new Deadline((WorkState)row.GetByte(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4))));
        }

        return due;
    }

    public void SetDelivery(string officer, long upTo)
    {
        statements.Execute(setDelivery, officer, upTo);
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

    /// <summary>
    /// Officers and duty: a fold of the entries about them alone, so that there are no rows to be trusted. Of duty checks, which come day and night for years,
    /// the newest: more are not kept of those that are over, and each entry says all of its check.
    /// </summary>
    public DutyBook LoadDuty() => LedgerRows.Query(connection, LedgerRows.DutySql, LedgerRows.ReadEntry).Concat(ReadChecks())
        .OrderBy(e => e.Sequence).Aggregate(DutyBook.Empty, DutyFold.Apply);

    private List<LedgerEntry> ReadChecks()
    {
        for (var (checks, begun, before) = (new List<LedgerEntry>(), 0, long.MaxValue); ; before = checks[^1].Sequence)
        {
            var page = LedgerRows.Query(connection, LedgerRows.ChecksSql, LedgerRows.ReadEntry, ("@before", before), ("@limit", CheckEntries));
            checks.AddRange(page);
            begun += page.Count(e => e.Kind == EntryKind.DutyChecked);
            if (page.Count < CheckEntries || (begun >= DutyFold.KeptOfEach && checks[0].TimeMicros - checks[^1].TimeMicros > CheckMicros))
            {
                return checks;
            }
        }
    }

    public string? FindDamage() => database.FindDamage(connection, CancellationToken.None);

    /// <summary>
    /// Has the log moved into the file now and then, beside what is written, and moves the little that is left; when readers have held it up for long, with truncation,
    /// which waits for readers (at most 2 s each).
    /// </summary>
    /// <returns>Frames that are left in the log because of a reader; 0 when all is well.</returns>
    public long CheckpointIfDue()
    {
        if (move is null && statements.Count - checkpointAt >= options.MoveAfterRows)
        {
            checkpointAt = statements.Count;
            move = LogMove.BeginAsync(options);
        }

        return move is { IsCompleted: true } ? FinishMove(isLast: false) : 0;
    }

    /// <summary>Moves all that is in the log, and empties it.</summary>
    public void CheckpointAll() => FinishMove(isLast: true);

    public void Dispose()
    {
        if (move is not null)
        {
            Task.WhenAny(move).Wait();
        }

        statements.Dispose();
        connection.Dispose();
    }

    private long FinishMove(bool isLast)
    {
        var begun = move;
        move = null;
        begun?.GetAwaiter().GetResult();
        var (log, moved) = database.MoveLog(connection, isThorough: false);
        if (log > TruncateFrames || isLast)
        {
            (log, moved) = database.MoveLog(connection, isThorough: true);
        }

        return log > TruncateFrames ? log - moved : 0;
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal);
}
