namespace PingAnIoT.Alerts;

/// <summary>One step of the schema, as each database says it.</summary>
internal sealed record LedgerMigration(string Sqlite, string Postgres);

/// <summary>
/// The tables, step by step. A migration once released is never edited; a new one is added, for both databases at once, so that their versions
/// are in step. Each runs in one transaction with its number, so a kill leaves the ledger at one whole version. There is no way back but a backup.
/// On PostgreSQL texts compare by their bytes, as they do in SQLite.
/// </summary>
internal static class LedgerSchema
{
    public static IReadOnlyList<LedgerMigration> Migrations { get; } =
    [
        new(
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
            """
            CREATE TABLE entry(
              seq BIGINT PRIMARY KEY, time BIGINT NOT NULL, kind BIGINT NOT NULL, alert TEXT COLLATE "C" NOT NULL, actor TEXT COLLATE "C" NOT NULL,
              key TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL, prev BYTEA NOT NULL, hash BYTEA NOT NULL);
            CREATE UNIQUE INDEX entry_key ON entry(key);
            CREATE INDEX entry_alert ON entry(alert, seq);
            CREATE FUNCTION ledger_keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the ledger is append-only''; END';
            CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps();
            CREATE TRIGGER entry_stays BEFORE DELETE OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps();
            ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_keeps;
            ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_stays;
            CREATE TABLE alert(
              id TEXT COLLATE "C" PRIMARY KEY, live BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, state TEXT COLLATE "C" NOT NULL)
              WITH (fillfactor = 70);
            CREATE INDEX alert_live ON alert(first) WHERE live = 1;
            CREATE INDEX alert_past ON alert(first) WHERE live = 0;
            CREATE TABLE deadline(
              alert TEXT COLLATE "C" NOT NULL, step BIGINT NOT NULL, level BIGINT NOT NULL, round BIGINT NOT NULL, due BIGINT NOT NULL,
              PRIMARY KEY(alert, step, level));
            CREATE INDEX deadline_due ON deadline(due);
            CREATE TABLE delivery(officer TEXT COLLATE "C" PRIMARY KEY, up_to BIGINT NOT NULL);
            """),
        new(
            "CREATE INDEX entry_duty ON entry(seq) WHERE kind >= 40 AND kind <= 54;",
            "CREATE INDEX entry_duty ON entry(seq) WHERE kind >= 40 AND kind <= 54;"),
        new(
            """
            CREATE TABLE notice(lane INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(lane, seq)) STRICT, WITHOUT ROWID;
            CREATE TABLE card(
              key TEXT PRIMARY KEY, lane INTEGER NOT NULL, due INTEGER NOT NULL, attempt INTEGER NOT NULL, dead INTEGER NOT NULL,
              body TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE INDEX card_alive ON card(lane, due, key) WHERE dead = 0;
            CREATE INDEX card_dead ON card(due, key) WHERE dead = 1;
            """,
            """
            CREATE FUNCTION json_extract(body TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS
              'SELECT regexp_replace(body, ''(?<!\\)((?:\\\\)*)\\u0000'', ''\1'', ''g'')::json #>> string_to_array(substr(path, 3), ''.'')';
            CREATE TABLE notice(lane BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY(lane, seq));
            CREATE TABLE card(
              key TEXT COLLATE "C" PRIMARY KEY, lane BIGINT NOT NULL, due BIGINT NOT NULL, attempt BIGINT NOT NULL, dead BIGINT NOT NULL,
              body TEXT COLLATE "C" NOT NULL);
            CREATE INDEX card_alive ON card(lane, due, key) WHERE dead = 0;
            CREATE INDEX card_dead ON card(due, key) WHERE dead = 1;
            """),
        new(
            "CREATE INDEX entry_maintenance ON entry(seq) WHERE kind = 57;",
            "CREATE INDEX entry_maintenance ON entry(seq) WHERE kind = 57;"),
        new(
            "CREATE INDEX entry_life ON entry(time, seq) WHERE kind < 31 AND alert <> '';",
            "CREATE INDEX entry_life ON entry(time, seq) WHERE kind < 31 AND alert <> '';"),
        new(
            """
            DROP INDEX card_alive;
            CREATE INDEX card_due ON card(due) WHERE dead = 0;
            CREATE INDEX card_next ON card(json_extract(body, '$.channel'), CASE WHEN lane <> 1 THEN 4 ELSE
              CASE WHEN CAST(json_extract(body, '$.reason') AS INTEGER) = 4 THEN 2 ELSE 0 END
              + CASE WHEN CAST(json_extract(body, '$.ifUnattended') AS TEXT) IN ('1', 'true') THEN 0 ELSE 1 END END, due, key) WHERE dead = 0;
            """,
            """
            DROP INDEX card_alive;
            CREATE INDEX card_due ON card(due) WHERE dead = 0;
            CREATE INDEX card_next ON card(json_extract(body, '$.channel'), (CASE WHEN lane <> 1 THEN 4 ELSE
              CASE WHEN CAST(json_extract(body, '$.reason') AS INTEGER) = 4 THEN 2 ELSE 0 END
              + CASE WHEN CAST(json_extract(body, '$.ifUnattended') AS TEXT) IN ('1', 'true') THEN 0 ELSE 1 END END), due, key) WHERE dead = 0;
            """),
        new(
            "CREATE INDEX entry_roster ON entry(seq) WHERE kind >= 40 AND kind <= 53 AND kind NOT IN (45, 46, 52);",
            "CREATE INDEX entry_roster ON entry(seq) WHERE kind >= 40 AND kind <= 53 AND kind NOT IN (45, 46, 52);"),
    ];

    public static int Newest => Migrations.Count;

    /// <exception cref="LedgerException">A newer program has written it.</exception>
    public static void RefuseNewer(long version)
    {
        if (version > Newest)
        {
            throw new LedgerException(
                $"The ledger has version {version}; this program knows up to {Newest}. Use the newer program, or restore the backup made before the upgrade.");
        }
    }
}
