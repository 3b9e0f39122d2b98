using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>A session: what a refresh token stands for.</summary>
/// <param name="Id">In the access tokens; no secret.</param>
/// <param name="Officer">Whose.</param>
/// <param name="TokenHash">SHA-256 of the refresh token that is good now; the token itself is nowhere.</param>
/// <param name="ExpiresMicros">Its end unless it is refreshed.</param>
public sealed record OfficerSession(string Id, string Officer, string TokenHash, long ExpiresMicros);

/// <summary>Failed attempts under one key.</summary>
internal sealed record SignInFailures(int Count, long LastMicros, long LockedUntilMicros);

/// <summary>
/// Password hashes, sessions and failed attempts, in a file of mode 600 beside the ledger: never in the ledger's entries, which are exported, backed
/// up and read by auditors. Threading: from any thread, one lock; every change is on disk when it returns.
/// </summary>
public sealed class SecretStore : IDisposable
{
    public const string FileName = "officers.db";
    private const int FailureRows = 10_000;
    private const int SessionRows = 10_000;
    private const int SessionsPerOfficer = 16;
    private const int PlacesPerOfficer = 16;
    private const long DayMicros = 24L * 3600 * 1_000_000;
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, OfficerSession> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SignInFailures> failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> places = new(StringComparer.Ordinal);

    private volatile ImmutableHashSet<string> named = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    private SecretStore(SqliteConnection connection) => this.connection = connection;

    /// <param name="folder">Made when missing.</param>
    public static SecretStore Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        OwnerOnlyFile.Touch(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            connection.Run(
                """
                PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;
                CREATE TABLE IF NOT EXISTS password(officer TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS session(
                  id TEXT PRIMARY KEY, officer TEXT NOT NULL, token TEXT NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS failure(
                  key TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS place(
                  officer TEXT NOT NULL, address TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(officer, address)) STRICT, WITHOUT ROWID;
                """);
            var store = new SecretStore(connection);
            store.named = store.named.Union(
                LedgerRows.Query(connection, "SELECT officer, hash FROM password", r => (Officer: r.GetString(0), Hash: r.GetString(1)))
                    .Where(p => OfficerPassword.TryParse(p.Hash) is not null).Select(p => p.Officer));
            foreach (var session in LedgerRows.Query(
                connection, "SELECT id, officer, token, expires FROM session",
                r => new OfficerSession(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3))))
            {
                store.sessions[session.Id] = session;
            }

