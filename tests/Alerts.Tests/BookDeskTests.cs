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
        (refused.StatusCode, refused.Status.Detail).Should().Be((StatusCode.ResourceExhausted, "At most 256 lists, 32 of one officer, are made at a time: ask again."));
        var other = desk.ListAsync(new Officer("li"), Said("li"), Cancel);
        var stream = desk.LookAsync(Said("stream"), Cancel);
        busy.Set();
        await Task.WhenAll([first, other, stream, .. flood]).WaitAsync(Cancel);
        order.IndexOf("stream").Should().BeLessThan(2);
        order.Should().HaveCount(BookDesk.MostOfOne + 2);
        (await desk.ListAsync(new Officer("wang"), _ => 1, Cancel)).Should().Be(1, "there is room again");

        Func<OrderedBook, int> Said(string who) => _ =>
        {
            order.Add(who);
            return 0;
        };
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
        (await desk.LookAsync(o => o.Book.Sequence, Cancel)).Should().Be(kit.Ledger.Book.Sequence);
    }
}
