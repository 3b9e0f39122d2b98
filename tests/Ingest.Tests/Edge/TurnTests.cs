namespace PingAnIoT.Ingest.Tests;

/// <summary>Sessions that brought little read again when they are called.</summary>
public sealed class TurnTests
{
    private const string Publish = "32[ 'pingan/v1/g1/gas-pipe/p1' ";

    [Fact]
    public async Task What_came_while_it_waited_is_one_batch_acknowledged_in_order()
    {
        await using var server = await FlowAsync();
        using var client = Waiting(server);
        for (var i = 2; i <= 6; i++)
        {
            client.Send(Message(i));
        }

        server.Intake.Count.Should().Be(1);
        server.Intake.Call();
        server.Intake.Count.Should().Be(6, "all of it was read before the call came back");
        server.Intake.Batches.Should().Be(2);
        client.Expect("40[ 0002 ] 40[ 0003 ] 40[ 0004 ] 40[ 0005 ] 40[ 0006 ]");
    }

    [Fact]
    public async Task Half_a_packet_waits_for_its_other_half_and_for_nothing_else()
    {
        await using var server = await FlowAsync();
        using var client = Waiting(server);
        var message = MqttTextPackets.Assemble(Message(2));
        client.Send(message.AsSpan(0, 9));
        server.Intake.Call();
        server.Intake.Count.Should().Be(1);
        CallUntilNobodyWaits(server);
        client.Send(message.AsSpan(9));
        client.Expect("40[ 0002 ]");
    }

    [Fact]
    public async Task Who_was_called_and_had_nothing_is_read_as_soon_as_something_comes()
    {
        await using var server = await FlowAsync();
        using var client = Waiting(server);
        CallUntilNobodyWaits(server).Should().BeInRange(2, 8, "it looks a few times before it sleeps");
        client.Send(Message(2));
        client.Expect("40[ 0002 ]");
    }

    [Fact]
    public async Task A_session_that_brings_much_reads_on_without_being_called()
    {
        await using var server = await FlowAsync();
        using var client = Waiting(server);
        var messages = MqttTextPackets.Assemble(string.Concat(Enumerable.Range(2, 500).Select(Message)));

        // All of it lies in the socket before the call.
        client.Send(messages);
        server.Intake.Call();
        client.Receive(2_000).Length.Should().Be(2_000);
        server.Intake.Count.Should().Be(501);
        server.Intake.Batches.Should().BeLessThan(50);
    }

    [Fact]
    public async Task Pings_alone_wait_for_nothing()
    {
        await using var server = await FlowAsync();
        using var client = Connected(server);
        for (var i = 0; i < 5; i++)
        {
            client.Send("@ping");
            client.Expect("@pong");
        }

        client.Send(Message(1) + "@ping");
        client.Expect("@pong");
    }

    [Fact]
    public async Task A_takeover_reaches_one_that_is_never_called()
    {
        await using var server = await FlowAsync();
        using var client = server.Connect();
        client.Send("@connect5");
        client.Expect("@connack5");
        client.Send("32[ 'pingan/v1/g1/gas-pipe/p1' 0001 [] @good ]");
        client.Expect("40[ 0001 ]");
        JournalTests.WaitUntil(() => server.Intake.IsAnyoneWaiting);
        using var second = server.Connect();
        second.Send("@connect5");
        second.Expect("@connack5");
        client.Expect("E0[ 8E ]");
        client.ExpectClose();
    }

    [Fact]
    public async Task A_stop_reaches_one_that_is_never_called_and_what_is_under_way_is_acknowledged_first()
    {
        await using var server = await FlowAsync();
        using var client = Connected(server);
        server.Intake.Hold();
        client.Send(Message(1));
        JournalTests.WaitUntil(() => server.Intake.IsAnyoneWaiting);
        server.Edge.BeginStop();
        server.Intake.Release();
        client.Expect("40[ 0001 ]");
        client.ExpectClose();
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
    }

    [Fact]
    public async Task A_goodbye_sent_meanwhile_is_heard_at_the_call()
    {
        await using var server = await FlowAsync();
        using var client = Waiting(server);
        client.Send(Message(2) + "E0[]");
        server.Intake.Call();
        server.Intake.Count.Should().Be(2);
        client.ReceiveToEnd();
        client.TimedOut.Should().BeFalse("the server closes");
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
    }

    private static string Message(int packetId) => $"{Publish}{packetId:X4} @good ] ";

    private static async Task<EdgeServer> FlowAsync()
    {
        var server = await EdgeServer.StartAsync();
        server.Intake.BeginFlow();
        return server;
    }

    private static int CallUntilNobodyWaits(EdgeServer server)
    {
        var calls = 0;
        for (; server.Intake.IsAnyoneWaiting && calls < 100; calls++)
        {
            server.Intake.Call();
        }

        return calls;
    }

    private static RawClient Connected(EdgeServer server)
    {
        var client = server.Connect();
        client.Send("@connect4");
        client.Expect("@connack4");
        return client;
    }

    /// <summary>One that has brought its first message and waits to be called.</summary>
    private static RawClient Waiting(EdgeServer server)
    {
        var client = Connected(server);
        client.Send(Message(1));
        client.Expect("40[ 0001 ]");
        JournalTests.WaitUntil(() => server.Intake.IsAnyoneWaiting);
        return client;
    }
}
