using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>Brings a file to the newest version of <see cref="LedgerSchema"/>, and says what a file's schema is.</summary>
internal static class SqliteSchema
{
    /// <summary>"PALG": any other file is refused.</summary>
    public const int ApplicationId = 0x50414C47;

    public static void Migrate(DbConnection connection)
    {
        var version = (int)connection.Scalar("PRAGMA user_version");
        var application = (int)connection.Scalar("PRAGMA application_id");
        if (version > 0 && application != ApplicationId)
        {
            throw new LedgerException("The file is a database, but not a ledger.");
        }

        LedgerSchema.RefuseNewer(version);
        for (var next = version; next < LedgerSchema.Newest; next++)
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                {LedgerSchema.Migrations[next].Sqlite}
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {next + 1};
                COMMIT;
                """));
        }
    }

    /// <summary>What <c>sqlite_schema</c> must say, in a fixed order: a changed trigger or index is tampering too.</summary>
    /// <param name="connection">Of the file.</param>
    /// <param name="but">A table that is left out.</param>
    public static string Describe(DbConnection connection, string but = "") => string.Join('\n', LedgerRows.Query(
        connection, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE tbl_name <> @but ORDER BY type, name",
        row => $"{row.GetString(0)}|{row.GetString(1)}|{row.GetString(2)}|{row.GetString(3)}", ("@but", but)));

    /// <summary>All tables of a ledger with their columns, whatever database it is in: what a backup has to hold.</summary>
    public static IReadOnlyList<(string Table, IReadOnlyList<string> Columns)> Tables()
    {
        using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        Migrate(connection);
        return [.. LedgerRows.Query(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name = 'entry' DESC, name", r => r.GetString(0))
            .Select(t => (t, LedgerRows.Query(connection, $"SELECT name FROM pragma_table_info('{t}') ORDER BY cid", r => r.GetString(0))))];
    }

    /// <summary>The description of a fresh ledger.</summary>
    public static string Expected()
    {
        using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        Migrate(connection);
        return Describe(connection);
    }
}
