using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>A stream that is behind: red one by one and at once, the rest counted, nothing lost, and a cursor that says what it always says.</summary>
public sealed class SummaryTests
{
    [Fact]
    public async Task Behind_by_three_thousand_yellows_a_red_comes_right_after_their_count_and_the_count_opens_on_request()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-first", "d01/s03/c01").To(Severity.Yellow));
        await server.PostAsync([.. Enumerable.Range(0, 3_000).Select(i => new Plant($"gp-{i:D4}", $"d01/s{i % 3:D2}/c01").To(i % 4 == 0 ? Severity.Green : Severity.Yellow))]);
        await server.PostAsync(new Plant("the-red-one", "d01/s03/c01").To(Severity.Red));
        var messages = await ReadAsync(server, after: 1, summarizeAfter: 100, until: server.Ledger.Book.Sequence);
        messages.Select(m => m.ContentCase).Should().Equal(Content.Summary, Content.Event);
        messages[1].Event.Alert.Device.Should().Be("the-red-one");
        var summary = messages[0].Summary;
        (summary.AfterSequence, summary.UpToSequence, summary.Alerts, summary.Events).Should().Be((1, 3_001, 3_000, 3_000));
        summary.Groups.Should().HaveCount(6);
        foreach (var group in summary.Groups)
        {
            var listed = new List<V1.Alert>();
            var filter = group.Filter;
            do
            {
                var page = await server.Alerts.ListAsync(filter);
                listed.AddRange(page.Alerts);
                filter.PageToken = page.NextPageToken;
            }
            while (filter.PageToken.Length > 0);
            listed.Should().HaveCount(group.Alerts).And.OnlyContain(a => a.PeakSeverity == group.PeakSeverity && a.Territory.StartsWith(group.Territory, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Without_asking_for_it_every_event_comes_by_itself()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync([.. Enumerable.Range(0, 300).Select(i => new Plant($"gp-{i:D4}").To(Severity.Yellow))]);
        (await ReadAsync(server, after: 1, summarizeAfter: 0, until: 300)).Should().HaveCount(299).And.OnlyContain(m => m.ContentCase == Content.Event);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task However_often_it_is_interrupted_each_entry_is_an_event_or_counted_once(int seed)
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(seed);
        var plants = Enumerable.Range(0, 60).Select(i => new Plant($"gp-{i:D3}", $"d01/s{i % 7:D2}/c01")).ToList();
        var colours = new Severity[60];
        for (var i = 0; i < 1_500; i++)
        {
            var which = random.Next(60);
            var to = colours[which] != Severity.Normal ? Severity.Normal : random.Next(25) == 0 ? Severity.Red : random.Next(2) == 0 ? Severity.Yellow : Severity.Green;
            colours[which] = to;
            await server.PostAsync(plants[which].To(to));
        }

        var end = server.Ledger.Book.Sequence;
        var entries = (await AllAsync(server)).Where(e => e.Sequence > 1 && e.AlertId.Length > 0).Select(e => e.Sequence).ToHashSet();
        var (cursor, counted) = (1L, 0);
        var sent = new List<long>();
        while (cursor < end)
        {
            // Read for a while, then come again with what the last message said.
            var most = 1 + random.Next(40);
            var messages = await ReadAsync(server, cursor, 1 + random.Next(200), end, most);
            foreach (var message in messages)
            {
                message.Cursor.Should().BeGreaterThan(cursor, $"seed {seed}");
                if (message.ContentCase == Content.Summary)
                {
                    message.Summary.AfterSequence.Should().Be(cursor, $"seed {seed}");
                    counted += message.Summary.Events;
                    message.Summary.Groups.Should().NotContain(g => g.PeakSeverity == V1.Severity.Red);
                    message.Summary.Groups.Sum(g => g.Events).Should().Be(message.Summary.Events);
                }
                else
                {
                    sent.Add(message.Event.Sequence);
                }

                cursor = message.Cursor;
            }
        }

        sent.Should().OnlyHaveUniqueItems($"seed {seed}").And.BeInAscendingOrder().And.OnlyContain(s => entries.Contains(s));
        (sent.Count + counted).Should().Be(entries.Count, $"seed {seed}");
        counted.Should().BeGreaterThan(100);
    }

    [Fact]
    public async Task A_large_open_book_is_its_reds_and_the_count_of_the_rest()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync([.. Enumerable.Range(0, 250).Select(i => new Plant($"gp-{i:D4}", "d01/s03/c01").To(Severity.Yellow))]);
        await server.PostAsync(new Plant("red-1").To(Severity.Red), new Plant("red-2").To(Severity.Red));
        using var call = server.Alerts.Watch(new V1.WatchRequest { SummarizeAfter = 100 }, cancellationToken: TestServer.Cancel);
        var messages = new List<V1.WatchResponse>();
        while (messages.All(m => m.ContentCase != Content.SnapshotEnd) && await call.ResponseStream.MoveNext(TestServer.Cancel))
        {
            messages.Add(call.ResponseStream.Current);
        }

        messages.Select(m => m.ContentCase).Should().Equal(Content.Snapshot, Content.Snapshot, Content.Summary, Content.SnapshotEnd);
        messages.SkipLast(1).Should().OnlyContain(m => m.Cursor == 0, "an unfinished book is not resumable");
        (messages[2].Summary.Alerts, messages[3].SnapshotEnd.AlertCount).Should().Be((250, 252));
        (await server.Alerts.ListAsync(messages[2].Summary.Groups.Single().Filter)).Alerts.Should().HaveCount(100, "that is a page of it");
    }

    [Fact]
    public async Task What_a_summarized_open_book_counts_is_what_its_filters_list()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync([.. Enumerable.Range(0, 20).Select(i => new Plant($"gp-{i:D4}", "d01/s03/c01").To(Severity.Yellow))]);
        var ids = server.Ledger.Book.Alerts.Keys.Order(StringComparer.Ordinal).ToList();
        foreach (var id in ids[..3])
        {
            await server.Ledger.AcknowledgeAsync(new AlertCommand(id, new Officer("wang"), "a" + id), TestServer.Cancel);
            (await server.Ledger.CloseAsync(new AlertCommand(id, new Officer("wang"), "c" + id, "nothing"), Verdict.False, TestServer.Cancel)).IsDone.Should().BeTrue();
        }

        using var call = server.Alerts.Watch(new V1.WatchRequest { SummarizeAfter = 10 }, cancellationToken: TestServer.Cancel);
        var messages = new List<V1.WatchResponse>();
        while (messages.All(m => m.ContentCase != Content.SnapshotEnd) && await call.ResponseStream.MoveNext(TestServer.Cancel))
        {
            messages.Add(call.ResponseStream.Current);
        }

        messages.Where(m => m.ContentCase == Content.Snapshot).Select(m => m.Snapshot.Id).Should().BeEquivalentTo(ids[..3], "closed while they are active: no filter of what is open lists them");
        messages[^1].SnapshotEnd.AlertCount.Should().Be(20);
        foreach (var group in messages.Where(m => m.ContentCase == Content.Summary).SelectMany(m => m.Summary.Groups))
        {
            (await server.Alerts.ListAsync(group.Filter)).Alerts.Should().HaveCount(group.Alerts);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4_097)]
    public async Task The_bound_is_named(int summarizeAfter)
    {
        await using var server = await TestServer.StartAsync();
        using var call = server.Alerts.Watch(new V1.WatchRequest { SummarizeAfter = summarizeAfter }, cancellationToken: TestServer.Cancel);
        var refused = await FluentActions.Awaiting(() => call.ResponseStream.MoveNext(TestServer.Cancel)).Should().ThrowAsync<RpcException>();
        refused.Which.Status.Detail.Should().Contain("1 to 4096");
    }

    private static async Task<List<V1.WatchResponse>> ReadAsync(TestServer server, long after, int summarizeAfter, long until, int most = int.MaxValue)
    {
        using var call = server.Alerts.Watch(new V1.WatchRequest { After = after, SummarizeAfter = summarizeAfter }, cancellationToken: TestServer.Cancel);
        var messages = new List<V1.WatchResponse>();
        while (messages.Count < most && (messages.Count == 0 || messages[^1].Cursor < until) && await call.ResponseStream.MoveNext(TestServer.Cancel))
        {
            var message = call.ResponseStream.Current;
            if (message.ContentCase is Content.Event or Content.Summary)
            {
                messages.Add(message);
            }
            else if (message.ContentCase == Content.Heartbeat && message.Cursor >= until)
            {
                break;
            }
        }

        return messages;
    }

    private static async Task<List<PingAnIoT.Alerts.LedgerEntry>> AllAsync(TestServer server)
    {
        var all = new List<PingAnIoT.Alerts.LedgerEntry>();
        while (await server.Ledger.ReadEntriesAsync(all.Count, 1_000, TestServer.Cancel) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }
}
