using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>However many list, they are one at a time, bounded, and in nobody's way.</summary>
public sealed class BookDeskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_officer_who_asks_for_too_much_at_once_is_refused_alone_and_a_stream_waits_for_one_list_at_most()
    {
        await using var kit = new LedgerKit();
        var desk = kit.Open().Desk;
        using var busy = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var order = new List<string>();
        var first = Task.Run(
            () => desk.LookAsync(
                _ =>
                {
                    begun.Set();
                    busy.Wait(Cancel);
                    return 0;
                },
                Cancel),
            Cancel);
        begun.Wait(Cancel);
        var flood = Enumerable.Range(0, BookDesk.MostOfOne).Select(_ => desk.ListAsync(new Officer("wang"), Said("wang"), Cancel)).ToList();
        var refused = (await desk.Invoking(d => d.ListAsync(new Officer("wang"), Said("wang"), Cancel)).Should().ThrowAsync<RpcException>()).Which;
        (refused.StatusCode, refused.Status.Detail).Should().Be((StatusCode.ResourceExhausted, "At most 256 lists, 8 of one officer, are made at a time: ask again."));
        var other = desk.ListAsync(new Officer("li"), Said("li"), Cancel);
        var stream = desk.LookAsync(Said("stream"), Cancel);
        busy.Set();
        await Task.WhenAll([first, other, stream, .. flood]).WaitAsync(Cancel);
        order.IndexOf("stream").Should().BeLessThan(2);
        order.Where(o => o != "stream").ToList().IndexOf("li").Should().Be(1, "one list of wang's was under way, and then it is another's turn");
        order.Should().HaveCount(BookDesk.MostOfOne + 2);
        (await desk.ListAsync(new Officer("wang"), _ => 1, Cancel)).Should().Be(1, "there is room again");

        Func<OrderedBook, int> Said(string who) => _ =>
        {
            order.Add(who);
            return 0;
        };
    }

    [Fact]
    public async Task Officers_who_wait_take_turns_and_who_gives_up_makes_room()
    {
        var turns = new ListTurns(mostOfAll: 8, mostOfOne: 4);
        var order = new List<string>();
        (await turns.EnterAsync("wang", Cancel)).Should().BeTrue();
        using var tired = new CancellationTokenSource();
        var gone = turns.EnterAsync("wang", tired.Token);
        var waiting = new[] { "wang", "wang", "li", "zhao", "li" }.Select(WaitAsync).ToList();
        (await turns.EnterAsync("wang", Cancel)).Should().BeFalse("four of one");
        waiting.Add(WaitAsync("zhao"));
        (await turns.EnterAsync("chen", Cancel)).Should().BeFalse("eight of all");
        await tired.CancelAsync();
        await gone.Awaiting(g => g).Should().ThrowAsync<OperationCanceledException>();
        waiting.Add(WaitAsync("chen"));
        (await turns.EnterAsync("wu", Cancel)).Should().BeFalse("the room that was made is taken");

        turns.Leave();
        await Task.WhenAll(waiting).WaitAsync(Cancel);
        order.Should().Equal("li", "wang", "zhao", "chen", "li", "wang", "zhao");
        (await turns.EnterAsync("wu", Cancel)).Should().BeTrue("nobody is there any more");

        async Task WaitAsync(string who)
        {
            (await turns.EnterAsync(who, Cancel)).Should().BeTrue();
            order.Add(who);
            turns.Leave();
        }
    }

    [Fact]
    public async Task Who_is_let_through_and_gives_up_at_that_moment_ends_his_turn()
    {
        await using var kit = new LedgerKit();
        var desk = kit.Open().Desk;
        using var tired = new CancellationTokenSource();
        await tired.CancelAsync();
        for (var i = 0; i < 2 * BookDesk.MostOfOne; i++)
        {
            await desk.Invoking(d => d.ListAsync(new Officer("wang"), _ => 0, tired.Token)).Should().ThrowAsync<OperationCanceledException>();
        }

        (await desk.ListAsync(new Officer("wang"), _ => 1, Cancel)).Should().Be(1);
    }

    [Fact]
    public async Task The_order_is_kept_as_long_as_somebody_lists_and_then_given_back()
    {
        await using var kit = new LedgerKit();
        var desk = kit.Open().Desk;
        desk.IsFollowing.Should().BeFalse("nobody has asked");
        kit.Ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        (await kit.Ledger.CountOpenAsync(Cancel)).Should().Be(1);
        desk.IsFollowing.Should().BeTrue();
        for (var i = 0; i < 30; i++)
        {
            kit.Fake.Advance(TimeSpan.FromSeconds(5));
            (await kit.Ledger.CountOpenAsync(Cancel)).Should().Be(1);
        }

        desk.IsFollowing.Should().BeTrue();
        for (var i = 0; i < 12; i++)
        {
            kit.Fake.Advance(TimeSpan.FromSeconds(5));
        }

        desk.IsFollowing.Should().BeFalse();

        // A deadline has come by now, and the ledger sees to it beside this: not between what is compared.
        await kit.FlushAsync();
        (await desk.LookAsync(o => o.Book.Sequence, Cancel)).Should().Be(kit.Ledger.Book.Sequence);
    }
}
