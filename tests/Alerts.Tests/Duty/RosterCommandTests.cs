namespace PingAnIoT.Alerts.Tests;

/// <summary>Overrides, swaps and hand-overs as officers ask for them. It is 8 o'clock: a has the day, b the night; tomorrow the other way round.</summary>
public sealed class RosterCommandTests
{
    private static readonly long Morning = (LedgerKit.Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    [Fact]
    public async Task An_override_holds_for_its_time_and_no_longer_when_it_is_cancelled()
    {
        await using var kit = await OpenAsync();
        (await OverrideAsync(kit, "a", "c", 10, 12)).IsDone.Should().BeTrue();
        Day(kit).Should().Equal("08-10 a", "10-12 c", "12-20 a", "20-32 b");
        var id = kit.Book.PostOf(DutyKit.Street, OfficerRoles.Officer).Changes.Single().Id;
        await kit.AdvanceAsync(TimeSpan.FromHours(3));
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Cancel(t, r, id))).IsDone.Should().BeTrue();
        Day(kit).Should().Equal(["08-10 a", "10-11 c", "11-20 a", "20-32 b"], "what was is not undone");
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Cancel(t, r, id))).Outcome.Should().Be(CommandOutcome.NotFound);
    }

    [Fact]
    public async Task A_swap_takes_two_and_where_the_roster_says_so_a_supervisor()
    {
        await using var kit = await OpenAsync(needsApproval: true);
        (await AskAsync(kit, "b", "a", 8, 20)).Reason.Should().Be("b is not on duty all of that time.");
        (await AskAsync(kit, "a", "b", 20, 32)).Reason.Should().Be("a is not on duty all of that time.");
        (await AskAsync(kit, "a", "c", 12, 20)).IsDone.Should().BeTrue();
        (await AskAsync(kit, "a", "b", 32 + 12, 32 + 24)).IsDone.Should().BeTrue("a has the night of tomorrow");
        var swap = (await AskAsync(kit, "a", "b", 12, 20, 20, 32)).Entry!.Body.Duty!.Swap!.Id;
        (await AnswerAsync(kit, "a", swap, SwapAnswer.Agree)).Reason.Should().Be("It is b who agrees or declines.");
        (await AnswerAsync(kit, "b", swap, SwapAnswer.Agree)).IsDone.Should().BeTrue();
        Day(kit).Should().Equal(["08-20 a", "20-32 b"], "nobody has approved it yet");
        (await AnswerAsync(kit, "b", swap, SwapAnswer.Approve)).Outcome.Should().Be(CommandOutcome.IllegalStep);
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => SwapCommands.Answer(t, r, swap, SwapAnswer.Approve))).IsDone.Should().BeTrue();
        Day(kit).Should().Equal("08-12 a", "12-20 b", "20-32 a");
        (await AnswerAsync(kit, "a", swap, SwapAnswer.Withdraw)).Outcome.Should().Be(CommandOutcome.IllegalStep);
    }

    [Fact]
    public async Task A_swap_that_two_agree_on_is_in_force_unless_something_came_between()
    {
        await using var kit = await OpenAsync();
        var one = (await AskAsync(kit, "a", "c", 12, 20)).Entry!.Body.Duty!.Swap!.Id;
        var two = (await AskAsync(kit, "a", "d", 16, 20)).Entry!.Body.Duty!.Swap!.Id;
        (await AnswerAsync(kit, "c", one, SwapAnswer.Agree)).IsDone.Should().BeTrue();
        (await AnswerAsync(kit, "d", two, SwapAnswer.Agree)).Reason.Should().Be("a is not on duty all of that time.");
        (await AnswerAsync(kit, "d", two, SwapAnswer.Decline)).IsDone.Should().BeTrue();
        Day(kit).Should().Equal("08-12 a", "12-20 c", "20-32 b");
    }

    [Fact]
    public async Task What_one_shift_leaves_the_next_takes_and_until_then_it_is_shown()
    {
        await using var kit = await OpenAsync();
        kit.Kit.Ledger.Post(new Plant().To(Rules.Severity.Red, kit.Now));
        await kit.Kit.FlushAsync();
        var open = await kit.Kit.Ledger.Desk.LookAsync(o => OpenWork.Of(o, DutyKit.Street), TestContext.Current.CancellationToken);
        (await kit.DoAsync(DutyKit.Someone("b"), (t, r) => HandOverCommands.Write(t, r, DutyKit.Street, OfficerRoles.Officer, "x", open))).Outcome
            .Should().Be(CommandOutcome.IllegalStep, "b is not on duty");
        await kit.DoAsync(DutyKit.Someone("a"), (t, r) => HandOverCommands.Write(t, r, DutyKit.Street, OfficerRoles.Officer, "valve 7 leaks", open));
        var note = kit.Book.HandOvers.Values.Single();
        note.Should().BeEquivalentTo(new { By = "a", To = new[] { "b" }, OpenCount = 1, RedCount = 1, IsOpen = true, DueMicros = Morning + (12 * DutyKit.Hour) });
        note.OpenAlerts.Should().Equal(kit.Kit.OnlyAlert().Id);
        (await TakeAsync(kit, "a", note.Id)).Outcome.Should().Be(CommandOutcome.IllegalStep);
        (await TakeAsync(kit, "c", note.Id)).Outcome.Should().Be(CommandOutcome.IllegalStep);
        await kit.Kit.ReopenAsync();
        (await TakeAsync(kit, "b", note.Id)).IsDone.Should().BeTrue();
        (await TakeAsync(kit, "b", note.Id)).Reason.Should().Be("b has taken it over.");
        kit.Book.HandOvers.Values.Single().TakenBy.Should().Be("b");
    }

    [Fact]
    public async Task After_a_restart_the_book_is_what_it_was()
    {
        await using var kit = await OpenAsync();
        await OverrideAsync(kit, "a", "c", 10, 12);
        await AskAsync(kit, "a", "c", 12, 20);
        await kit.CheckAsync(3600);
        await kit.DoAsync(DutyKit.Someone("a"), (t, r) => HandOverCommands.Write(t, r, DutyKit.Street, OfficerRoles.Officer, "x", OpenWork.Nothing));
        var before = kit.Book;
        await kit.Kit.ReopenAsync();
        kit.Book.Should().BeEquivalentTo(before);
        kit.Book.Running.Should().Equal(before.Running);
    }

    /// <summary>What is wrong with a roster is a sentence that names it.</summary>
    [Fact]
    public async Task A_roster_that_cannot_be_is_refused()
    {
        await using var kit = await OpenAsync();
        var good = DutyKit.DayAndNight;
        (RosterRecord Roster, string Says)[] cases =
        [
            (good with { Zone = "Asia/Shanghay" }, "did you mean 'Asia/Shanghai'?"), (good with { RotateDays = 0 }, "1 to 366"), (good with { Teams = [["a", "a"]] }, "none of them twice"),
            (good with { Teams = [["a/b"], ["b"]] }, "is not a name"), (good with { Shifts = [new ShiftRecord("x", 0, 1441, 0)] }, "24:00"), (good with { Shifts = [new ShiftRecord("x", 0, 60, 2)] }, "2 teams"),
            (good with { Role = OfficerRoles.Auditor }, "supervisors"), (good with { FromMicros = 1 }, "from now on"), (good with { Territory = "a//b" }, "up to 4 codes"), (good with { Shifts = [] }, "1 to 24"),
        ];
        foreach (var (roster, says) in cases)
        {
            (await kit.SetAsync(roster)).Should().Match<CommandResult>(r => r.Outcome == CommandOutcome.Invalid && r.Reason.Contains(says, StringComparison.Ordinal), says);
        }

        (await kit.SetAsync(good with { Territory = "d02" })).Outcome.Should().Be(CommandOutcome.NotFound, "it is not the supervisor's");
        var tree = new TerritoryTree([new("d01", "", "", []), new(DutyKit.Street, "", "", [])]);
        (await kit.DoAsync(DutyKit.Supervisor, (t, r) => RosterCommands.Set(t, r, good with { Territory = "d01/s04" }), tree: tree)).Reason.Should().Be("There is no territory 'd01/s04'; did you mean 'd01/s03'?");
    }

    [Fact]
    public async Task A_roster_is_of_officers_that_there_are()
    {
        await using var kit = await OpenAsync();
        var chief = new Officer("chief");
        foreach (var officer in new[] { new OfficerRecord("li.na", "", "", OfficerRoles.Officer, DutyKit.Street), new OfficerRecord("far", "", "", OfficerRoles.Officer, "d02") })
        {
            await kit.Kit.Ledger.DecideAsync(t => OfficerBookCommands.Set(t, officer, chief, isNew: true, _ => true), TestContext.Current.CancellationToken);
        }

        (await kit.SetAsync(DutyKit.DayAndNight with { Teams = [["li.nb"]], Shifts = [new ShiftRecord("x", 0, 60, 0)] })).Reason.Should().Be("There is no officer 'li.nb' of d01/s03; did you mean 'li.na'?");
        (await kit.SetAsync(DutyKit.DayAndNight with { Teams = [["far"]], Shifts = [new ShiftRecord("x", 0, 60, 0)] })).Reason.Should().Contain("There is no officer 'far' of d01/s03");
    }

    private static async Task<DutyKit> OpenAsync(bool needsApproval = false)
    {
        var kit = new DutyKit();
        (await kit.SetAsync(DutyKit.DayAndNight with { SwapsNeedApproval = needsApproval })).IsDone.Should().BeTrue();
        return kit;
    }

    private static Task<CommandResult> OverrideAsync(DutyKit kit, string absent, string instead, int from, int to) => kit.DoAsync(
        DutyKit.Supervisor, (t, r) => RosterCommands.Override(t, r, new DutyChange
        {
            Id = 0, Territory = DutyKit.Street, Role = OfficerRoles.Officer, Absent = absent, Instead = instead, FromMicros = At(from), ToMicros = At(to),
        }));

    private static Task<CommandResult> AskAsync(DutyKit kit, string asker, string other, int from, int to, int backFrom = 0, int backTo = 0) => kit.DoAsync(
        DutyKit.Someone(asker), (t, r) => SwapCommands.Ask(t, r, new SwapRecord
        {
            Id = 0, Territory = DutyKit.Street, Role = OfficerRoles.Officer, Asker = "", By = "", Other = other, State = SwapState.Asked, FromMicros = At(from), ToMicros = At(to),
            BackFromMicros = backFrom == 0 ? 0 : At(backFrom), BackToMicros = backTo == 0 ? 0 : At(backTo),
        }));

    private static Task<CommandResult> AnswerAsync(DutyKit kit, string name, long id, SwapAnswer answer) => kit.DoAsync(DutyKit.Someone(name), (t, r) => SwapCommands.Answer(t, r, id, answer));

    private static Task<CommandResult> TakeAsync(DutyKit kit, string name, long id) => kit.DoAsync(DutyKit.Someone(name), (t, r) => HandOverCommands.Take(t, r, id));

    /// <summary>An hour of today.</summary>
    private static long At(int hour) => Morning + ((hour - 8) * DutyKit.Hour);

    private static IEnumerable<string> Day(DutyKit kit) => DutyRoster.Between(kit.Book, DutyKit.Street, OfficerRoles.Officer, At(8), At(32))
        .Select(s => $"{Hour(s.FromMicros):00}-{Hour(s.ToMicros):00} {string.Join('+', s.Officers.Select(o => o.Officer))}");

    private static long Hour(long micros) => 8 + ((micros - Morning) / DutyKit.Hour);
}
