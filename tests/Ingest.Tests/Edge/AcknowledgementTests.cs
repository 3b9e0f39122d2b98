using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

/// <summary>What is acknowledged when and in which order; who waits while the plant does, and for how long.</summary>
public sealed class AcknowledgementTests
{
    private const string Publish = "32[ 'pingan/v1/g1/gas-pipe/p1' ";
    private const string Publish5 = Publish + "{0} [] @good ]";

    [Fact]
    public async Task An_acknowledgement_waits_for_the_disk()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(4);
        server.Intake.Hold();
        client.Send(Publish + "0001 @good ] @ping");
        client.Expect("@pong");
        client.Socket.Available.Should().Be(0);
        server.Intake.Release();
        client.Expect("40[ 0001 ]");
        server.Intake.Messages.Should().ContainSingle(m => m.Gateway == "g1" && m.PacketId == 1 && m.Reason == RefusalReason.None);
    }

    [Fact]
    public async Task A_status_message_keeps_its_place_among_the_acknowledgements()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(4);
        server.Intake.Hold();
        client.Send(Publish + "0001 @good ] 32[ 'pingan/v1/g1/status' 0002 \"offline\" ] " + Publish + "0003 @good ] @ping");
        client.Expect("@pong");
        server.Intake.Release();
        client.Expect("40[ 0001 ] 40[ 0002 ] 40[ 0003 ]");
        server.Intake.Presence.Should().Equal(("g1", true));
        server.Intake.Messages.Select(m => (m.PacketId, m.Reason)).Should().Equal(
            (1, RefusalReason.None), (2, RefusalReason.None), (3, RefusalReason.None));
    }

    [Fact]
    public async Task A_status_message_alone_is_acknowledged_when_it_is_on_disk_and_not_before()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(4);
        server.Intake.Hold();
        client.Send("32[ 'pingan/v1/g1/status' 0002 \"offline\" ] @ping");
        client.Expect("@pong");
        client.Socket.Available.Should().Be(0);
        server.Intake.Release();
        client.Expect("40[ 0002 ]");
    }

    [Fact]
    public async Task More_in_flight_than_the_receive_maximum_ends_a_version_5_session()
    {
        await using var server = await EdgeServer.StartAsync(options => options.ReceiveMaximum = 3);
        using var client = server.Connect();
        client.Send("@connect5");
        client.Receive(28);
        server.Intake.Hold();
        for (var i = 1; i <= 4; i++)
        {
            client.Send(Format(Publish5, i));
        }

        client.Expect("E0[ 93 ]");
        client.ExpectClose();
    }

    [Fact]
    public async Task The_receive_maximum_is_never_reached_by_a_client_that_counts_its_acknowledgements()
    {
        await using var server = await EdgeServer.StartAsync(options => options.ReceiveMaximum = 3);
        using var client = server.Connect();
        client.Send("@connect5");
        client.Receive(28);
        for (var i = 1; i <= 300; i++)
        {
            client.Send(Format(Publish5, i));
            if (i > 2)
            {
                client.Receive(4);
            }
        }

        client.Send("@ping");
        Convert.ToHexString(client.Receive(10)).Should().Contain("D000");
    }

    [Fact]
    public async Task While_the_journal_cannot_write_nobody_comes_in()
    {
        await using var server = await EdgeServer.StartAsync();
        server.Intake.IsAccepting = false;
        using var old = server.Connect();
        old.Send("@connect4");
        old.Expect("20[ 00 03 ]");
        old.ExpectClose();
        using var next = server.Connect();
        next.Send("@connect5");
        next.Expect("20[ 00 88 [] ]");
        next.ExpectClose();
    }

    [Fact]
    public async Task While_the_journal_cannot_write_nothing_is_taken()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        using var client = server.Connected(4);
        server.Intake.IsAccepting = false;
        client.Send("@ping " + Publish + "0001 @good ]");
        client.Expect("@pong");
        for (var i = 0; i < 50; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
        }

        server.Intake.Count.Should().Be(0);
        client.Socket.Available.Should().Be(0, "waiting for us is not the client's silence");
        server.Intake.IsAccepting = true;
        SessionTests.Advance(time, 10_000, () => client.Socket.Available == 4);
        client.Expect("40[ 0001 ]");
    }

    [Fact]
    public async Task A_slow_plant_makes_the_client_wait_and_loses_nothing()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(4);
        server.Intake.Hold();
        for (var i = 1; i <= 200; i++)
        {
            client.Send(Publish + $"{i:X4} @good ]");
        }

        JournalTests.WaitUntil(() => server.Intake.Count > 0);
        server.Intake.Release();
        for (var i = 1; i <= 200; i++)
        {
            client.Expect($"40[ {i:X4} ]");
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_at_a_bound()
    {
        await using var server = await EdgeServer.StartAsync(options => options.OutputMaximumBytes = 16 * 1024);
        using var client = server.Connected(4);
        var pings = MqttTextPackets.Assemble(string.Concat(Enumerable.Repeat("@ping ", 2000)));
        var act = () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                client.Send(pings);
            }
        };
        act.Should().Throw<System.Net.Sockets.SocketException>();
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
        server.Log.Lines.Should().Contain(line => line.Contains("UnreadOutput", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_sends_what_is_acknowledged_and_says_goodbye()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(5);
        server.Intake.Hold();
        client.Send(Format(Publish5, 1) + "@ping");
        client.Expect("@pong");
        server.Edge.BeginStop();
        client.Socket.Available.Should().Be(0);
        server.Intake.Release();
        client.Expect("40[ 0001 ] E0[ 8B ]");
        client.ExpectClose();
        server.Intake.Presence.Should().NotContain(("g1", false), "the gateway has not gone anywhere");
    }

    private static string Format(string text, int id) => text.Replace("{0}", $"{id:X4}", StringComparison.Ordinal);
}
