namespace PingAnIoT.Alerts.Tests;

/// <summary>A request id that was used for something else never answers that this was done.</summary>
public sealed class RequestIdTests
{
    private static readonly AlertScope Scope = new() { Territory = DutyKit.Street };

    [Fact]
    public async Task A_confirmation_is_no_end_of_a_window_and_no_other_window()
    {
        await using var kit = new DutyKit();
        var (one, two) = (await PlanAsync(kit, Scope, "p1"), await PlanAsync(kit, Scope with { Kind = "gas-pipe" }, "p2"));
        var li = new Officer("li");
        (await ConfirmAsync(one)).IsDone.Should().BeTrue();
        Refused(await kit.DoAsync(li, (t, r) => MaintenanceCommands.End(t, r, one), "x"));
        kit.Book.Maintenance.Should().OnlyContain(w => w.EndedBy == "", "the window is not ended, and nobody was told so");
        Refused(await ConfirmAsync(two));
        Refused(await kit.DoAsync(li, (t, r) => MaintenanceCommands.Plan(t, r, Window(Scope, kit)), "x"));
        (await ConfirmAsync(one)).IsDone.Should().BeTrue("the same request twice is one");

        (await kit.DoAsync(li, (t, r) => MaintenanceCommands.End(t, r, one), "y")).IsDone.Should().BeTrue();
        Refused(await kit.DoAsync(li, (t, r) => MaintenanceCommands.End(t, r, two), "y"));
        Refused(await kit.DoAsync(li, (t, r) => MaintenanceCommands.ConfirmRed(t, r, one), "y"));
        (await kit.DoAsync(li, (t, r) => MaintenanceCommands.End(t, r, one), "y")).IsDone.Should().BeTrue();

        (await PlanAsync(kit, Scope, "p1")).Should().Be(one);
        Refused(await kit.DoAsync(DutyKit.Supervisor, (t, r) => MaintenanceCommands.Plan(t, r, Window(Scope with { Device = "gp-1" }, kit)), "p1"));
        Refused(await kit.DoAsync(DutyKit.Supervisor, (t, r) => MaintenanceCommands.End(t, r, two), "p2"));

        Task<CommandResult> ConfirmAsync(long id) => kit.DoAsync(li, (t, r) => MaintenanceCommands.ConfirmRed(t, r, id), "x");
    }

    [Fact]
    public async Task Rosters_overrides_and_swaps()
    {
        await using var kit = new DutyKit();
        (await RosterAsync(DutyKit.DayAndNight)).IsDone.Should().BeTrue();
        (await RosterAsync(DutyKit.DayAndNight)).IsDone.Should().BeTrue();
        Refused(await RosterAsync(DutyKit.DayAndNight with { Territory = "d01/s04" }));
        Refused(await RosterAsync(DutyKit.DayAndNight with { RotateDays = 7 }));
        Refused(await RosterAsync(DutyKit.DayAndNight with { Teams = [["a"], ["c"]] }));
        Refused(await RosterAsync(DutyKit.DayAndNight with { Shifts = [DutyKit.DayAndNight.Shifts[0]] }));
        Refused(await RosterAsync(DutyKit.DayAndNight with { FromMicros = kit.Now + DutyKit.Hour }));

        var change = new DutyChange { Id = 0, Territory = DutyKit.Street, Role = OfficerRoles.Officer, FromMicros = kit.Now, ToMicros = kit.Now + DutyKit.Hour, Instead = "c" };
        var made = await OverrideAsync(change);
        (await OverrideAsync(change)).Entry!.Sequence.Should().Be(made.Entry!.Sequence);
        Refused(await OverrideAsync(change with { Instead = "d" }));
        var id = made.Entry.Body.Duty!.Changes![0].Id;
        Refused(await kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Cancel(t, r, id), "o"));
        kit.Book.PostOf(DutyKit.Street, OfficerRoles.Officer).Changes.Should().ContainSingle();
        (await CancelAsync(id)).IsDone.Should().BeTrue();
        (await CancelAsync(id)).IsDone.Should().BeTrue();
        Refused(await CancelAsync(id + 1));

