using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The call that hands over: what is open is counted for who may write the note, and for nobody else.</summary>
public sealed class HandOverCallTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_counted_for_who_may_not_hand_over()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        var plant = new Plant();
        kit.Kit.Ledger.Post(plant.To(Severity.Red, kit.Now));
        await kit.Kit.FlushAsync();
        var service = new DutyService(kit.Kit.Ledger, null, new SetupToken(kit.Kit.Clock), () => TerritoryTree.Empty, kit.Kit.Clock);

        (await RefusedAsync("a", "d01/s04")).Should().Be(StatusCode.NotFound, "another's territory");
        (await RefusedAsync("b", DutyKit.Street)).Should().Be(StatusCode.FailedPrecondition, "not on duty");
        (await RefusedAsync("a", DutyKit.Street, new string('x', 2_001))).Should().Be(StatusCode.InvalidArgument);
        kit.Kit.Ledger.Desk.IsFollowing.Should().BeFalse("nobody has looked at the book");

        var note = (await HandOverAsync("a", DutyKit.Street)).Note;
        (note.Text, note.OpenCount, note.RedCount).Should().Be(("valve 7 leaks", 1, 1));
        kit.Kit.Ledger.Desk.IsFollowing.Should().BeTrue();
        (await HandOverAsync("a", DutyKit.Street)).Note.Id.Should().Be(note.Id, "the same request is one");

        Task<V1.HandOverResponse> HandOverAsync(string who, string territory, string text = "valve 7 leaks") =>
            service.HandOver(new V1.HandOverRequest { Territory = territory, Text = text, RequestId = "h" }, new OfficerCall(DutyKit.Street, who));

        async Task<StatusCode> RefusedAsync(string who, string territory, string text = "x") =>
            (await service.Invoking(_ => HandOverAsync(who, territory, text)).Should().ThrowAsync<RpcException>()).Which.StatusCode;
    }

    [Fact]
    public async Task A_hand_over_does_not_wait_for_the_lists_of_its_officer()
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight);
        var desk = kit.Kit.Ledger.Desk;
        var service = new DutyService(kit.Kit.Ledger, null, new SetupToken(kit.Kit.Clock), () => TerritoryTree.Empty, kit.Kit.Clock);
        var left = 0;
        using var begun = new ManualResetEventSlim();
        using var on = new ManualResetEventSlim();
        var lists = new List<Task> { Task.Run(ListAsync, Cancel) };
        begun.Wait(Cancel);
        lists.AddRange(Enumerable.Range(1, BookDesk.MostOfOne - 1).Select(_ => ListAsync()));
        var call = service.HandOver(new V1.HandOverRequest { Territory = DutyKit.Street, Text = "x" }, new OfficerCall(DutyKit.Street, "a"));
        on.Set();
        (await call).Note.Text.Should().Be("x");
        await Task.WhenAll(lists);
        left.Should().Be(BookDesk.MostOfOne);

        Task<int> ListAsync() => desk.ListAsync(
            DutyKit.Someone("a"),
            _ =>
            {
                begun.Set();
                on.Wait(Cancel);
                return ++left;
            },
            Cancel);
    }
}
