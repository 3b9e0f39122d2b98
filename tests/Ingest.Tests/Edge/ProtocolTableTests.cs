using System.Globalization;

namespace PingAnIoT.Ingest.Tests;

/// <summary>
/// Bytes in, bytes out, both versions. A row is a title, then what the client sends (<c>&gt;</c>) and what must come back
/// (<c>&lt;</c>), byte for byte; see <see cref="MqttTextPackets"/> for how packets are written.
/// </summary>
public sealed class ProtocolTableTests
{
    private const string Topic = "'pingan/v1/g1/gas-pipe/p1'";

    private const string Table = $$"""
        # 3.1.1 CONNECT
        connect                            | > @connect4 | < @connack4 | > @ping | < @pong
        3.1 is not spoken                  | > 10[ 'MQIsdp' 03 02 003C 'g1' ] | < 20[ 00 01 ] | < close
        level 6                            | > 10[ 'MQTT' 06 02 003C [] 'g1' ] | < 20[ 00 84 [] ] | < close
        level 3 under the new name         | > 10[ 'MQTT' 03 02 003C 'g1' ] | < 20[ 00 01 ] | < close
        other protocol name                | > 10[ 'AMQP' 04 02 003C 'g1' ] | < close
        reserved connect flag              | > 10[ 'MQTT' 04 03 003C 'g1' ] | < close
        will QoS without will              | > 10[ 'MQTT' 04 0A 003C 'g1' ] | < close
        will retain without will           | > 10[ 'MQTT' 04 22 003C 'g1' ] | < close
        will QoS 3                         | > 10[ 'MQTT' 04 1E 003C 'g1' 'pingan/v1/g1/status' 'offline' ] | < close
        password without user              | > 10[ 'MQTT' 04 42 003C 'g1' 'secret' ] | < close
        bytes left over                    | > 10[ 'MQTT' 04 02 003C 'g1' 00 ] | < close
        cut short                          | > 10[ 'MQTT' 04 02 00 ] | < close
        empty client id, resumed           | > 10[ 'MQTT' 04 00 003C '' ] | < 20[ 00 02 ] | < close
        empty client id, no name at all    | > 10[ 'MQTT' 04 02 003C '' ] | < 20[ 00 02 ] | < close
        empty client id, clean, named      | > 10[ 'MQTT' 04 82 003C '' 'g1' ] | < @connack4
        client id with slashes             | > 10[ 'MQTT' 04 82 003C '../../etc' 'g1' ] | < 20[ 00 02 ] | < close
        client id of 65 bytes              | > 10[ 'MQTT' 04 82 003C 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' 'g1' ] | < 20[ 00 02 ] | < close
        client id of bad UTF-8             | > 10[ 'MQTT' 04 02 003C 0002 C328 ] | < close
        user name with a surrogate         | > 10[ 'MQTT' 04 82 003C 'c1' 0003 EDA080 ] | < close
        user name with NUL                 | > 10[ 'MQTT' 04 82 003C 'c1' 0003 670031 ] | < close
        will on the own status topic       | > 10[ 'MQTT' 04 0E 003C 'g1' 'pingan/v1/g1/status' 'offline' ] | < @connack4
        will elsewhere                     | > 10[ 'MQTT' 04 0E 003C 'g1' 'pingan/v1/g2/status' 'offline' ] | < 20[ 00 05 ] | < close
        will with a wildcard               | > 10[ 'MQTT' 04 0E 003C 'g1' 'pingan/v1/+/status' 'offline' ] | < close
        flags of the fixed header          | > 11[ 'MQTT' 04 02 003C 'g1' ] | < close
        second CONNECT                     | > @connect4 | < @connack4 | > @connect4 | < close
        not CONNECT first                  | > @ping | < close
        garbage first                      | > "GET / HTTP/1.1" 0D0A0D0A | < close
        pipelined behind CONNECT           | > @connect4 @ping @ping | < @connack4 @pong @pong
        # 3.1.1 packets
        publish QoS 0                      | > @connect4 | < @connack4 | > 30[ {{Topic}} @good ] @ping | < @pong
        publish QoS 1                      | > @connect4 | < @connack4 | > 32[ {{Topic}} 0007 @good ] | < 40[ 0007 ]
        two at once, in order              | > @connect4 | < @connack4 | > 32[ {{Topic}} 0009 @good ] 32[ {{Topic}} 0003 @good ] | < 40[ 0009 ] 40[ 0003 ]
        DUP is taken like any other        | > @connect4 | < @connack4 | > 3A[ {{Topic}} 0007 @good ] | < 40[ 0007 ]
        a bad payload is acknowledged      | > @connect4 | < @connack4 | > 32[ {{Topic}} 0007 "nonsense" ] | < 40[ 0007 ]
        retained is dead-lettered          | > @connect4 | < @connack4 | > 33[ {{Topic}} 0007 @good ] | < 40[ 0007 ]
        QoS 2                              | > @connect4 | < @connack4 | > 34[ {{Topic}} 0007 @good ] | < close
        QoS 3                              | > @connect4 | < @connack4 | > 36[ {{Topic}} 0007 @good ] | < close
        DUP at QoS 0                       | > @connect4 | < @connack4 | > 38[ {{Topic}} @good ] | < close
        packet id 0                        | > @connect4 | < @connack4 | > 32[ {{Topic}} 0000 @good ] | < close
        topic with a wildcard              | > @connect4 | < @connack4 | > 30[ 'pingan/v1/g1/+/p1' @good ] | < close
        empty topic                        | > @connect4 | < @connack4 | > 30[ '' @good ] | < close
        topic with NUL                     | > @connect4 | < @connack4 | > 30[ 0003 610062 @good ] | < close
        topic past the end                 | > @connect4 | < @connack4 | > 30[ 00FF 61 ] | < close
        subscribe to the notices           | > @connect4 | < @connack4 | > 82[ 0001 'pingan/v1/g1/notice' 02 ] | < 90[ 0001 01 ]
        subscribe elsewhere                | > @connect4 | < @connack4 | > 82[ 0001 '#' 00 'pingan/v1/g2/notice' 01 'pingan/v1/g1/notice' 00 '$share/a/b' 00 '$SYS/x' 00 ] | < 90[ 0001 80 80 00 80 80 ]
        subscribe to nothing               | > @connect4 | < @connack4 | > 82[ 0001 ] | < close
        subscribe with QoS 3               | > @connect4 | < @connack4 | > 82[ 0001 'pingan/v1/g1/notice' 03 ] | < close
        subscribe with reserved bits       | > @connect4 | < @connack4 | > 82[ 0001 'pingan/v1/g1/notice' 10 ] | < close
        subscribe with wrong flags         | > @connect4 | < @connack4 | > 80[ 0001 'pingan/v1/g1/notice' 00 ] | < close
        unsubscribe                        | > @connect4 | < @connack4 | > A2[ 0002 'anything' ] | < B0[ 0002 ]
        unsubscribe from nothing           | > @connect4 | < @connack4 | > A2[ 0002 ] | < close
        server's packets                   | > @connect4 | < @connack4 | > 20[ 00 00 ] | < close
        PUBREL                             | > @connect4 | < @connack4 | > 62[ 0001 ] | < close
        AUTH is of version 5               | > @connect4 | < @connack4 | > F0[] | < close
        PINGREQ with a body                | > @connect4 | < @connack4 | > C0[ 00 ] | < close
        disconnect                         | > @connect4 | < @connack4 | > E0[] | < close
        disconnect with a body             | > @connect4 | < @connack4 | > E0[ 00 ] | < close
        length of five bytes               | > @connect4 | < @connack4 | > 30 FFFFFFFF7F | < close
        packet too large                   | > @connect4 | < @connack4 | > 30 80801000 | < close
        # 5.0 CONNECT
        connect                            | > @connect5 | < @connack5 | > @ping | < @pong
        malformed flags                    | > 10[ 'MQTT' 05 03 003C [] 'g1' ] | < 20[ 00 81 [] ] | < close
        unknown property                   | > 10[ 'MQTT' 05 02 003C [ 7E 00 ] 'g1' ] | < 20[ 00 81 [] ] | < close
        property of another packet         | > 10[ 'MQTT' 05 02 003C [ 24 01 ] 'g1' ] | < 20[ 00 81 [] ] | < close
        property twice                     | > 10[ 'MQTT' 05 02 003C [ 21 0001 21 0001 ] 'g1' ] | < 20[ 00 82 [] ] | < close
        property cut short                 | > 10[ 'MQTT' 05 02 003C [ 11 0000 ] 'g1' ] | < 20[ 00 81 [] ] | < close
        Receive Maximum 0                  | > 10[ 'MQTT' 05 02 003C [ 21 0000 ] 'g1' ] | < 20[ 00 82 [] ] | < close
        Maximum Packet Size 0              | > 10[ 'MQTT' 05 02 003C [ 27 00000000 ] 'g1' ] | < 20[ 00 82 [] ] | < close
        Request Problem Information 2      | > 10[ 'MQTT' 05 02 003C [ 17 02 ] 'g1' ] | < 20[ 00 82 [] ] | < close
        authentication method              | > 10[ 'MQTT' 05 02 003C [ 15 'SCRAM' ] 'g1' ] | < 20[ 00 8C [] ] | < close
        authentication data alone          | > 10[ 'MQTT' 05 02 003C [ 16 'x' ] 'g1' ] | < 20[ 00 82 [] ] | < close
        user properties, repeated          | > 10[ 'MQTT' 05 02 003C [ 26 'a' 'b' 26 'a' 'b' ] 'g1' ] | < @connack5
        no keep-alive: the server's        | > 10[ 'MQTT' 05 02 0000 [] 'g1' ] | < 20[ 00 00 [ 21 1000 24 01 25 00 27 00040000 22 0000 28 00 29 00 2A 00 13 04B0 ] ]
        session for ever: the server's     | > 10[ 'MQTT' 05 02 003C [ 11 FFFFFFFF ] 'g1' ] | < 20[ 00 00 [ 11 00015180 21 1000 24 01 25 00 27 00040000 22 0000 28 00 29 00 2A 00 ] ]
        password without user              | > 10[ 'MQTT' 05 42 003C [] 'g1' 'secret' ] | < @connack5
        client id refused                  | > 10[ 'MQTT' 05 82 003C [] 'a/b' 'g1' ] | < 20[ 00 85 [] ] | < close
        will QoS 2                         | > 10[ 'MQTT' 05 16 003C [] 'g1' [] 'pingan/v1/g1/status' 'offline' ] | < 20[ 00 9B [] ] | < close
        will retained                      | > 10[ 'MQTT' 05 2E 003C [] 'g1' [] 'pingan/v1/g1/status' 'offline' ] | < 20[ 00 9A [] ] | < close
        will elsewhere                     | > 10[ 'MQTT' 05 0E 003C [] 'g1' [] 'pingan/v1/g2/status' 'offline' ] | < 20[ 00 87 [] ] | < close
        will with properties               | > 10[ 'MQTT' 05 0E 003C [] 'g1' [ 18 0000000A 01 01 02 00000001 03 'text/plain' 08 'r' 09 'c' 26 'a' 'b' ] 'pingan/v1/g1/status' 'offline' ] | < @connack5
        will delay twice                   | > 10[ 'MQTT' 05 0E 003C [] 'g1' [ 18 0000000A 18 0000000A ] 'pingan/v1/g1/status' 'offline' ] | < 20[ 00 82 [] ] | < close
        takes no packet of CONNACK's size  | > 10[ 'MQTT' 05 02 003C [ 27 00000008 ] 'g1' ] | < close
        # 5.0 packets
        publish QoS 1                      | > @connect5 | < @connack5 | > 32[ {{Topic}} 0007 [] @good ] | < 40[ 0007 ]
        publish with properties            | > @connect5 | < @connack5 | > 32[ {{Topic}} 0007 [ 01 01 02 00000001 03 'application/json' 08 'r' 09 'c' 26 'a' 'b' ] @good ] | < 40[ 0007 ]
        foreign gateway                    | > @connect5 | < @connack5 | > 32[ 'pingan/v1/g2/gas-pipe/p1' 0007 [] @good ] | < 40[ 0007 87 [ 1F 'gateway-foreign' ] ]
        foreign status                     | > @connect5 | < @connack5 | > 32[ 'pingan/v1/g2/status' 0007 [] "offline" ] | < 40[ 0007 87 [ 1F 'gateway-foreign' ] ]
        unknown topic                      | > @connect5 | < @connack5 | > 32[ 'somewhere/else' 0007 [] @good ] | < 40[ 0007 90 [ 1F 'topic-unknown' ] ]
        unknown kind                       | > @connect5 | < @connack5 | > 32[ 'pingan/v1/g1/toaster/p1' 0007 [] @good ] | < 40[ 0007 90 [ 1F 'kind-unknown' ] ]
        bad payload                        | > @connect5 | < @connack5 | > 32[ {{Topic}} 0007 [] "nonsense" ] | < 40[ 0007 99 [ 1F 'format-unknown' ] ]
        no reasons wanted                  | > 10[ 'MQTT' 05 02 003C [ 17 00 ] 'g1' ] | < @connack5 | > 32[ {{Topic}} 0007 [] "nonsense" ] | < 40[ 0007 99 ]
        content type of nobody             | > @connect5 | < @connack5 | > 32[ {{Topic}} 0007 [ 03 'text/csv' ] @good ] | < 40[ 0007 99 [ 1F 'format-unknown' ] ]
        birth                              | > @connect5 | < @connack5 | > 32[ 'pingan/v1/g1/status' 0007 [] "online" ] | < 40[ 0007 ]
        neither birth nor will             | > @connect5 | < @connack5 | > 32[ 'pingan/v1/g1/status' 0007 [] "maybe" ] | < 40[ 0007 99 [ 1F 'payload-malformed' ] ]
        QoS 2                              | > @connect5 | < @connack5 | > 34[ {{Topic}} 0007 [] @good ] | < E0[ 9B ] | < close
        QoS 3                              | > @connect5 | < @connack5 | > 36[ {{Topic}} 0007 [] @good ] | < E0[ 81 ] | < close
        retained                           | > @connect5 | < @connack5 | > 33[ {{Topic}} 0007 [] @good ] | < E0[ 9A ] | < close
        topic alias                        | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 23 0001 ] @good ] | < E0[ 94 ] | < close
        topic alias 0                      | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 23 0000 ] @good ] | < E0[ 94 ] | < close
        empty topic                        | > @connect5 | < @connack5 | > 30[ '' [] @good ] | < E0[ 82 ] | < close
        subscription id from a client      | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 0B 01 ] @good ] | < E0[ 82 ] | < close
        payload format 2                   | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 01 02 ] @good ] | < E0[ 82 ] | < close
        response topic with a wildcard     | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 08 '#' ] @good ] | < E0[ 82 ] | < close
        content type twice                 | > @connect5 | < @connack5 | > 30[ {{Topic}} [ 03 'a' 03 'b' ] @good ] | < E0[ 82 ] | < close
        properties past the end            | > @connect5 | < @connack5 | > 30[ {{Topic}} 7F ] | < E0[ 81 ] | < close
        bad UTF-8                          | > @connect5 | < @connack5 | > 30[ 0002 C328 [] @good ] | < E0[ 81 ] | < close
        a noncharacter                     | > @connect5 | < @connack5 | > 30[ 0003 EFBFBF [] @good ] | < E0[ 81 ] | < close
        length not in its shortest form    | > @connect5 | < @connack5 | > C0 8000 | < E0[ 81 ] | < close
        packet too large                   | > @connect5 | < @connack5 | > 30 80801001 | < E0[ 95 ] | < close
        second CONNECT                     | > @connect5 | < @connack5 | > @connect5 | < E0[ 82 ] | < close
        AUTH without a method              | > @connect5 | < @connack5 | > F0[] | < E0[ 82 ] | < close
        PUBREC                             | > @connect5 | < @connack5 | > 50[ 0001 ] | < E0[ 82 ] | < close
        SUBACK from a client               | > @connect5 | < @connack5 | > 90[ 0001 [] 00 ] | < E0[ 82 ] | < close
        type 0                             | > @connect5 | < @connack5 | > 00[] | < E0[ 81 ] | < close
        subscribe at QoS 2, granted 1      | > @connect5 | < @connack5 | > 82[ 0001 [ 26 'a' 'b' ] 'pingan/v1/g1/notice' 2E ] | < 90[ 0001 [] 01 ]
        subscribe, all options             | > @connect5 | < @connack5 | > 82[ 0001 [ 26 'a' 'b' ] 'pingan/v1/g1/notice' 2D ] | < 90[ 0001 [] 01 ]
        subscribe elsewhere                | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/g2/notice' 01 'pingan/v1/g1/notice' 00 ] | < 90[ 0001 [] 87 00 ]
        subscribe, wildcard                | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/#' 01 ] | < E0[ A2 ] | < close
        subscribe, wildcard misplaced      | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1#' 01 ] | < 90[ 0001 [] 8F ]
        subscribe, shared                  | > @connect5 | < @connack5 | > 82[ 0001 [] '$share/g/pingan' 01 ] | < E0[ 9E ] | < close
        subscribe, shared and no local     | > @connect5 | < @connack5 | > 82[ 0001 [] '$share/g/pingan' 05 ] | < E0[ 82 ] | < close
        subscribe, with an identifier      | > @connect5 | < @connack5 | > 82[ 0001 [ 0B 01 ] 'pingan/v1/g1/notice' 01 ] | < E0[ A1 ] | < close
        subscribe, reserved bits           | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/g1/notice' 41 ] | < E0[ 81 ] | < close
        subscribe, retain handling 3       | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/g1/notice' 31 ] | < E0[ 82 ] | < close
        subscribe, QoS 3                   | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/g1/notice' 03 ] | < E0[ 82 ] | < close
        subscribe to nothing               | > @connect5 | < @connack5 | > 82[ 0001 [] ] | < E0[ 82 ] | < close
        subscribe, packet id 0             | > @connect5 | < @connack5 | > 82[ 0000 [] 'pingan/v1/g1/notice' 01 ] | < E0[ 82 ] | < close
        unsubscribe                        | > @connect5 | < @connack5 | > 82[ 0001 [] 'pingan/v1/g1/notice' 01 ] | < 90[ 0001 [] 01 ] | > A2[ 0002 [] 'pingan/v1/g1/notice' 'x' ] | < B0[ 0002 [] 00 11 ]
        disconnect                         | > @connect5 | < @connack5 | > E0[] | < close
        disconnect with reason, properties | > @connect5 | < @connack5 | > E0[ 04 [ 1F 'bye' 26 'a' 'b' ] ] | < close
        disconnect, server's reason        | > @connect5 | < @connack5 | > E0[ 8E ] | < E0[ 81 ] | < close
        disconnect, session from nowhere   | > @connect5 | < @connack5 | > E0[ 00 [ 11 00000001 ] ] | < E0[ 82 ] | < close
        disconnect, server reference       | > @connect5 | < @connack5 | > E0[ 00 [ 1C 'x' ] ] | < E0[ 81 ] | < close
        puback of nothing sent             | > @connect5 | < @connack5 | > 40[ 0009 ] 40[ 000A 10 ] 40[ 000B 80 [ 1F 'no' ] ] @ping | < @pong
        puback with a reason of nobody     | > @connect5 | < @connack5 | > 40[ 0009 55 ] | < E0[ 81 ] | < close
        """;

