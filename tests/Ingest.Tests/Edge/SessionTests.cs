using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A session's life: who takes it over, how long it is remembered, when it is over, and what its end says of the gateway.</summary>
public sealed class SessionTests
{
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
        using var client = server.Connected(version);
        time.Advance(TimeSpan.FromSeconds(89));
        client.Send("@ping");
        client.Expect("@pong");
        JournalTests.WaitUntil(() => server.Intake.Presence.Count == 1);
        time.Advance(TimeSpan.FromSeconds(89));
        client.Send("C0");
        client.Socket.Available.Should().Be(0);
        Advance(time, 4, () => client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead));
        if (version == 5)
        {
            client.Expect("E0[ 8D ]");
        }

        client.ExpectClose();
        JournalTests.WaitUntil(() => server.Intake.Presence.Contains(("g1", false)));
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
        var client = server.Connected(4);
        client.Dispose();
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 1);
        server.Intake.Presence.Should().NotContain(("g1", false), "it has another connection");
        other.Dispose();
        JournalTests.WaitUntil(() => server.Intake.Presence.Contains(("g1", false)));
    }

    [Fact]
    public async Task Who_takes_his_leave_and_does_not_come_back_is_missed_all_the_same()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(time: time);
        for (var round = 0; round < 2; round++)
        {
            using (var client = server.Connected(5))
            {
                client.Send("E0[]");
                client.ExpectClose();
            }

            JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
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
    public async Task Refused_logins_leave_nothing_pending()
    {
        await using var server = await EdgeServer.StartAsync(options => options.ConnectionsPendingPerAddressMaximum = 2);
        using var good = server.Connected(4);
        for (var i = 0; i < 10; i++)
        {
            using var client = server.Connect();
            client.Send("10[ 'MQTT' 04 02 003C 'a/b' ]");
            client.Expect("20[ 00 02 ]");
            client.ExpectClose();
            JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 1);
        }

        using var last = server.Connect();
        last.Send("10[ 'MQTT' 04 02 003C 'g2' ]");
        last.Expect("@connack4");
    }

    /// <summary>Moves the fake clock on, at most so many seconds, until it is so.</summary>
    internal static void Advance(FakeTimeProvider time, int seconds, Func<bool> condition)
    {
        for (var i = 0; i < seconds && !condition(); i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            SpinWait.SpinUntil(condition, TimeSpan.FromMilliseconds(5));
        }
    }

    private static async Task Disconnected(EdgeServer server, string connect, string connack)
    {
        using var client = server.Connect();
        client.Send(connect);
        client.Expect(connack);
        client.Send("E0[]");
        client.ExpectClose();
        await Task.Yield();
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount <= 1);
    }

    private static void Lose(EdgeServer server, string connect)
    {
        using (var client = server.Connect())
        {
            client.Send(connect);
            client.Receive(10);
        }

        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
    }
}
