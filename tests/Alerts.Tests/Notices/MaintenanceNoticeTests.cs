using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What a maintenance window does to notices, and a shelf.</summary>
public sealed class MaintenanceNoticeTests
{
    private static readonly Officer Boss = new("boss");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_window_holds_the_notice_back_counts_it_and_tells_at_its_end_what_is_still_active()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        await PlanAsync(kit, TimeSpan.FromMinutes(10));
        var (stays, goes) = (kit.At("stays", "d01/s03/c07/g01"), kit.At("goes", "d01/s03/c07/g02"));
        await kit.PostAsync(stays.To(Severity.Yellow, kit.Kit.Now), goes.To(Severity.Yellow, kit.Kit.Now), kit.At("beside", "d01/s03/c08").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        kit.Sent.Select(s => s.Message.Alert.Device).Distinct().Should().Equal("beside");
        kit.Kit.Ledger.Book.Alerts.Should().HaveCount(3);
        (await HeldAsync(kit)).Should().Be(2);
        await kit.PostAsync(goes.To(Severity.Normal, kit.Kit.Now));
        kit.Sent.Clear();
        kit.Kit.Fake.Advance(TimeSpan.FromMinutes(11));
        await kit.Kit.Ledger.SweepAsync(Cancel);
        await kit.LookAsync();
        kit.Sent.Where(s => s.Message.Card.Reason == NoticeReason.AfterMaintenance).Select(s => s.Message.Alert.Device).Distinct().Should().Equal("stays");
        kit.Sent.First(s => s.Message.Card.Reason == NoticeReason.AfterMaintenance).Message.Subject.Should().Contain("检修结束仍未恢复");
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task Red_goes_out_in_a_window_that_no_second_person_has_confirmed()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        await PlanAsync(kit, TimeSpan.FromMinutes(10), asksRed: true);
        await kit.PostAsync(kit.At("red-1", "d01/s03/c07/g01").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        kit.Sent.Select(s => s.Message.Alert.Device).Distinct().Should().Equal("red-1");
        (await kit.Kit.Ledger.DecideAsync(
            t => MaintenanceCommands.ConfirmRed(t, new DutyRequest(new Officer("li"), "", TerritoryTree.Empty), kit.Kit.Ledger.Book.Duty.Maintenance[0].Id), Cancel))
            .IsDone.Should().BeTrue();
        kit.Sent.Clear();
        await kit.PostAsync(kit.At("red-2", "d01/s03/c07/g02").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync(20);
        kit.Sent.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_said_of_a_shelved_alert_is_held_but_for_what_is_overdue()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Kit.Options = kit.Kit.Options with { Deadlines = DeadlinePolicy.Default };
        kit.Open();
        var plant = kit.At("shelved", "d01/s03/c07/g01");
        await kit.PostAsync(plant.To(Severity.Green, kit.Kit.Now));
        var command = new AlertCommand(kit.Kit.OnlyAlert().Id, Boss, "k", "works");
        (await kit.Kit.Ledger.ShelveAsync(command, TimeSpan.FromHours(1), Cancel)).IsDone.Should().BeTrue();
        await kit.LookAsync();
        kit.Sent.Should().BeEmpty();
        (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Sum(e => e.Body.Notice!.Plan!.Held.GetValueOrDefault("shelved")).Should().BeGreaterThan(0);

        // Worse ends the shelf, and is told.
        await kit.PostAsync(plant.To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync(1);
        kit.Sent.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Two_thousand_that_were_held_are_all_told_of_at_the_end_and_nothing_is_told_twice()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        await PlanAsync(kit, TimeSpan.FromMinutes(10));
        await kit.PostAsync([.. Enumerable.Range(0, 2_000).Select(i => kit.At($"gp-{i:D4}", $"d01/s03/c07/g{i % 50:D2}").To(Severity.Yellow, kit.Kit.Now))]);
        await kit.LookAsync();
        kit.Kit.Fake.Advance(TimeSpan.FromMinutes(10));
        await kit.Kit.Ledger.SweepAsync(Cancel);
        await kit.Kit.ReopenAsync();
        var told = await kit.Kit.EntriesAsync(EntryKind.MaintenanceOver);
        told.Should().OnlyContain(e => e.Body.MaintenanceOver!.IsTold);
        told.Select(e => e.AlertId).Should().OnlyHaveUniqueItems().And.HaveCount(2_000);
        var duty = kit.Kit.Ledger.Book.Duty;
        (duty.Maintenance.Length, duty.PastMaintenance.Count).Should().Be((0, 1));
        kit.Kit.Ledger.Book.Alerts.Values.Should().OnlyContain(a => a.Maintenance == null);
    }

    private static async Task<int> HeldAsync(NoticeKit kit) =>
        (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Sum(e => e.Body.Notice!.Plan!.Held.GetValueOrDefault("maintenance"))
        / kit.Config.Contacts.Count(c => c.Territory == "d01/s03");

    private static async Task PlanAsync(NoticeKit kit, TimeSpan time, bool asksRed = false)
    {
        var window = new MaintenanceRecord
        {
            Id = 0, Scope = new AlertScope { Territory = "d01/s03/c07" }, FromMicros = kit.Kit.Now, ToMicros = kit.Kit.Now + (long)time.TotalMicroseconds, Reason = "test", By = "",
            AsksRed = asksRed,
        };
        (await kit.Kit.Ledger.DecideAsync(t => MaintenanceCommands.Plan(t, new DutyRequest(Boss, "", TerritoryTree.Empty), window), Cancel)).IsDone.Should().BeTrue();
    }
}
