using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

public sealed class SessionTests
{
    private const string Publish = "32[ 'pingan/v1/g1/gas-pipe/p1' ";
    private const string Publish5 = Publish + "{0} [] @good ]";

    [Fact]
    public async Task An_acknowledgement_waits_for_the_disk()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = Connected(server, 4);
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
        using var client = Connected(server, 4);
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
        using var client = Connected(server, 4);
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
    public async Task The_same_client_id_takes_over_within_its_gateway_only()
    {
        await using var server = await EdgeServer.StartAsync();
        using var first = server.Connect();
        first.Send("10[ 'MQTT' 05 82 003C [] 'c1' 'g1' ]");
        first.Expect("@connack5");
        using var foreign = server.Connect();
        foreign.Send("10[ 'MQTT' 05 82 003C [] 'c1' 'g2' ]");
        foreign.Expect("@connack5");
        first.Send("@ping");
        first.Expect("@pong");
        using var second = server.Connect();
        second.Send("10[ 'MQTT' 04 82 003C 'c1' 'g1' ]");
        second.Expect("@connack4");
        first.Expect("E0[ 8E ]");
        first.ExpectClose();
        foreign.Send("@ping");
        foreign.Expect("@pong");
        server.Intake.Presence.Should().Equal([("g1", true), ("g2", true)], "the gateway was never away");
    }

