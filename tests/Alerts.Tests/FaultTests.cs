using Microsoft.Data.Sqlite;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>T-04 for the ledger: the disk is full, refuses, or is held by somebody else. Nothing is dropped, nothing doubled, and it recovers unaided.</summary>
public class FaultTests
{
    private const int Seed = 404;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public async Task T04_a_disk_that_fails_now_and_then_loses_and_doubles_nothing(double probability)
    {
        var random = new Random(Seed);
        var faults = 0;
        var armed = false;
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with
        {
            GroupCapacity = 16,
            LongestBackOff = TimeSpan.FromMilliseconds(10),
            BeforeStep = step =>
            {
                // A failure at "committed" is the nasty one: the rows are on disk, and the writer is told that they are not.
                if (Volatile.Read(ref armed) && random.NextDouble() < (step == "run" ? probability / 10 : probability))
                {
                    faults++;
                    throw random.Next(2) == 0 ? new SqliteException("disk I/O error", 10) : new IOException("No space left on device");
                }
            },
        };
        var ledger = kit.Open();
        Volatile.Write(ref armed, true);
        var lives = Plant.RandomLives(random, devices: 30, transitions: 400, kit.Now);
        var watching = Task.Run(async () => await ledger.Feed.Subscribe(0, 8, Cancel).Take(lives.Count).Select(e => e.Sequence).ToListAsync(Cancel), Cancel);
        foreach (var transition in lives)
        {
            ledger.Post(transition);
        }

        await kit.FlushAsync();
        Volatile.Write(ref armed, false);
        var transitions = await kit.EntriesAsync();
        var failures = Math.Abs(transitions.Count - lives.Count) + transitions.GroupBy(e => e.Key).Count(g => g.Count() > 1);
        Threat.Report("T-04", lives.Count, failures, $"ledger; probability {probability}, seed {Seed}, {faults} faults");
        faults.Should().BePositive();
        failures.Should().Be(0);
        (await watching).Should().Equal(Enumerable.Range(1, lives.Count).Select(i => (long)i), "the stream has neither gap nor repeat");
        ledger.Health.IsHealthy.Should().BeTrue();
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task T04_while_somebody_holds_the_lock_health_is_red_and_nothing_is_acknowledged()
    {
        await using var kit = new LedgerKit(TimeProvider.System);
        var ledger = kit.Open();
        ledger.Post(new Plant("before").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        Task flush;
        using (var holder = new SqliteDatabase(kit.Folder).OpenWriter())
        {
            holder.Run("BEGIN IMMEDIATE");
            ledger.Post(new Plant("during").To(Severity.Red, kit.Now));
            flush = kit.FlushAsync();
            await Eventually.BecomesTrue(() => !ledger.Health.IsWriting, "health turns red", withinSeconds: 8);
            await Eventually.BecomesTrue(() => kit.Log.Lines.Any(l => l.Id == 3003), "the writer gives up waiting and tries again");
            (flush.IsCompleted, ledger.Book.Sequence).Should().Be((false, 1L));
            holder.Run("ROLLBACK");
        }

        await flush;
        ledger.Health.IsWriting.Should().BeTrue();
        ledger.Book.Alerts.Values.Select(a => a.Device).Order(StringComparer.Ordinal).Should().Equal("before", "during");
        Threat.Report("T-04", 2, 0, "ledger; lock held by another process");
    }

    [Fact]
    public async Task T04_a_full_disk_is_waited_out()
    {
        await using var kit = new LedgerKit(TimeProvider.System);
        var full = false;
        kit.Options = kit.Options with { BeforeStep = s => { if (s == "commit" && Volatile.Read(ref full)) { throw new SqliteException("database or disk is full", 13); } } };
        var ledger = kit.Open();
        Volatile.Write(ref full, true);
        var lives = Plant.RandomLives(new Random(Seed), 20, 300, kit.Now);
        lives.ForEach(ledger.Post);
        var command = ledger.AcknowledgeAsync(new AlertCommand("none", new Officer("wang"), "k"), Cancel);
        await Eventually.BecomesTrue(() => kit.Log.Lines.Count(l => l.Id == 3003) >= 5, "several attempts");
        (ledger.Health.IsWriting, ledger.Health.Reason, command.IsCompleted, ledger.Book.Sequence)
            .Should().Match<(bool, string, bool, long)>(h => !h.Item1 && h.Item2.Contains("full") && !h.Item3 && h.Item4 == 0);
        Volatile.Write(ref full, false);
        await kit.FlushAsync();
        (await command).Outcome.Should().Be(CommandOutcome.NotFound);
        (ledger.Health.IsWriting, ledger.Book.Sequence).Should().Be((true, (long)lives.Count));
        Threat.Report("T-04", lives.Count, 0, "ledger; disk full");
    }

    [Fact]
    public async Task One_item_that_cannot_be_recorded_keeps_nothing_else_from_the_disk()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant("one").To(Severity.Red, kit.Now));
        var poisoned = new Plant("two") { Rule = new Plant().Rule with { Kind = 999 } };
        ledger.Post(poisoned.To(Severity.Red, kit.Now));
        ledger.Post(new Plant("three").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        ledger.Book.Alerts.Values.Select(a => a.Device).Should().BeEquivalentTo("one", "three");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3005).Which.Text.Should().Contain("/two/");
    }

    [Fact]
    public virtual async Task One_item_that_the_database_will_never_take_keeps_nothing_else_from_the_disk()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        using (var other = new SqliteDatabase(kit.Folder).OpenWriter())
        {
            other.Run("CREATE TRIGGER no_two BEFORE INSERT ON entry WHEN NEW.key LIKE '%/two/%' BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        }

        foreach (var device in (string[])["one", "two", "three"])
        {
            ledger.Post(new Plant(device).To(Severity.Red, kit.Now));
        }

        await kit.FlushAsync().WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Cancel);
        ledger.Book.Alerts.Values.Select(a => a.Device).Should().BeEquivalentTo("one", "three");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3005).Which.Text.Should().Contain("/two/");
        kit.Log.Lines.Should().NotContain(l => l.Id == 3003, "nothing was tried again in vain");
    }

    [Fact]
    public virtual async Task T05_a_read_is_cut_after_2_seconds_and_the_log_stays_bounded()
    {
        await using var kit = new LedgerKit(TimeProvider.System);
        using var readers = new LedgerReaders(kit.Options.Database, 1, TimeProvider.System, new AlertsMetrics(new OneMeter()));
        var ledger = kit.Open();
        Plant.RandomLives(new Random(5), 400, 8000, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();
        var endless = readers.ReadAsync(c => c.Scalar("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, entry"), Cancel);
        await endless.Invoking(e => e).Should().ThrowAsync<LedgerException>().WithMessage("*2 s*");
        var wal = new FileInfo(Path.Combine(kit.Folder, SqliteDatabase.FileName + "-wal")).Length;
        Threat.Report("T-05", 1, wal <= 64 << 20 ? 0 : 1, $"log at {wal >> 20} MiB after 8,000 transitions");
        wal.Should().BeLessThanOrEqualTo(64 << 20);
    }

    protected sealed class OneMeter : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
