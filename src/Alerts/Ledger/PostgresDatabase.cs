using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace PingAnIoT.Alerts;

/// <summary>
/// The ledger in a schema of a PostgreSQL database. Its writer holds an advisory lock in the very session it writes with: when the session is lost
/// so is the lock, and whoever gets it next knows that nothing of the lost one's is still on its way.
/// </summary>
internal sealed class PostgresDatabase(PostgresPlace place) : ILedgerDatabase
{
    private const string LockTaken = PostgresErrorCodes.LockNotAvailable;
    private const string IndexCorrupted = PostgresErrorCodes.IndexCorrupted;

    /// <summary>With this, a server whose client's machine is gone lets go of the lock within half a minute.</summary>
    private const string WriterSettings = """
        SET default_transaction_read_only = off; SET statement_timeout = 0; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = 0;
        SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
        """;

    public string Place => place.ToString();

    /// <summary>Only connecting tells.</summary>
    public bool IsThere => true;

    /// <summary>It may take long, whatever the size: there may be any number of others on that server.</summary>
    public bool IsQuickToCheck => false;

    public DbConnection OpenWriter()
    {
        var connection = Open();
        try
        {
            connection.Run(WriterSettings);
            RequireDurable(connection);
            TakeLock(connection);
            PostgresSchema.Migrate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DbConnection OpenReader(TimeSpan? longest = null)
    {
        var connection = Open();
        try
        {
            var milliseconds = (long)(longest ?? TimeSpan.Zero).TotalMilliseconds;
            connection.Run(string.Create(
                CultureInfo.InvariantCulture, $"SET default_transaction_read_only = on; SET statement_timeout = {milliseconds}; SET lock_timeout = '5s'"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Also asks which session this is: behind a pooler that lends sessions out by the transaction the lock would protect nothing.</summary>
    public void Begin(DbConnection writer)
    {
        if (writer.Scalar("BEGIN; SELECT pg_backend_pid()") != ((NpgsqlConnection)writer).ProcessID)
        {
            throw new LedgerException($"{Place} is behind a pooler that gives each transaction another session. The ledger needs one of its own: connect to the server itself.");
        }
    }

    public void BeginView(DbConnection reader) => reader.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

    public IReadOnlyList<string>? FindPresent(DbConnection writer, string table, string column, IReadOnlyList<string> values) => LedgerRows.Query(
        writer, $"SELECT {column} FROM {table} WHERE {column} = ANY(@values)", r => r.GetString(0), ("@values", values.ToArray()));

    /// <summary>By class: data exceptions, broken constraints, limits of the program, and what a trigger refuses.</summary>
    public bool IsOfTheWork(Exception failure) =>
        failure is PostgresException { SqlState: var state, ConstraintName: var constraint }
        && (state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
            || state.StartsWith("54", StringComparison.Ordinal) || state == PostgresErrorCodes.RaiseException)
        && !(state == PostgresErrorCodes.UniqueViolation && constraint == "entry_pkey");

    /// <summary>Nothing: the server counts, by the setting the session was opened with.</summary>
    public void Limit(DbConnection reader, TimeSpan longest, TimeProvider clock)
    {
    }

    public bool WasCut(DbException failure) => failure is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };

    /// <summary>The server's own affair.</summary>
    public (long Log, long Moved) MoveLog(DbConnection connection, bool isThorough) => (0, 0);

    public DbConnection? OpenMover() => null;

    /// <summary>Holds each index against its table, where the extension amcheck is installed and may be used; else nothing.</summary>
    public string? FindDamage(DbConnection connection, CancellationToken giveUp)
    {
        var found = LedgerRows.Query(
            connection,
            """
            SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'bt_index_check' AND p.pronargs = 2
            WHERE e.extname = 'amcheck' AND has_function_privilege(p.oid, 'EXECUTE')
            """,
            r => r.GetString(0));
        if (found is not [var schema])
        {
            return null;
        }

        var indexes = LedgerRows.Query(
            connection,
            """
            SELECT c.oid::bigint, c.relname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam
            WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname
            """,
            r => (Id: r.GetInt64(0), Name: r.GetString(1)));
        foreach (var (id, name) in indexes)
        {
            using var command = connection.CreateCommand();
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT {schema}.bt_index_check({id}::oid::regclass, true)");
            command.CommandTimeout = 0;
            using var cancel = giveUp.Register(command.Cancel);
            giveUp.ThrowIfCancellationRequested();
            try
            {
                command.ExecuteNonQuery();
            }
            catch (PostgresException damage) when (damage.SqlState == IndexCorrupted || damage.SqlState == PostgresErrorCodes.DataCorrupted)
            {
                return $"index {name}: {damage.MessageText}";
            }
        }

        return null;
    }

    public IEnumerable<string> Examine(DbConnection reader, int most)
    {
        if (PostgresSchema.VersionOf(reader) is var version && version != LedgerSchema.Newest)
        {
            return [version == 0 ? "schema: there is no ledger" : "schema: the version is not what this program writes"];
        }

        var findings = new List<string>();
        try
        {
            using var aside = Open();
            var expected = PostgresSchema.Expected(aside);
            if (!expected.SequenceEqual(PostgresSchema.Describe(reader), StringComparer.Ordinal))
            {
                findings.Add("schema: tables, indexes or triggers are not those of a ledger");
            }
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            findings.Add("schema: it cannot be compared, as the role may not CREATE in this database");
        }

        if (findings.Count == 0 && FindDamage(reader, CancellationToken.None) is { } damage)
        {
            findings.Add("structure: " + damage);
        }

        return findings;
    }

    private static void RequireDurable(DbConnection connection)
    {
        if (connection.Text("SHOW synchronous_commit") == "off")
        {
            connection.Run("SET synchronous_commit = on");
        }

        Assert(connection, "synchronous_commit", "on", "remote_apply", "remote_write", "local");
        Assert(connection, "fsync", "on");
        Assert(connection, "full_page_writes", "on");
        Assert(connection, "server_encoding", "UTF8");
        if (connection.Text("SELECT pg_is_in_recovery()::text") != "false")
        {
            throw new LedgerException("The PostgreSQL server is a standby: the ledger is written on the primary.");
        }
    }

    private static void Assert(DbConnection connection, string setting, params ReadOnlySpan<string> expected)
    {
        var actual = connection.Text("SHOW " + setting);
        if (!expected.Contains(actual))
        {
            throw new LedgerException($"PostgreSQL setting {setting} is {actual}, not {expected[0]}: nothing could be called durable.");
        }
    }

    private void TakeLock(DbConnection connection)
    {
        try
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_lock({SqliteSchema.ApplicationId}, hashtext(current_schema()))"));
        }
        catch (PostgresException taken) when (taken.SqlState == LockTaken)
        {
            throw new LedgerException($"The ledger in {Place} has another writer: one server at a time.", taken);
        }
    }

    /// <summary>A session in the schema that the place names, and in no other.</summary>
    private NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(place.ConnectionString);
        try
        {
            connection.Open();
            if (connection.Text("SELECT current_schema()").Length == 0)
            {
                throw new LedgerException($"{Place} has no schema on its search path. Make it, or name another with Search Path.");
            }

            connection.Run("SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false)");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
