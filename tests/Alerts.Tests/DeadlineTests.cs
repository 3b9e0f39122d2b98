using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class DeadlineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Severity.Red, WorkState.Acknowledged, "00:01:00")]
    [InlineData(Severity.Yellow, WorkState.Acknowledged, "00:15:00")]
    [InlineData(Severity.Green, WorkState.Acknowledged, "04:00:00")]
    [InlineData(Severity.Fault, WorkState.Acknowledged, "1.00:00:00")]
    [InlineData(Severity.Red, WorkState.Closed, "1.00:00:00")]
    [InlineData(Severity.Yellow, WorkState.Closed, "3.00:00:00")]
    [InlineData(Severity.Green, WorkState.Closed, "7.00:00:00")]
    public async Task A_step_is_breached_when_its_time_is_up_and_not_a_microsecond_before(Severity colour, WorkState step, string within)
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(colour, kit.Now));
        await kit.FlushAsync();
        var due = TimeSpan.Parse(within, System.Globalization.CultureInfo.InvariantCulture);
        await AdvanceTo(kit, due - TimeSpan.FromMicroseconds(1));
        kit.OnlyAlert().Breaches.Should().NotContain(b => b.Step == step);
        await AdvanceTo(kit, due);
        var breach = kit.OnlyAlert().Breaches.Should().ContainSingle(b => b.Step == step).Subject;
        (breach.Level, breach.OverdueByMicros).Should().Be((1, 0L));
        await AdvanceTo(kit, due + TimeSpan.FromDays(10));
        kit.OnlyAlert().Breaches.Should().ContainSingle(b => b.Step == step);
    }

    [Fact]
    public async Task The_timer_sweeps_by_itself()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        for (var second = 0; second < 60; second++)
        {
            kit.OnlyAlert().Breaches.Should().BeEmpty();
            kit.Fake.Advance(TimeSpan.FromSeconds(1));
            await kit.FlushAsync();
        }

        await Eventually.BecomesTrue(() => kit.OnlyAlert().Breaches.Count == 1, "the timer's sweep");
    }

    [Fact]
    public async Task T12_a_deadline_that_fell_due_while_closed_is_breached_once_at_the_start_with_what_it_is_overdue_by()
    {
        const int Seed = 1212;
        var random = new Random(Seed);
        var cases = 0;
        var failures = 0;
        foreach (var (colour, within) in new[] { (Severity.Red, TimeSpan.FromHours(24)), (Severity.Yellow, TimeSpan.FromDays(3)) })
        {
            for (var i = 0; i < 40; i++)
            {
                cases++;
                await using var kit = new LedgerKit();
                var ledger = kit.Open();
                var plant = new Plant();
                ledger.Post(plant.To(colour, kit.Now));
                await kit.FlushAsync();
                await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer("wang"), "k"), Cancel);
                var stopAt = random.NextDouble() * within;
                await AdvanceTo(kit, stopAt);
                await kit.CloseAsync();
                var down = random.NextDouble() * TimeSpan.FromDays(10);
                kit.Fake.Advance(down);
                kit.Open();
                await kit.Ledger.SweepAsync(Cancel);
                await kit.ReopenAsync();
                await kit.Ledger.SweepAsync(Cancel);
                var overdue = stopAt + down - within;
                var breaches = await kit.EntriesAsync(EntryKind.Breached);
                var right = overdue < TimeSpan.Zero
                    ? breaches.Count == 0
                    : breaches.Count == 1 && Math.Abs(breaches[0].Body.Breach!.OverdueByMicros - (overdue.Ticks / 10)) <= 2;
                failures += right ? 0 : 1;
            }
        }

        Threat.Report("T-12", cases, failures, $"ledger; seed {Seed}");
        failures.Should().Be(0);
    }

    [Fact]
    public async Task What_is_done_in_time_is_never_breached()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Yellow, kit.Now));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 1));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        await ledger.AcknowledgeAsync(new AlertCommand(id, new Officer("wang"), "k1"), Cancel);
        await ledger.CloseAsync(new AlertCommand(id, new Officer("wang"), "k2"), Verdict.False, Cancel);
        await AdvanceTo(kit, TimeSpan.FromDays(30));
        (await kit.EntriesAsync(EntryKind.Breached)).Should().BeEmpty();
    }

    [Fact]
    public async Task Getting_worse_brings_deadlines_forward_and_never_puts_one_off()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        var start = kit.Now;
        ledger.Post(plant.To(Severity.Yellow, start));
        await AdvanceTo(kit, TimeSpan.FromMinutes(14.5));
        ledger.Post(plant.To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var due = kit.OnlyAlert().Deadlines.ToDictionary(d => d.Step, d => (d.DueMicros - start) / 1_000_000);
        due[WorkState.Acknowledged].Should().Be(15 * 60, "the yellow's was sooner than the red's 15 min 30 s");
        due[WorkState.Closed].Should().Be((24 * 3600) + (29 * 30));
        await AdvanceTo(kit, TimeSpan.FromMinutes(20));
        (await kit.EntriesAsync(EntryKind.Breached)).Should().ContainSingle();
    }

    [Fact]
    public async Task T11_a_clock_that_is_set_makes_no_deadline_early_or_late()
    {
        var failures = 0;
        TimeSpan[] steps = [TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(30), TimeSpan.FromDays(-30), TimeSpan.FromSeconds(30)];
        foreach (var step in steps)
        {
            var clock = new SteppingClock();
            await using var kit = new LedgerKit(clock);
            var ledger = kit.Open();
            ledger.Post(new Plant().To(Severity.Red, kit.Now));
            await kit.FlushAsync();
            clock.Inner.Advance(TimeSpan.FromSeconds(20));
            await ledger.SweepAsync(Cancel);
            clock.Set(step);
            await ledger.SweepAsync(Cancel);
            clock.Inner.Advance(TimeSpan.FromSeconds(39));
            await ledger.SweepAsync(Cancel);
            failures += kit.OnlyAlert().Breaches.Count == 0 ? 0 : 1;
            clock.Inner.Advance(TimeSpan.FromSeconds(1));
            await ledger.SweepAsync(Cancel);
            failures += kit.OnlyAlert().Breaches.Count == 1 ? 0 : 1;
            (await kit.EntriesAsync(EntryKind.ClockStepped)).Should().ContainSingle().Which.Body.ShiftMicros.Should().Be(step.Ticks / 10);
            LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
        }

        Threat.Report("T-11", steps.Length * 2, failures, "deadlines at clock steps");
        failures.Should().Be(0);
    }

    [Fact]
    public async Task A_clock_that_is_set_moves_more_deadlines_than_are_held_back_at_a_time()
    {
        const int Alerts = 10_100;
        var clock = new SteppingClock();
        await using var kit = new LedgerKit(clock);
        kit.Options = kit.Options with { QueueCapacity = 20_000, GroupCapacity = 4_096 };
        var ledger = kit.Open();
        for (var i = 0; i < Alerts; i++)
        {
            ledger.Post(new Plant($"gp-{i:D5}").To(Severity.Yellow, kit.Now));
        }

        await kit.FlushAsync();
        var before = ledger.Book.Alerts;
        clock.Set(TimeSpan.FromHours(1));
        ledger.Post(new Plant("late").To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        ledger.Book.Alerts.Should().HaveCount(Alerts + 1);
        before.Values.Should().OnlyContain(a => ledger.Book.Alerts[a.Id].Deadlines.Select(d => d.DueMicros).SequenceEqual(a.Deadlines.Select(d => d.DueMicros + 3_600_000_000)));
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_thousand_that_fall_due_at_once_are_all_breached_by_one_sweep()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        for (var i = 0; i < 1300; i++)
        {
            ledger.Post(new Plant($"gp-{i}").To(Severity.Red, kit.Now));
        }

        await kit.FlushAsync();
        await AdvanceTo(kit, TimeSpan.FromHours(2));
        (await kit.EntriesAsync(EntryKind.Breached)).Should().HaveCount(1300);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_back_is_told_a_level_up_however_much_else_was_overdue_meanwhile(bool restarts)
    {
        const string Policy = """
            deadlines:
              red:
                acknowledged: { within: 60s, repeat: 60s, levels: always, chain: [grid] }
                dispatched: { within: 5m, after: acknowledged, levels: always }
            """;
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { Deadlines = PolicyFile.Parse(Policy, "p.yaml").Policy! };
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        for (var round = 1; round <= 4; round++)
        {
            await AcknowledgeAsync(round);
            await AdvanceBy(kit, TimeSpan.FromMinutes(5));
            kit.OnlyAlert().Breaches[^1].Should().BeEquivalentTo(new { Step = WorkState.Dispatched, Level = round });
            for (var minute = 0; round == 3 && minute < 40; minute++)
            {
                await AdvanceBy(kit, TimeSpan.FromMinutes(1));
            }

            if (round == 3 && restarts)
            {
                ledger = await kit.ReopenAsync();
            }
        }

        kit.OnlyAlert().Breaches.Should().HaveCount(32);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();

        async Task AcknowledgeAsync(int round) =>
            (await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer("wang"), $"k{round}"), Cancel)).IsDone.Should().BeTrue();
    }

    [Fact]
    public async Task What_came_back_before_that_was_counted_goes_by_what_is_on_record()
    {
        const string Policy = "deadlines: { red: { dispatched: { within: 5m, after: acknowledged, levels: always } } }";
        await using var kit = new LedgerKit();
        var isBefore = true;
        kit.Options = kit.Options with { Deadlines = PolicyFile.Parse(Policy, "p.yaml").Policy!, LeavesOut = (_, _) => isBefore };
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        for (var round = 1; round <= 2; round++)
        {
            // An entry as it was written before come-backs were counted.
            (await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer("wang"), $"k{round}"), Cancel)).IsDone.Should().BeTrue();
            kit.Fake.Advance(TimeSpan.FromMinutes(5));
            var alert = kit.OnlyAlert();
            await ledger.WriteAsync(
                t =>
                {
                    var body = Escalation.Of(alert, alert.Deadlines[0], t.NowMicros, t.Policy);
                    body = body with { Escalation = body.Escalation! with { ComeBacks = null } };
                    t.Append(EntryKind.Breached, alert.Id, "deadline", DeadlineSweep.KeyOf(alert.Id, alert.Deadlines[0]), t.NowMicros, body);
                },
                Cancel);
            kit.OnlyAlert().ComeBacks.Should().BeNull();
        }

        isBefore = false;
        ledger = await kit.ReopenAsync();
        (await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer("wang"), "k3"), Cancel)).IsDone.Should().BeTrue();
        await AdvanceBy(kit, TimeSpan.FromMinutes(5));
        kit.OnlyAlert().Breaches[^1].Level.Should().Be(3);
        kit.OnlyAlert().ComeBacks.Should().Be(3);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    /// <summary>Also when more has been missed since than an alert keeps.</summary>
    [Theory]
    [InlineData("1h")]
    [InlineData("20m, repeat: 1m, levels: always")]
    public async Task What_was_missed_and_is_set_anew_by_another_policy_is_missed_anew_and_nobody_elses_time_stands_still(string closed)
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { Deadlines = Of($"yellow: {{ acknowledged: 15m, rectified: 10m, closed: {{ within: {closed} }} }}") };
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        (await ledger.AcknowledgeAsync(new AlertCommand(id, new Officer("wang"), "a"), Cancel)).IsDone.Should().BeTrue();
        await AdvanceBy(kit, TimeSpan.FromMinutes(10));
        for (var minute = 0; minute < 60; minute++)
        {
            await AdvanceBy(kit, TimeSpan.FromMinutes(1));
        }

        await ledger.UsePolicyAsync(Of("yellow: { acknowledged: 15m, rectified: { within: 10m, after: dispatched } }"), Cancel);
        (await ledger.DispatchAsync(new AlertCommand(id, new Officer("wang"), "d"), "team 3", Cancel)).IsDone.Should().BeTrue();
        ledger.Post(new Plant("gp-0002").To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        await AdvanceBy(kit, TimeSpan.FromMinutes(15));
        (await kit.EntriesAsync(EntryKind.Breached)).Where(e => e.AlertId == id && e.Body.Breach!.Step == WorkState.Rectified).Select(e => e.Body.Breach!.Level)
            .Should().Equal(1, 1);
        ledger.Book.Alerts.Values.Single(a => a.Id != id).Breaches.Should().ContainSingle("the other alert's time does not stand still");
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();

        static DeadlinePolicy Of(string colours) => PolicyFile.Parse($"deadlines: {{ {colours} }}", "p.yaml").Policy!;
    }

    /// <summary>By whatever defect: here its name is taken.</summary>
    [Fact]
    public async Task A_breach_that_cannot_be_written_stands_still_the_time_of_no_other_alert()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { SweepInterval = TimeSpan.FromDays(40) };
        var ledger = kit.Open();
        for (var i = 0; i < 20; i++)
        {
            ledger.Post(new Plant($"gp-{i:D4}").To(Severity.Yellow, kit.Now + i));
        }

        await kit.FlushAsync();
        var bad = ledger.Book.Alerts.Values.Single(a => a.Device == "gp-0007");
        var taken = DeadlineSweep.KeyOf(bad.Id, bad.Deadlines.Single(d => d.Step == WorkState.Acknowledged));
        await ledger.WriteAsync(t => t.Append(EntryKind.PolicySet, "", "system", taken, t.NowMicros, new EntryBody { Policy = new PolicyFacts("p.yaml", "") }), Cancel);
        kit.Fake.Advance(TimeSpan.FromMinutes(20));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await ledger.Awaiting(l => l.SweepAsync(Cancel)).Should().ThrowAsync<System.Data.Common.DbException>();
        }

        await ledger.SweepAsync(Cancel);
        ledger.Book.Alerts.Values.Where(a => a.Breaches.Count == 0).Select(a => a.Id).Should().Equal(bad.Id);
        await AdvanceBy(kit, TimeSpan.FromDays(3));
        ledger.Book.Alerts.Values.Where(a => a.Breaches.Count < 2).Select(a => a.Id).Should().Equal(bad.Id);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    private static async Task AdvanceBy(LedgerKit kit, TimeSpan by)
    {
        kit.Fake.Advance(by);
        await kit.Ledger.SweepAsync(Cancel);
    }

    private static async Task AdvanceTo(LedgerKit kit, TimeSpan sinceStart)
    {
        kit.Fake.Advance(LedgerKit.Start + sinceStart - kit.Fake.GetUtcNow());
        await kit.Ledger.SweepAsync(Cancel);
    }

    /// <summary>A wall clock that can be set, over a count that goes on evenly.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private TimeSpan shift;

        public FakeTimeProvider Inner { get; } = new(LedgerKit.Start);

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public void Set(TimeSpan by) => shift += by;

        public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow() + shift;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Inner.CreateTimer(callback, state, dueTime, period);
    }
}
