using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What older ledgers have: a series that was taken out of service before that had an end.</summary>
public sealed class OutOfServiceTests
{
    [Fact]
    public async Task What_was_taken_out_without_an_end_gets_the_longest_of_its_colour_at_the_next_start()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        kit.Ledger.Post(new Plant("gp-1").To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        var before = new EntryBody { Command = new CommandFacts("sensor removed") { Deadlines = [] } };
        await kit.Ledger.WriteAsync(t => t.Append(EntryKind.OutOfService, id, "wang", "command/wang/k1", t.NowMicros, before), TestContext.Current.CancellationToken);
        kit.Fake.Advance(TimeSpan.FromDays(300));
        await kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
        kit.OnlyAlert().Deadlines.Should().BeEmpty("so it was");

        await kit.ReopenAsync();
        var alert = kit.OnlyAlert();
        alert.Deadlines.Should().Equal(new Deadline(WorkState.OutOfServiceEnd, 1, 1, kit.Now + (7L * 24 * 3600 * 1_000_000)));
        alert.OutOfService!.By.Should().Be("wang", "it is still his");
        (await kit.EntriesAsync(EntryKind.OutOfService)).Select(e => e.Actor).Should().Equal("wang", "system");

        await kit.ReopenAsync();
        (await kit.EntriesAsync(EntryKind.OutOfService)).Should().HaveCount(2, "once");
        kit.Fake.Advance(TimeSpan.FromDays(7));
        await kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
        kit.OnlyAlert().OutOfService.Should().BeNull();
        kit.OnlyAlert().Deadlines.Select(d => d.Step).Should().Equal(WorkState.Acknowledged, WorkState.Closed);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }
}
