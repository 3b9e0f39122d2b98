using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PingAnIoT.Alerts;

/// <summary>
/// The tables, step by step. A migration once released is never edited; a new one is added. Each runs in one transaction with its
/// number, so a kill leaves the file at one whole version. There is no way back but a backup.
/// </summary>
internal static class LedgerSchema
{
    /// <summary>"PALG": any other file is refused.</summary>
    public const int ApplicationId = 0x50414C47;

    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE entry(
          seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, alert TEXT NOT NULL, actor TEXT NOT NULL,
          key TEXT NOT NULL, body TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX entry_key ON entry(key);
        CREATE INDEX entry_alert ON entry(alert, seq);
        CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TABLE alert(
          id TEXT PRIMARY KEY, live INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
        CREATE INDEX alert_live ON alert(first) WHERE live = 1;
        CREATE INDEX alert_past ON alert(first) WHERE live = 0;
        CREATE TABLE deadline(
          alert TEXT NOT NULL, step INTEGER NOT NULL, level INTEGER NOT NULL, round INTEGER NOT NULL, due INTEGER NOT NULL,
          PRIMARY KEY(alert, step, level)) STRICT, WITHOUT ROWID;
        CREATE INDEX deadline_due ON deadline(due);
        CREATE TABLE delivery(officer TEXT PRIMARY KEY, up_to INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """,
        "CREATE INDEX entry_duty ON entry(seq) WHERE kind >= 40 AND kind <= 54;",
        """
        CREATE TABLE notice(lane INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(lane, seq)) STRICT, WITHOUT ROWID;
        CREATE TABLE card(
          key TEXT PRIMARY KEY, lane INTEGER NOT NULL, due INTEGER NOT NULL, attempt INTEGER NOT NULL, dead INTEGER NOT NULL,
          body TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX card_alive ON card(lane, due, key) WHERE dead = 0;
        CREATE INDEX card_dead ON card(due, key) WHERE dead = 1;
        """,
    ];

    public static int Newest => Migrations.Length;

    /// <summary>Brings the file to the newest version.</summary>
    public static void Migrate(SqliteConnection connection)
    {
        var version = (int)connection.Scalar("PRAGMA user_version");
        var application = (int)connection.Scalar("PRAGMA application_id");
        if (version > 0 && application != ApplicationId)
        {
            throw new LedgerException("The file is a database, but not a ledger.");
        }

        if (version > Migrations.Length)
        {
            throw new LedgerException(
                $"The ledger has version {version}; this program knows up to {Migrations.Length}. Use the newer program, or restore the backup made before the upgrade.");
        }

        for (var next = version; next < Migrations.Length; next++)
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                {Migrations[next]}
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {next + 1};
                COMMIT;
                """));
        }
    }

    /// <summary>What <c>sqlite_schema</c> must say, in a fixed order: a changed trigger or index is tampering too.</summary>
    public static string Describe(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name";
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add($"{reader.GetString(0)}|{reader.GetString(1)}|{reader.GetString(2)}|{reader.GetString(3)}");
        }

        return string.Join('\n', lines);
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