            foreach (var (key, row) in LedgerRows.Query(
                connection, "SELECT key, count, last, until FROM failure",
                r => (r.GetString(0), new SignInFailures(r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)))))
            {
                store.failures[key] = row;
            }

            foreach (var (officer, address, last) in LedgerRows.Query(connection, "SELECT officer, address, last FROM place", r => (r.GetString(0), r.GetString(1), r.GetInt64(2))))
            {
                store.PlacesOf(officer)[address] = last;
            }

            return store;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Told of every session that is ended, under the lock: it must not wait.</summary>
    internal Action<string>? SessionEnded { get; set; }

    /// <summary>Whether the officer has one that can be matched. Waits for nothing: the ledger's writer asks.</summary>
    public bool HasPassword(string officer) => named.Contains(officer);

    public OfficerPassword? FindPassword(string officer)
    {
        lock (gate)
        {
            return LedgerRows.Query(connection, "SELECT hash FROM password WHERE officer = $o", r => r.GetString(0), ("$o", officer)) is [var text]
                ? OfficerPassword.TryParse(text) : null;
        }
    }

    /// <summary>Sets the password and ends the officer's sessions.</summary>
    public void SetPassword(string officer, OfficerPassword password)
    {
        lock (gate)
        {
            Run("INSERT INTO password VALUES($o, $h) ON CONFLICT(officer) DO UPDATE SET hash = excluded.hash", ("$o", officer), ("$h", password.ToString()));
            named = named.Add(officer);
            EndAllOf(officer);
        }
    }

    /// <summary>The session, when it is there and not over.</summary>
    public OfficerSession? FindSession(string id, long nowMicros)
    {
        lock (gate)
        {
            return sessions.TryGetValue(id, out var session) && session.ExpiresMicros > nowMicros ? session : null;
        }
    }

    /// <summary>Adds a session. At the bound the one that ends first goes: an officer's own before another's.</summary>
    /// <param name="session">A new one.</param>
    /// <param name="by">The password that was given for it.</param>
    /// <param name="nowMicros">Now.</param>
    /// <returns>False when that is not the officer's password any more: his sessions have ended with it, and this one with them.</returns>
    public bool BeginSession(OfficerSession session, OfficerPassword by, long nowMicros)
    {
        lock (gate)
        {
            if (FindPassword(session.Officer)?.ToString() != by.ToString())
            {
                return false;
            }

            foreach (var over in sessions.Values.Where(s => s.ExpiresMicros <= nowMicros).ToList())
            {
                EndSession(over.Id);
            }

            var own = sessions.Values.Where(s => s.Officer == session.Officer).OrderBy(s => s.ExpiresMicros).ToList();
            if (own.Count >= SessionsPerOfficer)
            {
                EndSession(own[0].Id);
            }
            else if (sessions.Count >= SessionRows)
            {
                EndSession(sessions.Values.MinBy(s => s.ExpiresMicros)!.Id);
            }

            Put(session);
            return true;
        }
    }

    /// <summary>Gives a session its next token.</summary>
    /// <returns>False when it was ended meanwhile.</returns>
    public bool RenewSession(OfficerSession session)
    {
        lock (gate)
        {
            if (!sessions.ContainsKey(session.Id))
            {
                return false;
            }

            Put(session);
            return true;
        }
    }

    public void EndSession(string id)
    {
        lock (gate)
        {
            Run("DELETE FROM session WHERE id = $i", ("$i", id));
            sessions.Remove(id);
            SessionEnded?.Invoke(id);
        }
    }

    public void EndSessionsOf(string officer)
    {
        lock (gate)
        {
            EndAllOf(officer);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            connection.Dispose();
        }
    }

    internal SignInFailures? FindFailures(string key)
    {
        lock (gate)
        {
            return failures.GetValueOrDefault(key);
        }
    }

    /// <summary>At the bound the key whose lock ends first makes room, so that many strangers' names do not free one that is locked for long.</summary>
    internal void PutFailures(string key, SignInFailures row)
    {
        lock (gate)
        {
            if (!failures.ContainsKey(key) && failures.Count >= FailureRows)
            {
                Forget(failures.MinBy(f => (f.Value.LockedUntilMicros, f.Value.LastMicros)).Key);
            }

            Run(
                "INSERT INTO failure VALUES($k, $c, $l, $u) ON CONFLICT(key) DO UPDATE SET count = excluded.count, last = excluded.last, until = excluded.until",
                ("$k", key), ("$c", (long)row.Count), ("$l", row.LastMicros), ("$u", row.LockedUntilMicros));
            failures[key] = row;
        }
    }

    internal void Forget(string key)
    {
        lock (gate)
        {
            if (failures.Remove(key))
            {
                Run("DELETE FROM failure WHERE key = $k", ("$k", key));
            }
        }
    }

    /// <summary>Forgets what was tried at a name from anywhere.</summary>
    internal void ForgetPairs(string name)
    {
        lock (gate)
        {
            foreach (var key in failures.Keys.Where(k => k.StartsWith("pair/", StringComparison.Ordinal) && k.EndsWith("/" + name, StringComparison.Ordinal)).ToList())
            {
                Forget(key);
            }
        }
    }

    /// <returns>When the officer last signed in well from there; null for never.</returns>
    internal long? FindPlace(string officer, string address)
    {
        lock (gate)
        {
            return places.TryGetValue(officer, out var known) && known.TryGetValue(address, out var last) ? last : null;
        }
    }

    /// <summary>The officer has signed in well from there; to the day is exact enough. At the bound the one longest ago goes.</summary>
    internal void Remember(string officer, string address, long nowMicros)
    {
        lock (gate)
        {
            var known = PlacesOf(officer);
            if (known.TryGetValue(address, out var last) && Math.Abs(nowMicros - last) < DayMicros)
            {
                return;
            }

            if (!known.ContainsKey(address) && known.Count >= PlacesPerOfficer)
            {
                var oldest = known.MinBy(p => p.Value).Key;
                known.Remove(oldest);
                Run("DELETE FROM place WHERE officer = $o AND address = $a", ("$o", officer), ("$a", oldest));
            }

            known[address] = nowMicros;
            Run(
                "INSERT INTO place VALUES($o, $a, $l) ON CONFLICT(officer, address) DO UPDATE SET last = excluded.last",
                ("$o", officer), ("$a", address), ("$l", nowMicros));
        }
    }

    internal void ForgetPlaces(string officer)
    {
        lock (gate)
        {
            if (places.Remove(officer))
            {
                Run("DELETE FROM place WHERE officer = $o", ("$o", officer));
            }
        }
    }

    private void Put(OfficerSession session)
    {
        Run(
            "INSERT INTO session VALUES($i, $o, $t, $e) ON CONFLICT(id) DO UPDATE SET token = excluded.token, expires = excluded.expires",
            ("$i", session.Id), ("$o", session.Officer), ("$t", session.TokenHash), ("$e", session.ExpiresMicros));
        sessions[session.Id] = session;
    }

    private Dictionary<string, long> PlacesOf(string officer) =>
        places.TryGetValue(officer, out var known) ? known : places[officer] = new Dictionary<string, long>(StringComparer.Ordinal);

    private void EndAllOf(string officer)
    {
        foreach (var session in sessions.Values.Where(s => s.Officer == officer).ToList())
        {
            EndSession(session.Id);
        }
    }

    private void Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }
}
