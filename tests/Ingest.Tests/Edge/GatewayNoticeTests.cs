using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>What a gateway is told of its refused readings.</summary>
public sealed class GatewayNoticeTests
{
    private const string Publish = "32[ 'pingan/v1/g1/gas-pipe/p1' ";

    [Fact]
    public async Task Refused_readings_are_told_to_the_gateway_and_to_no_other()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connected(4);
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

        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
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

        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 0);
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
}
