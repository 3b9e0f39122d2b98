using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class UncertainCommitTests
{
    [Fact]
    public async Task A_commit_that_reports_failure_and_is_on_disk_all_the_same_counts_once()
    {
        await using var kit = new LedgerKit();
        var failures = 0;
        kit.Options = kit.Options with
        {
            BeforeStep = step =>
            {
                if (step == "committed" && failures is > 0 and < 3)
                {
                    failures++;
                    throw new IOException("the disk said no, and had it");
                }
            },
        };
        var ledger = kit.Open();
        var plant = new Plant();
        failures = 1;
        ledger.Post(plant.To(Severity.Yellow, kit.Now));
        ledger.Post(plant.To(Severity.Red, kit.Now + 1));
        ledger.Post(plant.To(Severity.Yellow, kit.Now + 2));
        await kit.FlushAsync();
        failures.Should().Be(3);
        var alert = kit.OnlyAlert();
        (alert.Occurrences, alert.ColourChanges, alert.Round, alert.Colour, alert.PeakColour).Should().Be((1, 2, 2, Severity.Yellow, Severity.Red));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 3));
        await kit.FlushAsync();
        (await kit.EntriesAsync()).Select(e => e.Kind).Should().Equal(
            EntryKind.Raised, EntryKind.ColourChanged, EntryKind.ColourChanged, EntryKind.ReturnedToNormal);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }
}
