using Microsoft.Data.Sqlite;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The notice that tells that notices arrive, and the alarm when it does not.</summary>
public class CanaryTests
{
    private const string Yaml = NoticeTests.Yaml + "\ncanary: { channel: hook, every: 60s }";

    [Fact]
    public async Task It_goes_the_whole_way_every_minute_and_takes_nobodys_share()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        for (var second = 0; second < 300; second++)
        {
            await kit.LookAsync(1);
        }

        kit.SentTo("canary").Should().HaveCount(5);
        kit.Sent.Should().OnlyContain(s => s.Message.Recipient.Name == "canary" && s.Channel == "hook");
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Should().HaveCount(5);
        await kit.Office.Canary.CheckAsync();
        kit.Office.Health.Fault.Should().BeNull();
        kit.Office.Health.CanaryMicros.Should().BePositive();
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task Its_absence_is_an_alarm_by_the_fallback_and_ends_when_it_is_back()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Answer = (channel, _) => channel.Name == "hook" ? "status 503" : "";
        kit.Open();
        await RunAsync(kit, 178);
        kit.Office.Health.Fault.Should().BeNull("three may be missing");
        await RunAsync(kit, 120);
        kit.Office.Health.Fault.Should().Contain("canary");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3208);
        kit.Sent.Should().ContainSingle().Which.Channel.Should().Be("calls");
        kit.Sent[0].Message.Card.Reason.Should().Be(NoticeReason.CanaryLate);
        (await kit.Office.ListDeadAsync(10, TestContext.Current.CancellationToken)).Should().BeEmpty("a canary that fails is followed by the next, and by no fallback of its own");

        var alert = kit.Kit.OnlyAlert();
        (alert.RuleId, alert.Colour, alert.IsActive).Should().Be(("system-canary", Severity.Red, true));
        kit.RestartOffice();
        await RunAsync(kit, 20);
        kit.Office.Health.IsCanaryLate.Should().BeFalse("the time counts from the start");
        kit.Kit.OnlyAlert().IsActive.Should().BeTrue("that none is late is no canary that has come through");

        kit.Answer = (_, _) => "";
        await RunAsync(kit, 100);
        kit.Office.Health.Fault.Should().BeNull();
        kit.Kit.OnlyAlert().IsActive.Should().BeFalse();
        kit.Sent.Should().Contain(s => s.Message.Recipient.Name == "chief" && s.Message.Alert.Id == alert.Id);
        (await kit.Kit.EntriesAsync(EntryKind.Raised)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_fallback_that_takes_nothing_is_tried_again_and_said()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Answer = (_, _) => "status 503";
        kit.Open();
        await RunAsync(kit, 310);
        kit.Log.Lines.Count(l => l.Id == 3210).Should().Be(3, "at once, and every minute");
        kit.Answer = (channel, _) => channel.Name == "hook" ? "status 503" : "";
        await RunAsync(kit, 61);
        kit.Sent.Should().ContainSingle().Which.Channel.Should().Be("calls");
        await RunAsync(kit, 600);
        kit.Sent.Should().ContainSingle("once an hour is enough, and its alert is not called for as well");
    }

    [Fact]
    public async Task Where_there_is_no_canary_any_more_the_alarm_ends_and_where_nobody_is_told_any_more_too()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Answer = (_, _) => "status 503";
        kit.Open();
        await RunAsync(kit, 200);
        kit.Kit.OnlyAlert().IsActive.Should().BeTrue();
        var file = kit.Config;
        kit.Config = NoticeFile.Parse(NoticeTests.Yaml, "n").Config!;
        await RunAsync(kit, 2);
        kit.Kit.OnlyAlert().IsActive.Should().BeFalse();
        kit.Config = file;
        await RunAsync(kit, 200);
        kit.Kit.OnlyAlert().IsActive.Should().BeTrue();
        await kit.Kit.CloseAsync();
        kit.Kit.Options = kit.Kit.Options with { KeepsNotices = false };
        kit.Kit.Open();
        kit.Kit.OnlyAlert().IsActive.Should().BeFalse();
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
    }

    /// <summary>Whatever the outbox stumbles over at each look, the alarm is raised.</summary>
    [Fact]
    public async Task An_outbox_that_cannot_be_worked_on_raises_the_alarm()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Kit.Open();
        await using var office = kit.MakeOffice(kit, new BrokenRoster());
        await kit.PostAsync(kit.At("a", "d01").To(Severity.Red, kit.Kit.Now));
        for (var second = 0; second < 184; second++)
        {
            kit.Kit.Fake.Advance(TimeSpan.FromSeconds(1));
            await FluentActions.Awaiting(() => office.RunOnceAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<InvalidOperationException>();
            await office.Canary.CheckAsync();
        }

        kit.Kit.Ledger.Book.Alerts.Values.Should().Contain(a => a.RuleId == "system-canary" && a.IsActive);
    }

    private sealed class BrokenRoster : IDutyRoster
    {
        public IReadOnlyList<Recipient> OnDuty(string territory, OfficerRoles role, long atMicros) => throw new InvalidOperationException("broken");
    }

    [Fact]
    public async Task A_ledger_that_cannot_write_is_told_past_it()
    {
        await using var kit = new NoticeKit(Yaml);
        var broken = false;
        kit.Kit.Options = kit.Kit.Options with
        {
            LongestBackOff = TimeSpan.FromMilliseconds(5),
            BeforeStep = step =>
            {
                if (Volatile.Read(ref broken) && step == "commit")
                {
                    throw new SqliteException("disk I/O error", 10);
                }
            },
        };
        kit.Open();
        await kit.LookAsync();
        await kit.Office.Canary.CheckAsync();
        Volatile.Write(ref broken, true);
        kit.Kit.Fake.Advance(TimeSpan.FromSeconds(61));
        var stuck = kit.Office.RunOnceAsync(TestContext.Current.CancellationToken);
        kit.Kit.Fake.Advance(TimeSpan.FromSeconds(180));
        await kit.Office.Canary.CheckAsync();
        kit.Sent.Should().Contain(s => s.Channel == "calls" && s.Message.Card.Reason == NoticeReason.CanaryLate);
        Volatile.Write(ref broken, false);
        kit.Kit.Fake.Advance(TimeSpan.FromSeconds(1));
        await stuck;
    }

    [Theory]
    [InlineData("canary: { channel: hok }", "did you mean 'hook'?")]
    [InlineData("canary: { channel: hook, every: 1s }", "expected 10s to 1h")]
    [InlineData("canary: { channel: hook, late: 1m }", "expected 2m to 1d")]
    [InlineData("canary: hook", "expected a mapping")]
    public void What_is_wrong_with_it_is_said(string line, string says) =>
        NoticeFile.Parse(NoticeTests.Yaml + "\n" + line, "n").Errors.Should().ContainSingle().Which.Message.Should().Contain(says);

    private static async Task RunAsync(NoticeKit kit, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            await kit.LookAsync(1);
            await kit.Office.Canary.CheckAsync();
        }
    }
}
