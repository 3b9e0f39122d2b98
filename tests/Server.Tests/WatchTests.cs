using Grpc.Core;
using PingAnIoT.Rules;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>The stream to duty officers, over real HTTP/2.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task Begins_with_the_open_book_and_goes_on_with_every_event()
    {
        await using var server = await TestServer.StartAsync();
        var one = new Plant("gp-1");
        await server.PostAsync(one.To(Severity.Yellow), one.To(Severity.Red));

        using var watcher = Watcher.Of(server, after: 0);
        var snapshot = await watcher.NextAsync();
        snapshot.ContentCase.Should().Be(Content.Snapshot);
        snapshot.Cursor.Should().Be(0, "an unfinished snapshot is not resumable");
        snapshot.Snapshot.Severity.Should().Be(V1.Severity.Red);
        var end = await watcher.NextAsync();
        end.SnapshotEnd.AlertCount.Should().Be(1);
        end.Cursor.Should().Be(2);

        await server.PostAsync(one.To(Severity.Normal));
        var normal = await watcher.NextAsync(Content.Event);
        normal.Event.Type.Should().Be(V1.EventType.Normal);
        normal.Event.Alert.Active.Should().BeFalse();
        normal.Event.Alert.LegalSteps.Should().Contain("acknowledge");
        normal.Cursor.Should().Be(3);
    }

    [Fact]
    public async Task Resumes_from_any_cursor_without_gap_or_repeat()
    {
        await using var server = await TestServer.StartAsync();
        var plants = Enumerable.Range(0, 5).Select(i => new Plant($"gp-{i}")).ToList();
        foreach (var plant in plants)
        {
            await server.PostAsync(plant.To(Severity.Green), plant.To(Severity.Yellow), plant.To(Severity.Red), plant.To(Severity.Normal));
        }

        for (var after = 1; after < 20; after++)
        {
            using var watcher = Watcher.Of(server, after);
            var events = await watcher.EventsAsync(20 - after);
            events.Select(e => e.Sequence).Should().Equal(Enumerable.Range(after + 1, 20 - after).Select(i => (long)i));
        }
    }

    [Fact]
    public async Task Many_streams_opened_while_events_are_written_all_see_the_same()
    {
        await using var server = await TestServer.StartAsync();
        using var first = Watcher.Of(server, after: 0);
        await first.NextAsync(Content.SnapshotEnd);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await server.PostAsync(new Plant($"gp-{i}").To(Severity.Red));
            }
        });
        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var watcher = Watcher.Of(server, after: 0);
            var seen = new List<string>();
            while (seen.Count < 100)
            {
                var message = await watcher.NextAsync();
                if (message.ContentCase is Content.Snapshot or Content.Event)
                {
                    seen.Add(message.ContentCase == Content.Snapshot ? message.Snapshot.Device : message.Event.Alert.Device);
                }
            }

            return seen;
        }));
        await writing;
        var all = (await first.EventsAsync(100)).Select(e => e.Alert.Device).ToList();
        all.Should().OnlyHaveUniqueItems();
        foreach (var seen in others)
        {
            seen.Should().BeEquivalentTo(all);
        }
    }

    [Fact]
    public async Task Beats_while_nothing_happens()
    {
        await using var server = await TestServer.StartAsync(o => o with { Stream = new StreamSection { HeartbeatSeconds = 0.1 } });
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        using var watcher = Watcher.Of(server, after: 1);
        for (var i = 0; i < 3; i++)
        {
            var beat = await watcher.NextAsync();
            beat.ContentCase.Should().Be(Content.Heartbeat);
            beat.Cursor.Should().Be(1);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public async Task A_cursor_that_the_ledger_never_gave_is_refused(long after)
    {
        await using var server = await TestServer.StartAsync();
        using var watcher = Watcher.Of(server, after);
        var end = await watcher.EndAsync();
        end.StatusCode.Should().Be(StatusCode.OutOfRange);
        end.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason.Should().Be("CURSOR_UNKNOWN");
    }

    [Fact]
    public async Task A_client_that_stops_reading_is_cut_and_resumes_where_it_was()
    {
        await using var server = await TestServer.StartAsync(o => o with { Stream = new StreamSection { BufferEvents = 64 } });
        using var slow = Watcher.Of(server, after: 0);
        await slow.NextAsync(Content.SnapshotEnd);
        using var good = Watcher.Of(server, after: 0);
        await good.NextAsync(Content.SnapshotEnd);

        // More than the windows and pipes between the two hold, while the slow one reads nothing.
        const int Count = 3_000;
        var reading = good.EventsAsync(Count);
        for (var i = 0; i < Count; i += 500)
        {
            await server.PostAsync([.. Enumerable.Range(i, 500).Select(n => new Plant($"gp-{n}").To(Severity.Green))]);
        }

        (await reading).Select(e => e.Sequence).Should().Equal(Enumerable.Range(1, Count).Select(i => (long)i));
        await Until.TrueAsync(() => server.Host.Streams.Count == 1, TimeSpan.FromSeconds(120));
        var end = await slow.EndAsync();
        end.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        end.Trailers.GetValue("pingan-cursor").Should().Be(slow.Cursor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        slow.Cursor.Should().BeInRange(1, Count - 1);

        using var again = Watcher.Of(server, slow.Cursor);
        var rest = await again.EventsAsync(Count - (int)slow.Cursor);
        rest[0].Sequence.Should().Be(slow.Cursor + 1);
        rest[^1].Sequence.Should().Be(Count);
    }

    [Fact]
    public async Task A_stopping_server_ends_the_stream_with_a_cursor()
    {
        await using var server = await TestServer.StartAsync();
        using var watcher = Watcher.Of(server, after: 0);
        await watcher.NextAsync(Content.SnapshotEnd);
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        await watcher.NextAsync(Content.Event);

        var ending = watcher.EndAsync();
        await server.Host.StopAsync();
        var end = await ending;
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        end.Trailers.GetValue("pingan-cursor").Should().Be("1");
        end.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["cursor"].Should().Be("1");
    }

    [Fact]
    public async Task An_officer_has_at_most_16_streams()
    {
        await using var server = await TestServer.StartAsync();
        var open = Enumerable.Range(0, 16).Select(_ => Watcher.Of(server, after: 0)).ToList();
        foreach (var watcher in open)
        {
            await watcher.NextAsync(Content.SnapshotEnd);
        }

        using var more = Watcher.Of(server, after: 0);
        (await more.EndAsync()).StatusCode.Should().Be(StatusCode.ResourceExhausted);
        using var other = Watcher.Of(server, after: 0, new Metadata { { "x-officer", "li.na" } });
        await other.NextAsync(Content.SnapshotEnd);
        open.ForEach(w => w.Dispose());
        await Until.TrueAsync(() => server.Host.Streams.Count == 1, TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_delivery_is_what_the_officer_confirms_and_never_goes_back()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Red), new Plant("gp-2").To(Severity.Red));
        (await server.Alerts.ConfirmDeliveryAsync(new V1.ConfirmDeliveryRequest { Cursor = 2 })).Cursor.Should().Be(2);
        (await server.Alerts.ConfirmDeliveryAsync(new V1.ConfirmDeliveryRequest { Cursor = 1 })).Cursor.Should().Be(2);
        var ahead = async () => await server.Alerts.ConfirmDeliveryAsync(new V1.ConfirmDeliveryRequest { Cursor = 99 });
        (await ahead.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
    }
}