        var swap = new SwapRecord
        {
            Id = 0, Territory = DutyKit.Street, Role = OfficerRoles.Officer, Asker = "", Other = "c", State = SwapState.Asked, By = "",
            FromMicros = kit.Now + (2 * DutyKit.Hour), ToMicros = kit.Now + (3 * DutyKit.Hour),
        };
        var asked = await AskAsync(swap);
        (await AskAsync(swap)).Entry!.Sequence.Should().Be(asked.Entry!.Sequence);
        Refused(await AskAsync(swap with { Other = "d" }));
        var number = asked.Entry.Body.Duty!.Swap!.Id;
        Refused(await AnswerAsync("a", SwapAnswer.Withdraw, "s"));
        (await AnswerAsync("c", SwapAnswer.Decline, "s")).IsDone.Should().BeTrue();
        (await AnswerAsync("c", SwapAnswer.Decline, "s")).IsDone.Should().BeTrue();
        Refused(await AnswerAsync("c", SwapAnswer.Agree, "s"));

        Task<CommandResult> RosterAsync(RosterRecord roster) => kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Set(t, r, roster), "r");
        Task<CommandResult> OverrideAsync(DutyChange c) => kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Override(t, r, c), "o");
        Task<CommandResult> CancelAsync(long which) => kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Cancel(t, r, which), "c");
        Task<CommandResult> AskAsync(SwapRecord s) => kit.DoAsync(DutyKit.Someone("a"), (t, r) => SwapCommands.Ask(t, r, s), "s");
        Task<CommandResult> AnswerAsync(string who, SwapAnswer says, string request) => kit.DoAsync(DutyKit.Someone(who), (t, r) => SwapCommands.Answer(t, r, number, says), request);
    }

    [Fact]
    public async Task Hand_overs_and_checks()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        var written = await WriteAsync("valve 7 leaks");
        (await WriteAsync("valve 7 leaks")).Entry!.Sequence.Should().Be(written.Entry!.Sequence);
        Refused(await WriteAsync("something else"));
        var note = written.Entry.Body.Duty!.HandOver!.Id;
        Refused(await TakeAsync("a", "h"));
        (await TakeAsync("b", "t")).IsDone.Should().BeTrue();
        (await TakeAsync("b", "t")).IsDone.Should().BeTrue();

        var check = (await kit.CheckAsync(requestId: "k")).Entry!.Body.Duty!.Check!;
        (await kit.CheckAsync(requestId: "k")).Entry!.Body.Duty!.Check!.Id.Should().Be(check.Id);
        Refused(await kit.DoAsync(DutyKit.Supervisor, (t, r) => CheckCommands.Reply(t, r, check.Id, "", kit.Kit.Ledger.Alarm), "k"));
        (await ReplyAsync(check.Id)).IsDone.Should().BeTrue();
        (await ReplyAsync(check.Id)).IsDone.Should().BeTrue();
        Refused(await ReplyAsync(check.Id + 1));

        var schedule = new CheckSchedule
        {
            Territory = DutyKit.Street, Role = OfficerRoles.Officer, Zone = "UTC", FromMinute = 0, ToMinute = 1440, PerDay = 2, AnswerMicros = 60 * DutyKit.Second, Seed = 1, NextMicros = 0,
        };
        (await ScheduleAsync(schedule)).IsDone.Should().BeTrue();
        (await ScheduleAsync(schedule)).IsDone.Should().BeTrue();
        Refused(await ScheduleAsync(schedule with { PerDay = 3 }));

        Task<CommandResult> WriteAsync(string text) => kit.DoAsync(DutyKit.Someone("a"), (t, r) => HandOverCommands.Write(t, r, DutyKit.Street, OfficerRoles.Officer, text, OpenWork.Nothing), "h");
        Task<CommandResult> TakeAsync(string who, string request) => kit.DoAsync(DutyKit.Someone(who), (t, r) => HandOverCommands.Take(t, r, note), request);
        Task<CommandResult> ReplyAsync(long id) => kit.DoAsync(DutyKit.Someone("a"), (t, r) => CheckCommands.Reply(t, r, id, "here", kit.Kit.Ledger.Alarm), "a1");
        Task<CommandResult> ScheduleAsync(CheckSchedule s) => kit.DoAsync(DutyKit.Supervisor, (t, r) => CheckCommands.Schedule(t, r, s), "p");
    }

    private static void Refused(CommandResult result) =>
        (result.Outcome, result.Reason).Should().Be((CommandOutcome.Invalid, "The request id has been used for something else."));

    private static MaintenanceRecord Window(AlertScope scope, DutyKit kit) => new()
    {
        Id = 0, Scope = scope, FromMicros = kit.Now, ToMicros = kit.Now + DutyKit.Hour, Reason = "pressure test", By = "", AsksRed = true,
    };

    private static async Task<long> PlanAsync(DutyKit kit, AlertScope scope, string request) =>
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => MaintenanceCommands.Plan(t, r, Window(scope, kit)), request)).Entry!.Body.Duty!.Maintenance!.Id;
}
