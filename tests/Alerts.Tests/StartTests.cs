using System.Diagnostics;
using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Start-up on a large ledger. Small here; PINGAN_START_ENTRIES=1000000 for the real one.</summary>
public class StartTests
{
    [Fact]
    public async Task A_start_looks_for_what_is_of_duty_by_an_index_and_not_at_every_entry()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        await kit.CloseAsync();
        using var connection = new SqliteDatabase(kit.Options.Folder).OpenWriter();
        Plan(LedgerRows.DutySql).Should().Contain("SCAN entry USING INDEX entry_roster").And.Contain("SCAN entry USING INDEX entry_maintenance").And.NotContain("SCAN entry");
        Plan(LedgerRows.ChecksSql).Should().Equal("SEARCH entry USING INDEX entry_duty (seq<?)");

        IReadOnlyList<string> Plan(string sql) =>
            LedgerRows.Query(connection, "EXPLAIN QUERY PLAN " + sql, row => row.GetString(3), ("@before", 1L), ("@limit", 1L));
    }

    /// <summary>They come day and night, for years. What a start reads is what it makes objects of.</summary>
    [Fact]
    public async Task A_start_reads_no_more_for_every_duty_check_that_there_ever_was()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { SweepInterval = TimeSpan.FromDays(40) };
        kit.Open();
        var request = new DutyRequest(DutyKit.Supervisor, "", TerritoryTree.Empty);
        var schedule = new CheckSchedule
        {
            Territory = DutyKit.Street, Role = OfficerRoles.Officer, Zone = "UTC", FromMinute = 0, ToMinute = 24 * 60, PerDay = 1, AnswerMicros = 60 * DutyKit.Second,
            Seed = 7, NextMicros = 0,
        };
        (await kit.Ledger.DecideAsync(t => RosterCommands.Set(t, request, DutyKit.DayAndNight), TestContext.Current.CancellationToken)).IsDone.Should().BeTrue();
        (await kit.Ledger.DecideAsync(t => CheckCommands.Schedule(t, request, schedule), TestContext.Current.CancellationToken)).IsDone.Should().BeTrue();
        await DaysAsync(20);
        await BytesOfStartAsync();
        var few = await BytesOfStartAsync();
        await DaysAsync(60);
        (await BytesOfStartAsync()).Should().BeLessThan(few * 5 / 4);

        // A hundred checks a day: a scheduled one, and others of which the last is still open.
        async Task DaysAsync(int days)
        {
            for (var day = 0; day < days; day++)
            {
                kit.Fake.Advance(TimeSpan.FromDays(1));
                await kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
                await kit.Ledger.WriteAsync(
                    t =>
                    {
                        for (var i = 1; i < 100; i++)
                        {
                            var own = DutyRoster.Own(t.Duty, DutyKit.Street, OfficerRoles.Officer, t.NowMicros);
                            var check = CheckCommands.Begin(t, DutyKit.Street, OfficerRoles.Officer, "boss", 60 * DutyKit.Second, own);
                            request.Append(t, EntryKind.DutyChecked, new DutyFacts { Check = check });
                            check = check with { State = CheckState.Answered, EndedMicros = t.NowMicros, Replies = [new CheckReply("a", t.NowMicros, "here")] };
                            _ = i == 99 ? null : request.Append(t, EntryKind.DutyCheckEnded, new DutyFacts { Check = check });
                        }
                    },
                    TestContext.Current.CancellationToken);
            }
        }

        async Task<long> BytesOfStartAsync()
        {
            var before = kit.Ledger.Book.Duty;
            await kit.CloseAsync();
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            kit.Open();
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            var after = kit.Ledger.Book.Duty;
            after.Checks.Keys.Should().Equal(before.Checks.Keys);
            after.Running.Should().Equal(before.Running).And.ContainSingle();
            after.Schedules.Should().Equal(before.Schedules);
            return bytes;
        }
    }

    [Fact]
    public async Task A_start_reads_the_live_alerts_and_not_the_whole_ledger()
    {
        var entries = int.Parse(Environment.GetEnvironmentVariable("PINGAN_START_ENTRIES") ?? "20000", CultureInfo.InvariantCulture);
        await using var kit = new LedgerKit(TimeProvider.System);
        var ledger = kit.Open();
        var start = kit.Now;
        var writing = Stopwatch.StartNew();

        // A tenth of the entries are alerts that stay open; the rest is the toggling of the same series.
        var plants = Enumerable.Range(0, entries / 10).Select(i => new Plant($"gp-{i:D6}")).ToArray();
        for (var i = 0; i < entries; i++)
        {
            ledger.Post(plants[i % plants.Length].To(i / plants.Length % 2 == 0 ? Severity.Yellow : Severity.Normal, start + i));
        }

        await kit.FlushAsync();
        var written = writing.Elapsed;
        await kit.CloseAsync();
        var before = Environment.CpuUsage.TotalTime;
        var opening = Stopwatch.StartNew();
        ledger = kit.Open();
        var opened = opening.Elapsed;
        var processor = Environment.CpuUsage.TotalTime - before;
        ledger.Book.Alerts.Should().HaveCount(entries / 10);
        ledger.Book.Sequence.Should().Be(entries);
        await kit.CloseAsync();
        var verifying = Stopwatch.StartNew();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"start: {entries} entries, {entries / 10} live alerts: written at {entries / written.TotalSeconds:F0}/s, opened in {opened.TotalMilliseconds:F0} ms ({processor.TotalMilliseconds:F0} ms of processor), verified in {verifying.Elapsed.TotalSeconds:F1} s");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
