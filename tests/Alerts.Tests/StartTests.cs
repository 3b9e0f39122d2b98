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
        var plan = LedgerRows.Query(connection, "EXPLAIN QUERY PLAN " + LedgerRows.DutySql, row => row.GetString(3));
        plan.Should().Contain("SCAN entry USING INDEX entry_duty").And.Contain("SCAN entry USING INDEX entry_maintenance").And.NotContain("SCAN entry");
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
