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
        failures.Should().BeGreaterThan(1);
        var alert = kit.OnlyAlert();
        (alert.Occurrences, alert.ColourChanges, alert.Round, alert.Colour, alert.PeakColour).Should().Be((1, 2, 2, Severity.Yellow, Severity.Red));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 3));
        await kit.FlushAsync();
        (await kit.EntriesAsync()).Select(e => e.Kind).Should().Equal(
            EntryKind.Raised, EntryKind.ColourChanged, EntryKind.ColourChanged, EntryKind.ReturnedToNormal);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }
    /// <summary>Without a request id, and where a second time would be refused.</summary>
    [Fact]
    public async Task What_people_asked_for_is_done_once_too_and_answered_as_it_was_done()
    {
        await using var kit = new LedgerKit();
        var isToFail = 0;
        kit.Options = kit.Options with
        {
            BeforeStep = step =>
            {
                if (step == "committed" && Interlocked.Exchange(ref isToFail, 0) == 1)
                {
                    throw new IOException("the disk said no, and had it");
                }
            },
        };
        var ledger = kit.Open();
        var request = new DutyRequest(DutyKit.Supervisor, "", TerritoryTree.Empty);
        (await DoAsync(t => RosterCommands.Set(t, request, DutyKit.DayAndNight))).IsDone.Should().BeTrue();
        var change = new DutyChange
        {
            Id = 0, Territory = DutyKit.Street, Role = OfficerRoles.Officer, FromMicros = kit.Now, ToMicros = kit.Now + DutyKit.Hour, Instead = "c",
        };
        var done = await DoAsync(t => RosterCommands.Override(t, request, change));
        var made = ledger.Book.Duty.PostOf(DutyKit.Street, OfficerRoles.Officer).Changes.Should().ContainSingle().Subject;
        done.Entry!.Body.Duty!.Changes!.Single().Id.Should().Be(made.Id);

        var chief = new Officer("chief") { Roles = OfficerRoles.All };
        var li = new OfficerRecord("li", "", "", OfficerRoles.Officer, DutyKit.Street);
        (await DoAsync(t => OfficerBookCommands.Set(t, li, chief, isNew: true, _ => true))).Outcome.Should().Be(CommandOutcome.Done);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();

        async Task<CommandResult> DoAsync(Func<LedgerTransaction, CommandResult> decide)
        {
            Volatile.Write(ref isToFail, 1);
            return await ledger.DecideAsync(decide, TestContext.Current.CancellationToken);
        }
    }
}
