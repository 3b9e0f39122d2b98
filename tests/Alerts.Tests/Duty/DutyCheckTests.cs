using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Duty checks (查岗) on a fake clock, which is at 8 o'clock of 1 March 2026: officer a is on duty.</summary>
public sealed class DutyCheckTests
{
    [Fact]
    public async Task Who_answers_in_time_is_on_record_and_nobody_is_told()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        (await kit.CheckAsync()).IsDone.Should().BeTrue();
        kit.LastCheck.Asked.Should().Equal("a");
        await kit.SecondsAsync(59);
        (await kit.AnswerAsync("b", kit.LastCheck.Id)).Outcome.Should().Be(CommandOutcome.IllegalStep, "b was not asked");
        (await kit.AnswerAsync("a", kit.LastCheck.Id)).IsDone.Should().BeTrue();
        (await kit.AnswerAsync("a", kit.LastCheck.Id)).Outcome.Should().Be(CommandOutcome.IllegalStep, "once is enough");
        await kit.SecondsAsync(10);
        kit.LastCheck.State.Should().Be(CheckState.Answered);
        kit.Kit.Ledger.Book.Alerts.Should().BeEmpty();
    }

    [Fact]
    public async Task Silence_is_told_to_the_territory_above_at_the_second_and_once()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        await kit.CheckAsync();
        var due = kit.Now + (60 * DutyKit.Second);
        await kit.SecondsAsync(59);
        kit.LastCheck.State.Should().Be(CheckState.Open);
        await kit.SecondsAsync(1);
        kit.LastCheck.Should().BeEquivalentTo(new { State = CheckState.Missed, EndedMicros = due, Supervisor = "d01", Finding = "no answer from a" });
        await kit.SecondsAsync(30);
        var alert = kit.Kit.OnlyAlert();
        alert.Should().BeEquivalentTo(new { Territory = "d01", Colour = Severity.Yellow, Kind = "duty", Address = "no answer from a", RaisedAtMicros = due });
        alert.Deadlines.Should().NotBeEmpty("it escalates like any alert");
        (await kit.Kit.EntriesAsync(EntryKind.DutyCheckEnded)).Should().ContainSingle();
        (await kit.Kit.EntriesAsync(EntryKind.Raised)).Should().ContainSingle();
    }

    [Fact]
    public async Task An_answer_that_comes_late_is_on_record_and_ends_the_condition_but_not_the_work()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        await kit.CheckAsync();
        await kit.SecondsAsync(61);
        (await kit.AnswerAsync("a", kit.LastCheck.Id)).IsDone.Should().BeTrue();
        kit.LastCheck.State.Should().Be(CheckState.Missed);
        kit.LastCheck.Replies.Should().ContainSingle();
        kit.Kit.OnlyAlert().Should().BeEquivalentTo(new { IsActive = false, IsOpen = true });
    }

    [Fact]
    public async Task An_answer_after_the_time_but_before_the_sweep_is_late_all_the_same()
    {
        await using var kit = new DutyKit();
        kit.Kit.Options = kit.Kit.Options with { SweepInterval = TimeSpan.FromDays(1) };
        await kit.Kit.ReopenAsync();
        await kit.SetAsync(DutyKit.DayAndNight);
        await kit.CheckAsync();
        kit.Kit.Fake.Advance(TimeSpan.FromSeconds(60));
        (await kit.AnswerAsync("a", kit.LastCheck.Id)).IsDone.Should().BeTrue();
        kit.LastCheck.Should().BeEquivalentTo(new { State = CheckState.Missed, Finding = "no answer from a" });
        kit.Kit.OnlyAlert().IsActive.Should().BeFalse();
    }

    [Fact]
    public async Task A_restart_forgets_no_check_and_one_that_ran_out_meanwhile_is_told_at_once()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        await kit.CheckAsync();
        await kit.Kit.CloseAsync();
        kit.Kit.Fake.Advance(TimeSpan.FromMinutes(10));
        kit.Kit.Open();
        await kit.Kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
        kit.LastCheck.State.Should().Be(CheckState.Missed);
        kit.Kit.Ledger.Book.Alerts.Should().ContainSingle();
        await kit.Kit.ReopenAsync();
        await kit.SecondsAsync(2);
        (await kit.Kit.EntriesAsync(EntryKind.DutyCheckEnded)).Should().ContainSingle();
        kit.Book.Running.Should().BeEmpty();
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task A_clock_that_is_set_makes_no_check_early_or_late(int step)
    {
        var clock = new SetClock(LedgerKit.Start);
        await using var kit = new LedgerKit(clock);
        kit.Open();
        var cancel = TestContext.Current.CancellationToken;
        var request = new DutyRequest(DutyKit.Supervisor, "", TerritoryTree.Empty);
        var roster = DutyKit.DayAndNight with { Shifts = [new ShiftRecord("all", 0, 24 * 60, 0)], Start = new DateOnly(2026, 2, 1) };
        (await kit.Ledger.DecideAsync(t => RosterCommands.Set(t, request, roster), cancel)).IsDone.Should().BeTrue();
        (await kit.Ledger.DecideAsync(t => CheckCommands.Start(t, request, DutyKit.Street, OfficerRoles.Officer, 60 * DutyKit.Second, kit.Ledger.Alarm), cancel)).IsDone.Should().BeTrue();
        clock.Pass(TimeSpan.FromSeconds(30));
        clock.Set(TimeSpan.FromSeconds(step));
        await kit.Ledger.SweepAsync(cancel);
        kit.Ledger.Book.Duty.Checks.Values.Last().State.Should().Be(CheckState.Open);
        clock.Pass(TimeSpan.FromSeconds(29));
        await kit.Ledger.SweepAsync(cancel);
        kit.Ledger.Book.Duty.Checks.Values.Last().State.Should().Be(CheckState.Open);
        clock.Pass(TimeSpan.FromSeconds(1));
        await kit.Ledger.SweepAsync(cancel);
        kit.Ledger.Book.Duty.Checks.Values.Last().State.Should().Be(CheckState.Missed);
    }

    /// <summary>Of a clock that was ahead, and is put right.</summary>
    [Theory]
    [InlineData(30, false)]
    [InlineData(30, true)]
    [InlineData(1, false)]
    public async Task A_clock_that_is_put_back_by_days_keeps_nobody_from_being_checked(int days, bool whileStopped)
    {
        var clock = new SetClock(LedgerKit.Start);
        await using var kit = new LedgerKit(clock);
        kit.Open();
        var cancel = TestContext.Current.CancellationToken;
        var request = new DutyRequest(DutyKit.Supervisor, "", TerritoryTree.Empty);
        var schedule = new CheckSchedule
        {
            Territory = DutyKit.Street, Role = OfficerRoles.Officer, Zone = "UTC", FromMinute = 0, ToMinute = 24 * 60, PerDay = 24, AnswerMicros = 60 * DutyKit.Second,
            Seed = 7, NextMicros = 0,
        };
        (await kit.Ledger.DecideAsync(t => RosterCommands.Set(t, request, DutyKit.DayAndNight), cancel)).IsDone.Should().BeTrue();
        (await kit.Ledger.DecideAsync(t => CheckCommands.Schedule(t, request, schedule), cancel)).IsDone.Should().BeTrue();
        clock.Set(TimeSpan.FromDays(days));
        await kit.Ledger.SweepAsync(cancel);
        await (whileStopped ? kit.CloseAsync() : Task.CompletedTask);
        clock.Set(TimeSpan.FromDays(-days));
        _ = whileStopped ? kit.Open() : kit.Ledger;
        await kit.Ledger.SweepAsync(cancel);
        var next = kit.Ledger.Book.Duty.Schedules.Values.Single().NextMicros;
        next.Should().Be(CheckMoments.Next(schedule, kit.Now));
        clock.Pass(TimeSpan.FromMicroseconds(next - kit.Now));
        await kit.Ledger.SweepAsync(cancel);
        kit.Ledger.Book.Duty.Checks.Values.Should().ContainSingle(c => c.AtMicros == next && c.State == CheckState.Open);
        await kit.Ledger.SweepAsync(cancel);
        (await kit.EntriesAsync(EntryKind.CheckScheduleSet)).Should().HaveCount(2, "it is put right once");
    }

    [Fact]
    public async Task A_post_with_a_roster_and_nobody_there_is_told_at_once_and_one_without_is_no_post()
    {
        await using var kit = new DutyKit();
        (await kit.CheckAsync()).Reason.Should().Contain("has no roster");
        await kit.SetAsync(DutyKit.DayAndNight with { Shifts = [new ShiftRecord("late", 20 * 60, 23 * 60, 0)] });
        await kit.CheckAsync();
        kit.LastCheck.Should().BeEquivalentTo(new { State = CheckState.Missed, Finding = "d01/s03 has no shift then" });
        kit.Kit.Ledger.Book.Alerts.Should().ContainSingle();
    }

    [Fact]
    public async Task The_same_request_sent_twice_is_one_check()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        await kit.CheckAsync(requestId: "one");
        await kit.CheckAsync(requestId: "one");
        kit.Book.Checks.Should().ContainSingle();
    }

    [Fact]
    public async Task Scheduled_checks_come_as_often_as_asked_within_the_hours_and_the_seed_alone_says_when()
    {
        var schedule = new CheckSchedule
        {
            Territory = DutyKit.Street, Role = OfficerRoles.Officer, Zone = "Asia/Shanghai", FromMinute = 9 * 60, ToMinute = 17 * 60, PerDay = 3, AnswerMicros = 60 * DutyKit.Second,
            Seed = 7, NextMicros = 0,
        };
        List<long> Moments(CheckSchedule of)
        {
            var moments = new List<long>();
            for (var at = Micros.Now(new SetClock(LedgerKit.Start)); moments.Count < 30; moments.Add(at))
            {
                at = CheckMoments.Next(of, at);
            }

            return moments;
        }

        var moments = Moments(schedule);
        var local = moments.ConvertAll(m => DateTime.UnixEpoch.AddMicroseconds(m).AddHours(8));
        local.Should().OnlyContain(t => t.Hour >= 9 && t.Hour < 17);
        local.GroupBy(t => t.Date).Skip(1).SkipLast(1).Should().OnlyContain(g => g.Count() == 3);
        Moments(schedule).Should().Equal(moments);
        Moments(schedule with { Seed = 8 }).Should().NotEqual(moments);

        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => CheckCommands.Schedule(t, r, schedule))).IsDone.Should().BeTrue();
        for (var i = 0; i < 3 * 24 * 60; i++)
        {
            await kit.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        kit.Book.Checks.Values.Should().OnlyContain(c => c.State == CheckState.Missed && c.By == "schedule" && c.Asked.Count == 1);
        kit.Book.Checks.Count.Should().Be(moments.Count(m => m <= kit.Now));
        kit.Book.Checks.Values.Zip(moments).Should().OnlyContain(p => p.First.AtMicros - p.Second >= 0 && p.First.AtMicros - p.Second < 60 * DutyKit.Second);

        // What fell due while nothing ran is said, not made up for.
        await kit.Kit.CloseAsync();
        kit.Kit.Fake.Advance(TimeSpan.FromDays(2));
        kit.Kit.Open();
        await kit.SecondsAsync(1);
        kit.LastCheck.State.Should().Be(CheckState.Skipped);
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => CheckCommands.Schedule(t, r, schedule with { PerDay = 0 }))).IsDone.Should().BeTrue();
        kit.Book.Schedules.Should().BeEmpty();
    }
}
