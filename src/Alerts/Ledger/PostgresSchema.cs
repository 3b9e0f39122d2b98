using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace PingAnIoT.Alerts;

/// <summary>Brings a schema of a PostgreSQL database to the newest version of <see cref="LedgerSchema"/>, and says what it is.</summary>
internal static class PostgresSchema
{
    /// <summary>Whatever decides what the tables hold and refuse, one line each, without the name of the schema they are in.</summary>
    private const string Description = """
        WITH ours AS (
          SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions FROM pg_class c
          WHERE c.relnamespace = current_schema()::regnamespace
            AND c.relname IN ('entry', 'alert', 'deadline', 'delivery', 'notice', 'card', 'ledger_version'))
        SELECT line FROM (
          SELECT format('table %s %s %s %s %s %s', relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions) AS line FROM ours
          UNION ALL
          SELECT format('column %s.%s %s %s %s %s %s %s', o.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            (SELECT collname FROM pg_collation WHERE oid = a.attcollation), a.attgenerated, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = o.oid AND adnum = a.attnum))
          FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid WHERE a.attnum > 0
          UNION ALL
          SELECT format('index %s %s %s', pg_get_indexdef(i.indexrelid, 0, true), i.indisvalid, i.indisready) FROM ours o JOIN pg_index i ON i.indrelid = o.oid
          UNION ALL
          SELECT format('constraint %s %s %s', o.relname, c.conname, pg_get_constraintdef(c.oid, true)) FROM ours o JOIN pg_constraint c ON c.conrelid = o.oid
          UNION ALL
          SELECT format('trigger %s %s', t.tgenabled, pg_get_triggerdef(t.oid, true)) FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE NOT t.tgisinternal
          UNION ALL
          SELECT format('function %s %s %s %s %s', p.proname, l.lanname, p.prosecdef, p.proconfig, p.prosrc)
          FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = current_schema()::regnamespace
            AND (p.proname = 'json_extract' OR p.oid IN (SELECT t.tgfoid FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE NOT t.tgisinternal))
          UNION ALL
          SELECT format('rule %s', pg_get_ruledef(r.oid, true)) FROM ours o JOIN pg_rewrite r ON r.ev_class = o.oid
          UNION ALL
          SELECT format('policy %s', p.polname) FROM ours o JOIN pg_policy p ON p.polrelid = o.oid
          UNION ALL
          SELECT format('inherits %s', o.relname) FROM ours o JOIN pg_inherits i ON o.oid IN (i.inhparent, i.inhrelid)) lines
        ORDER BY line COLLATE "C"
        """;

    /// <returns>0 when there is no ledger.</returns>
    public static long VersionOf(DbConnection connection) =>
        connection.Text("SELECT (to_regclass('ledger_version') IS NOT NULL)::text") == "true"
            ? connection.Scalar("SELECT coalesce(max(version), 0) FROM ledger_version")
            : 0;

    public static void Migrate(DbConnection connection)
    {
        var version = VersionOf(connection);
        LedgerSchema.RefuseNewer(version);
        try
        {
            for (var next = (int)version; next < LedgerSchema.Newest; next++)
            {
                connection.Run($"BEGIN; {Step(next)} COMMIT");
            }
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            throw new LedgerException("The schema has tables of a ledger's names, but is not a ledger. Name another with Search Path.", taken);
        }
    }

    public static IReadOnlyList<string> Describe(DbConnection connection) => LedgerRows.Query(connection, Description, r => r.GetString(0));

    /// <summary>The description of a fresh ledger, which is made in a schema of its own and unmade.</summary>
    public static IReadOnlyList<string> Expected(DbConnection connection)
    {
        connection.Run("BEGIN");
        var name = "ledger_expected_" + connection.Text("SELECT pg_backend_pid()::text");
        connection.Run($"CREATE SCHEMA {name}; SET LOCAL search_path = {name}, pg_temp");
        for (var next = 0; next < LedgerSchema.Newest; next++)
        {
            connection.Run(Step(next));
        }

        var description = Describe(connection);
        connection.Run("ROLLBACK");
        return description;
    }

    private static string Step(int next) => string.Create(CultureInfo.InvariantCulture, $"""
        {(next == 0 ? "CREATE TABLE ledger_version(version BIGINT NOT NULL); INSERT INTO ledger_version VALUES(0);" : "")}
        {LedgerSchema.Migrations[next].Postgres}{(LedgerSchema.Migrations[next].Postgres.EndsWith(';') ? "" : ";")}
        UPDATE ledger_version SET version = {next + 1};
        """);
}
