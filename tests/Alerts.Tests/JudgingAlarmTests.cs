using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What could not be judged, or not be recorded, is not silently taken to be safe: officers are told.</summary>
public sealed class JudgingAlarmTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Officers_are_told_once_and_it_ends_when_nothing_has_failed_for_a_while_also_across_a_start()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var failures = 0L;
        await using (var alarm = Make(kit, () => failures))
        {
            await alarm.LookAsync(Cancel);
            kit.Ledger.Book.Alerts.Should().BeEmpty();
            failures = 3;
            await alarm.LookAsync(Cancel);
            var alert = kit.OnlyAlert();
            (alert.RuleId, alert.Colour, alert.IsActive).Should().Be(("system-judging", Severity.Red, true));
            failures = 4;
            kit.Fake.Advance(JudgingAlarm.Quiet / 2);
            await alarm.LookAsync(Cancel);
            kit.Fake.Advance(JudgingAlarm.Quiet / 2);
            await alarm.LookAsync(Cancel);
            (await kit.EntriesAsync(EntryKind.Raised)).Should().ContainSingle("it goes on");
            (await kit.EntriesAsync(EntryKind.ReturnedToNormal)).Should().BeEmpty("it has failed again since");
        }

        await kit.ReopenAsync();
        await using var next = Make(kit, () => 0);
        await next.LookAsync(Cancel);
        kit.OnlyAlert().IsActive.Should().BeTrue("nobody knows yet that it is over");
        kit.Fake.Advance(JudgingAlarm.Quiet);
        await next.LookAsync(Cancel);
        kit.OnlyAlert().IsActive.Should().BeFalse();
    }

    [Fact]
    public async Task A_transition_that_cannot_be_recorded_is_told_too()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { Spoils = (kind, body) => body.Transition?.Device == "bad" ? throw new InvalidOperationException("a defect") : body };
        var ledger = kit.Open();
        ledger.Post(new Plant("bad").To(Severity.Red, kit.Now));
        ledger.Post(new Plant("good").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        ledger.LeftOut.Should().Be(1);
        await using var alarm = Make(kit, () => 0);
        await alarm.LookAsync(Cancel);
        ledger.Book.Alerts.Values.Select(a => a.Device).Should().BeEquivalentTo("good", "judging");
    }

    private static JudgingAlarm Make(LedgerKit kit, Func<long> failures) => new(kit.Ledger, failures, kit.Clock, NullLogger<JudgingAlarm>.Instance);
}
