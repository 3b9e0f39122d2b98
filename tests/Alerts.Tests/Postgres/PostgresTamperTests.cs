using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>T-27 where the ledger is on a database's server: whatever its administrator changes behind the ledger's back is found.</summary>
[OnPostgres]
public sealed class PostgresTamperTests
{
    private const string BadHash = "decode(repeat('00', 32), 'hex')";

    private static readonly (string Name, string Sql, long? FirstBad)[] Edits =
    [
        ("time", "UPDATE entry SET time = time + 1 WHERE seq = 40", 40),
        ("kind", "UPDATE entry SET kind = 5 WHERE seq = 41", 41),
        ("actor", "UPDATE entry SET actor = 'somebody' WHERE seq = 43", 43),
        ("key", "UPDATE entry SET key = key || 'x' WHERE seq = 44", 44),
        ("body", "UPDATE entry SET body = replace(body, '481.5', '401.5') WHERE seq = 45", 45),
        ("previous hash", $"UPDATE entry SET prev = {BadHash} WHERE seq = 46", 46),
        ("hash", $"UPDATE entry SET hash = {BadHash} WHERE seq = 47", 47),
        ("first removed", "DELETE FROM entry WHERE seq = 1", 1),
        ("one removed", "DELETE FROM entry WHERE seq = 100", 100),
        ("tail cut off", "DELETE FROM entry WHERE seq > 200", 201),
        ("all removed", "TRUNCATE entry", 1),
        ("two swapped", "UPDATE entry SET seq = -1 WHERE seq = 50; UPDATE entry SET seq = 50 WHERE seq = 51; UPDATE entry SET seq = 51 WHERE seq = -1", 50),
        ("book colour", "UPDATE alert SET state = replace(state, '\"peakColour\":3', '\"peakColour\":1')", null),
        ("book row removed", "DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)", null),
        ("deadline put off", "UPDATE deadline SET due = due + 1", null),
        ("delivery invented", "INSERT INTO delivery VALUES('nobody', 3)", null),
        ("trigger off", "ALTER TABLE entry DISABLE TRIGGER entry_keeps", null),
        ("trigger of another kind", "CREATE TRIGGER more BEFORE INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps()", null),
        ("function emptied", "CREATE OR REPLACE FUNCTION ledger_keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", null),
        ("rule", "CREATE RULE quiet AS ON DELETE TO entry DO INSTEAD NOTHING", null),
        ("index gone", "DROP INDEX entry_key", null),
        ("default", "ALTER TABLE entry ALTER COLUMN actor SET DEFAULT 'nobody'", null),
        ("column", "ALTER TABLE card ADD COLUMN more TEXT", null),
        ("not logged", "ALTER TABLE delivery SET UNLOGGED", null),
        ("rows of another table", "CREATE TABLE shadow() INHERITS (entry)", null),
        ("row security", "ALTER TABLE entry ENABLE ROW LEVEL SECURITY", null),
    ];

    private static PostgresServer Server => OnPostgresAttribute.Server;

    [Fact]
    public async Task T27_what_an_administrator_changes_is_found_with_its_sequence()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        Plant.RandomLives(new Random(2727), 60, 450, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();
        await ledger.ConfirmDeliveryAsync(new Officer("王"), 100, default);
        await kit.CloseAsync();
        var file = Path.Combine(kit.Folder, "backup");
        LedgerBackup.Take(kit.Options, file, kit.Clock).Findings.Should().BeEmpty();
        var missed = new List<string>();
        foreach (var (name, sql, firstBad) in Edits)
        {
            var schema = Server.NewSchema();
            var edited = kit.Options with { Postgres = PostgresPlace.Read(Server.Connection(schema)).Place };
            LedgerBackup.Restore(file, edited).Findings.Should().BeEmpty();
            Edit(schema, sql);
            var report = LedgerVerifier.Verify(edited);
            if (report.IsSound || report.FirstBadSequence != firstBad)
            {
                missed.Add($"{name}: first bad {report.FirstBadSequence}, expected {firstBad}: {string.Join("; ", report.Findings)}");
            }
        }

        Threat.Report("T-27", Edits.Length, missed.Count, "edits by PostgreSQL's administrator");
        missed.Should().BeEmpty();
    }

    [Theory]
    [InlineData("UPDATE entry SET actor = 'x'")]
    [InlineData("DELETE FROM entry")]
    [InlineData("TRUNCATE entry")]
    [InlineData("SET session_replication_role = replica; DELETE FROM entry")]
    public async Task Entries_can_neither_be_changed_nor_removed_by_plain_SQL(string sql)
    {
        await using var kit = new LedgerKit();
        kit.Open().Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        Server.Invoking(s => s.Sql($"SET search_path = {kit.Schema}; {sql}")).Should().Throw<Exception>().WithMessage("*the ledger is append-only*");
        Server.Sql($"SELECT count(*) FROM {kit.Schema}.entry").Should().Be("1");
    }

    /// <summary>What only somebody does who may do anything there: the triggers are put out of force, and back after.</summary>
    internal static void Edit(string schema, string sql) => Server.Sql(
        $"SET search_path = {schema}; "
        + (sql.Contains("entry", StringComparison.Ordinal) && !sql.Contains("TRIGGER", StringComparison.Ordinal)
            ? $"ALTER TABLE entry DISABLE TRIGGER ALL; {sql}; ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_keeps; ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_stays"
            : sql));
}