    [Fact]
    public async Task Every_row_holds()
    {
        await using var server = await EdgeServer.StartAsync();
        var failures = new List<string>();
        var cases = 0;
        foreach (var line in Table.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            cases++;
            var parts = line.Split('|', StringSplitOptions.TrimEntries);
            if (Run(server, parts[1..]) is { } failure)
            {
                failures.Add($"{parts[0]}: {failure}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"protocol table: {cases} cases, {failures.Count} failures");
        string.Join('\n', failures).Should().BeEmpty();
        server.Log.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Every_row_holds_byte_by_byte()
    {
        await using var server = await EdgeServer.StartAsync();
        var failures = new List<string>();
        foreach (var line in Table.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = line.Split('|', StringSplitOptions.TrimEntries);
            if (Run(server, parts[1..], oneByOne: true) is { } failure)
            {
                failures.Add($"{parts[0]}: {failure}");
            }
        }

        string.Join('\n', failures).Should().BeEmpty();
    }

    [Fact]
    public async Task The_server_names_a_client_without_a_name()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = server.Connect();
        client.Send("10[ 'MQTT' 05 82 003C [] '' 'g1' ]");
        var head = client.Receive(2);
        var body = client.Receive(head[1]);
        var assigned = Convert.ToHexString(body).IndexOf("12", StringComparison.Ordinal);
        body[1].Should().Be(0);
        assigned.Should().BeGreaterThan(0);
        System.Text.Encoding.ASCII.GetString(body).Should().Contain("auto-");
    }

    private static string? Run(EdgeServer server, string[] steps, bool oneByOne = false)
    {
        using var client = server.Connect();
        client.Socket.ReceiveTimeout = 3_000;
        foreach (var step in steps)
        {
            if (step[0] == '>')
            {
                Send(client, MqttTextPackets.Assemble(step[1..]), oneByOne);
                continue;
            }

            var expected = step == "< close" ? [] : MqttTextPackets.Assemble(step[1..]);
            var got = step == "< close" ? client.ReceiveToEnd() : client.Receive(expected.Length);
            if (!got.AsSpan().SequenceEqual(expected) || client.TimedOut)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{step}: expected {Convert.ToHexString(expected)}, got {Convert.ToHexString(got)}{(client.TimedOut ? " and then nothing" : "")}");
            }
        }

        return null;
    }

    private static void Send(RawClient client, byte[] bytes, bool oneByOne)
    {
        try
        {
            for (var i = 0; oneByOne && i < bytes.Length; i++)
            {
                client.Send(bytes.AsSpan(i, 1));
            }

            if (!oneByOne)
            {
                client.Send(bytes);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused before all of it was sent: what came back tells.
        }
    }
}