    [Fact]
    public async Task A_session_is_remembered_as_long_as_was_agreed()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        await Disconnected(server, "10[ 'MQTT' 05 80 003C [ 11 0000000A ] 'c1' 'g1' ]", "@connack5");
        time.Advance(TimeSpan.FromSeconds(9));
        await Disconnected(server, "10[ 'MQTT' 05 80 003C [ 11 0000000A ] 'c1' 'g1' ]", "20[ 01 00 [ 21 1000 24 01 25 00 27 00040000 22 0000 28 00 29 00 2A 00 ] ]");
        time.Advance(TimeSpan.FromSeconds(11));
        server.Edge.SessionCount.Should().Be(0);
        await Disconnected(server, "10[ 'MQTT' 05 80 003C [ 11 0000000A ] 'c1' 'g1' ]", "@connack5");
        await Disconnected(server, "10[ 'MQTT' 05 82 003C [] 'c1' 'g1' ]", "@connack5");
        server.Edge.SessionCount.Should().Be(0, "a clean start without expiry leaves nothing");
        await Disconnected(server, "10[ 'MQTT' 04 80 003C 'c1' 'g1' ]", "@connack4");
        await Disconnected(server, "10[ 'MQTT' 04 80 003C 'c1' 'g1' ]", "20[ 01 00 ]");
        await Disconnected(server, "10[ 'MQTT' 04 82 003C 'c1' 'g1' ]", "@connack4");
    }

    [Fact]
    public async Task Sessions_of_one_gateway_are_bounded()
    {
        await using var server = await EdgeServer.StartAsync(options => options.SessionsPerGatewayMaximum = 2);
        using var first = server.Connect();
        first.Send("10[ 'MQTT' 04 80 003C 'c1' 'g1' ]");
        first.Expect("@connack4");
        await Disconnected(server, "10[ 'MQTT' 04 80 003C 'c2' 'g1' ]", "@connack4");
        using var third = server.Connect();
        third.Send("10[ 'MQTT' 04 80 003C 'c3' 'g1' ]");
        third.Expect("@connack4");
        using var fourth = server.Connect();
        fourth.Send("10[ 'MQTT' 05 80 003C [] 'c4' 'g1' ]");
        fourth.Expect("20[ 00 97 [] ]");
        fourth.ExpectClose();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task The_keep_alive_is_enforced_at_one_and_a_half_times(int version)
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        using var client = Connected(server, version);
        time.Advance(TimeSpan.FromSeconds(89));
        client.Send("@ping");
        client.Expect("@pong");
        Eventually(() => server.Intake.Presence.Count == 1);
        time.Advance(TimeSpan.FromSeconds(89));
        client.Send("C0");
        client.Socket.Available.Should().Be(0);
        Advance(time, 4, () => client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead));
        if (version == 5)
        {
            client.Expect("E0[ 8D ]");
        }

        client.ExpectClose();
        Eventually(() => server.Intake.Presence.Contains(("g1", false)));
    }

    [Fact]
    public async Task A_lost_connection_is_the_loss_of_the_gateway_and_a_goodbye_is_not()
    {
        await using var server = await EdgeServer.StartAsync();
        await Disconnected(server, "@connect4", "@connack4");
        server.Intake.Presence.Should().Equal(("g1", true));
        var other = server.Connect();
        other.Send("10[ 'MQTT' 04 82 003C 'c2' 'g1' ]");
        other.Expect("@connack4");
        var client = Connected(server, 4);
        client.Dispose();
        Eventually(() => server.Edge.ConnectionCount == 1);
        server.Intake.Presence.Should().NotContain(("g1", false), "it has another connection");
        other.Dispose();
        Eventually(() => server.Intake.Presence.Contains(("g1", false)));
    }

    [Fact]
    public async Task Who_takes_his_leave_and_does_not_come_back_is_missed_all_the_same()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        for (var round = 0; round < 2; round++)
        {
            using (var client = Connected(server, 5))
            {
                client.Send("E0[]");
                client.ExpectClose();
            }

            Eventually(() => server.Edge.ConnectionCount == 0);
            time.Advance(TimeSpan.FromSeconds(89));
            server.Intake.Presence.Should().NotContain(("g1", false), "it has 90 seconds");
        }

        time.Advance(TimeSpan.FromSeconds(2));
        server.Intake.Presence.Last().Should().Be(("g1", false));
        time.Advance(TimeSpan.FromSeconds(200));
        server.Intake.Presence.Count(p => !p.Online).Should().Be(1);
    }

    [Fact]
    public async Task A_will_delay_postpones_the_loss()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        const string Connect = "10[ 'MQTT' 05 06 003C [ 11 00000064 ] 'g1' [ 18 0000000A ] 'pingan/v1/g1/status' 'offline' ]";
        Lose(server, Connect);
        time.Advance(TimeSpan.FromSeconds(9));
        Lose(server, Connect);
        time.Advance(TimeSpan.FromSeconds(9));
        server.Intake.Presence.Should().NotContain(("g1", false));
        time.Advance(TimeSpan.FromSeconds(2));
        server.Intake.Presence.Last().Should().Be(("g1", false));
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
        using var client = Connected(server, 4);
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
        Advance(time, 10_000, () => client.Socket.Available == 4);
        client.Expect("40[ 0001 ]");
    }

    [Fact]
    public async Task Refused_logins_leave_nothing_pending()
    {
        await using var server = await EdgeServer.StartAsync(options => options.ConnectionsPendingPerAddressMaximum = 2);
        using var good = Connected(server, 4);
        for (var i = 0; i < 10; i++)
        {
            using var client = server.Connect();
            client.Send("10[ 'MQTT' 04 02 003C 'a/b' ]");
            client.Expect("20[ 00 02 ]");
            client.ExpectClose();
            Eventually(() => server.Edge.ConnectionCount == 1);
        }

        using var last = server.Connect();
        last.Send("10[ 'MQTT' 04 02 003C 'g2' ]");
        last.Expect("@connack4");
    }

    [Fact]
    public async Task A_slow_plant_makes_the_client_wait_and_loses_nothing()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = Connected(server, 4);
        server.Intake.Hold();
        for (var i = 1; i <= 200; i++)
        {
            client.Send(Publish + $"{i:X4} @good ]");
        }

        Eventually(() => server.Intake.Count > 0);
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
        using var client = Connected(server, 4);
        var pings = MqttTextPackets.Assemble(string.Concat(Enumerable.Repeat("@ping ", 2000)));
        var act = () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                client.Send(pings);
            }
        };
        act.Should().Throw<System.Net.Sockets.SocketException>();
        Eventually(() => server.Edge.ConnectionCount == 0);
        server.Log.Lines.Should().Contain(line => line.Contains("UnreadOutput", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_sends_what_is_acknowledged_and_says_goodbye()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = Connected(server, 5);
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

    [Fact]
    public async Task Refused_readings_are_told_to_the_gateway_and_to_no_other()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = Connected(server, 4);
        client.Send("82[ 0001 'pingan/v1/g1/notice' 01 ]");
        client.Expect("90[ 0001 01 ]");
        using var other = server.Connect();
        other.Send("10[ 'MQTT' 04 02 003C 'g2' ] 82[ 0001 'pingan/v1/g2/notice' 01 ]");
        other.Expect("@connack4 90[ 0001 01 ]");
        client.Send(Publish + "0007 \"nonsense\" ]");
        client.Expect("40[ 0007 ]");
        var (qos, duplicate, id, text) = Notice(client);
        qos.Should().Be(1);
        duplicate.Should().BeFalse();
        id.Should().Be(1);
        text.Should().Contain("\"packet\":7").And.Contain("format-unknown").And.Contain("pingan/v1/g1/gas-pipe/p1");
        other.Send("@ping");
        other.Expect("@pong");
    }

    [Fact]
    public async Task A_notice_is_sent_again_until_it_is_acknowledged()
    {
        await using var server = await EdgeServer.StartAsync();
        const string Connect = "10[ 'MQTT' 04 80 003C 'c1' 'g1' ]";
        using (var client = server.Connect())
        {
            client.Send(Connect + "82[ 0001 'pingan/v1/g1/notice' 01 ]" + Publish + "0007 \"nonsense\" ]");
            client.Expect("@connack4 90[ 0001 01 ] 40[ 0007 ]");
            Notice(client).Duplicate.Should().BeFalse();
        }

        Eventually(() => server.Edge.ConnectionCount == 0);
        using (var client = server.Connect())
        {
            client.Send(Connect);
            client.Expect("20[ 01 00 ]");
            var (_, duplicate, id, _) = Notice(client);
            duplicate.Should().BeTrue();
            id.Should().Be(1);
            client.Send("40[ 0001 ] @ping");
            client.Expect("@pong");
        }

        Eventually(() => server.Edge.ConnectionCount == 0);
        using var last = server.Connect();
        last.Send(Connect + "@ping");
        last.Expect("20[ 01 00 ] @pong");
    }

    private static (int Qos, bool Duplicate, int Id, string Text) Notice(RawClient client)
    {
        var first = client.Receive(1)[0];
        (first & 0xF0).Should().Be(0x30);
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = client.Receive(1)[0];
            length |= (b & 0x7F) << shift;
            if (b < 0x80)
            {
                break;
            }
        }

        var body = client.Receive(length);
        var topic = (body[0] << 8) | body[1];
        return ((first >> 1) & 3, (first & 8) != 0, (body[2 + topic] << 8) | body[3 + topic], Encoding.UTF8.GetString(body.AsSpan(4 + topic)));
    }

    private static RawClient Connected(EdgeServer server, int version)
    {
        var client = server.Connect();
        client.Send($"@connect{version}");
        client.Expect($"@connack{version}");
        return client;
    }

    private static async Task Disconnected(EdgeServer server, string connect, string connack)
    {
        using var client = server.Connect();
        client.Send(connect);
        client.Expect(connack);
        client.Send("E0[]");
        client.ExpectClose();
        await Task.Yield();
        Eventually(() => server.Edge.ConnectionCount <= 1);
    }

    private static void Lose(EdgeServer server, string connect)
    {
        using (var client = server.Connect())
        {
            client.Send(connect);
            client.Receive(10);
        }

        Eventually(() => server.Edge.ConnectionCount == 0);
    }

    private static string Format(string text, int id) => text.Replace("{0}", $"{id:X4}", StringComparison.Ordinal);

    private static void Eventually(Func<bool> condition) =>
        SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(120)).Should().BeTrue("it comes true in good time");

    /// <summary>Moves the fake clock on, at most so many seconds, until it is so.</summary>
    private static void Advance(FakeTimeProvider time, int seconds, Func<bool> condition)
    {
        for (var i = 0; i < seconds && !condition(); i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            SpinWait.SpinUntil(condition, TimeSpan.FromMilliseconds(5));
        }
    }
}
