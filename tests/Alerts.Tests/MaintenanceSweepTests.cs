using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The end of a window that takes several commits, when one of them fails.</summary>
public sealed class MaintenanceSweepTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What a sweep has taken up and could not write is still to be told, the worst of it first.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_commit_that_fails_keeps_nobody_from_being_told(int failing)
    {
        var clock = new TimelineClock(LedgerKit.Start);
        await using var kit = new LedgerKit(clock);
        var commits = 0;
        var isArmed = false;
        kit.Options = kit.Options with
        {
            LongestBackOff = TimeSpan.FromMilliseconds(10), Synchronous = "OFF", Deadlines = DeadlinePolicy.Default,
            BeforeStep = s =>
            {
                if (s == "commit" && Volatile.Read(ref isArmed) && ++commits == failing)
                {
                    throw new IOException("No space left on device");
                }
            },
        };
        var ledger = kit.Open();
        await PlanAsync(kit, TimeSpan.FromMinutes(10));
        for (var i = 0; i < 700; i++)
        {
            var plant = new Plant($"gp-{i:D4}");
            ledger.Post(plant.To(i % 2 == 0 ? Severity.Yellow : Severity.Red, kit.Now));
        }

        await kit.FlushAsync();
        ledger.Book.Alerts.Values.Should().HaveCount(700).And.OnlyContain(a => a.Maintenance!.IsHeld);
        clock.Advance(TimeSpan.FromMinutes(10));
        Volatile.Write(ref isArmed, true);
        await ledger.SweepAsync(Cancel);
        commits.Should().BeGreaterThanOrEqualTo(3);
        var told = await kit.EntriesAsync(EntryKind.MaintenanceOver);
        told.Should().OnlyContain(e => e.Body.MaintenanceOver!.IsTold);
        told.Select(e => e.AlertId).Should().OnlyHaveUniqueItems().And.HaveCount(700);
        var colours = ledger.Book.Alerts.Values.ToDictionary(a => a.Id, a => a.Colour, StringComparer.Ordinal);
        told.Select(e => colours[e.AlertId]).Should().BeInDescendingOrder(Comparer<Severity>.Create((a, b) => Colours.Rank(a).CompareTo(Colours.Rank(b))));
        ledger.Book.Duty.Maintenance.Should().BeEmpty();
        ledger.Book.Alerts.Values.Should().OnlyContain(a => a.Maintenance == null);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    private static async Task PlanAsync(LedgerKit kit, TimeSpan time)
    {
        var window = new MaintenanceRecord
        {
            Id = 0, Scope = new AlertScope { Territory = "d01/s03/c07" }, FromMicros = kit.Now, ToMicros = kit.Now + (long)time.TotalMicroseconds, Reason = "test", By = "",
            AsksRed = true,
        };
        (await kit.Ledger.DecideAsync(t => MaintenanceCommands.Plan(t, new DutyRequest(new Officer("boss"), "", TerritoryTree.Empty), window), Cancel))
            .IsDone.Should().BeTrue();
        (await kit.Ledger.DecideAsync(
            t => MaintenanceCommands.ConfirmRed(t, new DutyRequest(new Officer("li"), "", TerritoryTree.Empty), kit.Ledger.Book.Duty.Maintenance[0].Id), Cancel))
            .IsDone.Should().BeTrue();
    }
}
