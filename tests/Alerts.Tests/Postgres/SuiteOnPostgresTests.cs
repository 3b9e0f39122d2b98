using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

// The ledger's suite once more, on PostgreSQL: what it promises does not depend on what is under it.

[OnPostgres]
public sealed class LifeCycleOnPostgresTests : LifeCycleTests;

[OnPostgres]
public sealed class DeadlineOnPostgresTests : DeadlineTests;

[OnPostgres]
public sealed class FeedOnPostgresTests : FeedTests;

[OnPostgres]
public sealed class UncertainCommitOnPostgresTests : UncertainCommitTests;

[OnPostgres]
public sealed class ExportOnPostgresTests : ExportTests;

[OnPostgres]
public sealed class StartOnPostgresTests : StartTests;

[OnPostgres]
public sealed class ReceiveClockAheadOnPostgresTests : ReceiveClockAheadTests;

[OnPostgres]
public sealed class BookImageOnPostgresTests : BookImageTests;

[OnPostgres]
public sealed class NoticeOnPostgresTests : NoticeTests;

[OnPostgres]
public sealed class NoticeStateOnPostgresTests : NoticeStateTests;

[OnPostgres]
public sealed class ReportOnPostgresTests : ReportTests;

[OnPostgres]
public sealed class ReportRandomOnPostgresTests : ReportRandomTests;

[OnPostgres]
public sealed class CanaryOnPostgresTests : CanaryTests;

[OnPostgres]
public sealed class LedgerOnPostgresTests : LedgerTests
{
    [Fact]
    public override async Task A_newer_ledger_and_a_foreign_file_are_refused()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        await kit.CloseAsync();
        var server = OnPostgresAttribute.Server;
        server.Sql($"UPDATE {kit.Schema}.ledger_version SET version = 999");
        kit.Invoking(k => k.Open()).Should().Throw<LedgerException>().WithMessage("*version 999*");

        var foreign = server.NewSchema();
        server.Sql($"CREATE TABLE {foreign}.alert(id INT)");
        kit.Options = kit.Options with { Postgres = PostgresPlace.Read(server.Connection(foreign)).Place };
        kit.Invoking(k => k.Open()).Should().Throw<LedgerException>().WithMessage("*is not a ledger*");
        kit.Options = kit.Options with { Postgres = PostgresPlace.Read(server.Connection("nowhere")).Place };
        kit.Invoking(k => k.Open()).Should().Throw<LedgerException>().WithMessage("*has no schema on its search path*");
    }
}

[OnPostgres]
public sealed class FaultsOnPostgresTests : FaultTests
{
    [Fact]
    public override async Task T04_while_somebody_holds_the_lock_health_is_red_and_nothing_is_acknowledged()
    {
        await using var kit = new LedgerKit(TimeProvider.System);
        var ledger = kit.Open();
        ledger.Post(new Plant("before").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        Task flush;
        using (var holder = new Npgsql.NpgsqlConnection(OnPostgresAttribute.Server.Connection(kit.Schema)))
        {
            holder.Open();
            holder.Run("BEGIN; LOCK TABLE entry IN ACCESS EXCLUSIVE MODE");
            ledger.Post(new Plant("during").To(Severity.Red, kit.Now));
            flush = kit.FlushAsync();
            await Eventually.BecomesTrue(() => !ledger.Health.IsWriting, "health turns red", withinSeconds: 120);
            await Eventually.BecomesTrue(() => kit.Log.Lines.Any(l => l.Id == 3003), "the writer gives up waiting and tries again", withinSeconds: 120);
            (flush.IsCompleted, ledger.Book.Sequence).Should().Be((false, 1L));
            holder.Run("ROLLBACK");
        }

        await flush;
        ledger.Health.IsWriting.Should().BeTrue();
        ledger.Book.Alerts.Values.Select(a => a.Device).Order(StringComparer.Ordinal).Should().Equal("before", "during");
        Threat.Report("T-04", 2, 0, "ledger on PostgreSQL; table locked by another session");
    }

    [Fact]
    public override async Task One_item_that_the_database_will_never_take_keeps_nothing_else_from_the_disk()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        OnPostgresAttribute.Server.Sql($"""
            CREATE FUNCTION {kit.Schema}.no_two() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
            CREATE TRIGGER no_two BEFORE INSERT ON {kit.Schema}.entry FOR EACH ROW WHEN (NEW.key LIKE '%/two/%') EXECUTE FUNCTION {kit.Schema}.no_two();
            """);
        foreach (var device in (string[])["one", "two", "three"])
        {
            ledger.Post(new Plant(device).To(Severity.Red, kit.Now));
        }

        await kit.FlushAsync();
        ledger.Book.Alerts.Values.Select(a => a.Device).Should().BeEquivalentTo("one", "three");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3005).Which.Text.Should().Contain("/two/");
        kit.Log.Lines.Should().NotContain(l => l.Id == 3003, "nothing was tried again in vain");
    }

    [Fact]
    public override async Task T05_a_read_is_cut_after_2_seconds_and_the_log_stays_bounded()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        using var readers = new LedgerReaders(kit.Options.Database, 1, new FakeTimeProvider(), new AlertsMetrics(new OneMeter()));
        var endless = readers.ReadAsync(c => c.Scalar("WITH RECURSIVE n(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"), Cancel);
        await endless.Invoking(e => e).Should().ThrowAsync<LedgerException>().WithMessage("*2 s*");
        (await readers.ReadAsync(c => c.Scalar("SELECT 7"), Cancel)).Should().Be(7);
        Threat.Report("T-05", 1, 0, "ledger on PostgreSQL; an endless read");
    }
}
