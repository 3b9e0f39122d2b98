using System.Buffers.Binary;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>A PUBLISH packet made once and sent many times: only the packet identifier (and what the load patches) changes.</summary>
/// <param name="Bytes">The whole packet.</param>
/// <param name="PacketIdOffset">Where the identifier goes; -1 at QoS 0.</param>
/// <param name="PayloadOffset">Where the payload begins.</param>
public sealed record WireFrame(byte[] Bytes, int PacketIdOffset, int PayloadOffset);

/// <summary>MQTT packets as bytes, versions 3.1.1 and 5. Written for these tests' own use: it shares no code with the server.</summary>
public static class WireFrames
{
    public static byte[] PingRequest { get; } = [0xC0, 0];

    public static byte[] Disconnect { get; } = [0xE0, 0];

    public static byte[] Connect(WireOptions options)
    {
        var flags = options.CleanSession ? 0x02 : 0;
        var body = new List<byte>(64);
        Text(body, "MQTT");
        body.Add((byte)options.Version);
        flags |= options.WillTopic is null ? 0 : 0x04 | 0x08;
        flags |= options.UserName is null ? 0 : 0x80;
        flags |= options.Password is null ? 0 : 0x40;
        body.Add((byte)flags);
        UInt16(body, options.KeepAliveSeconds);
        Properties(body, options.Version, SessionExpiry(options));
        Text(body, options.ClientId);
        if (options.WillTopic is not null)
        {
            Properties(body, options.Version, []);
            Text(body, options.WillTopic);
            Text(body, options.WillPayload);
        }

        if (options.UserName is not null)
        {
            Text(body, options.UserName);
        }

        if (options.Password is not null)
        {
            Text(body, options.Password);
        }

        return Packet(0x10, body);
    }

    public static WireFrame Publish(WireVersion version, string topic, ReadOnlySpan<byte> payload, int qos = 1, bool retain = false)
    {
        var body = new List<byte>(payload.Length + topic.Length + 8);
        Text(body, topic);
        var packetId = -1;
        if (qos > 0)
        {
            packetId = body.Count;
            UInt16(body, 0);
        }

        Properties(body, version, []);
        var payloadStart = body.Count;
        body.AddRange(payload);
        var packet = Packet((byte)(0x30 | (qos << 1) | (retain ? 1 : 0)), body);
        var header = packet.Length - body.Count;
        return new WireFrame(packet, packetId < 0 ? -1 : packetId + header, payloadStart + header);
    }

    /// <returns>Bytes of a PUBLISH without properties.</returns>
    internal static int PublishLength(WireVersion version, int topicLength, int payloadLength, int qos)
    {
        var rest = PublishRest(version, topicLength, payloadLength, qos);
        return 1 + (rest < 0x80 ? 1 : rest < 0x4000 ? 2 : rest < 0x20_0000 ? 3 : 4) + rest;
    }

    /// <summary>Writes a PUBLISH without properties over <paramref name="target"/>, which is as long as <see cref="PublishLength"/> says.</summary>
    internal static void WritePublish(Span<byte> target, WireVersion version, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, ushort packetId)
    {
        target[0] = (byte)(0x30 | (qos << 1));
        var at = 1;
        var rest = PublishRest(version, topic.Length, payload.Length, qos);
        do
        {
            target[at++] = (byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
            rest >>= 7;
        }
        while (rest > 0);
        BinaryPrimitives.WriteUInt16BigEndian(target[at..], (ushort)topic.Length);
        topic.CopyTo(target[(at + 2)..]);
        at += 2 + topic.Length;
        if (qos > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[at..], packetId);
            at += 2;
        }

        if (version == WireVersion.Mqtt5)
        {
            target[at++] = 0;
        }

        payload.CopyTo(target[at..]);
    }

    public static byte[] Subscribe(WireVersion version, ushort packetId, string filter, int qos)
    {
        var body = new List<byte>(filter.Length + 8);
        UInt16(body, packetId);
        Properties(body, version, []);
        Text(body, filter);
        body.Add((byte)qos);
        return Packet(0x82, body);
    }

    /// <summary>Reads a packet's remaining length.</summary>
    /// <returns>Bytes of the fixed header, 0 when more bytes are needed, -1 when it is not a length.</returns>
    public static int ReadHeader(ReadOnlySpan<byte> bytes, out int remaining)
    {
        remaining = 0;
        for (var i = 1; i < Math.Min(bytes.Length, 5); i++)
        {
            remaining |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if ((bytes[i] & 0x80) == 0)
            {
                return i + 1;
            }
        }

        return bytes.Length < 5 ? 0 : -1;
    }

    private static int PublishRest(WireVersion version, int topicLength, int payloadLength, int qos) =>
        2 + topicLength + (qos > 0 ? 2 : 0) + (version == WireVersion.Mqtt5 ? 1 : 0) + payloadLength;

    /// <summary>A session that is to survive the connection has to say so in version 5.</summary>
    private static byte[] SessionExpiry(WireOptions options) => options.CleanSession ? [] : [0x11, 0, 0, 0x0E, 0x10];

    private static void Properties(List<byte> body, WireVersion version, byte[] properties)
    {
        if (version == WireVersion.Mqtt5)
        {
            body.Add((byte)properties.Length);
            body.AddRange(properties);
        }
    }

    private static byte[] Packet(byte first, List<byte> body)
    {
        var packet = new List<byte>(body.Count + 5) { first };
        var rest = body.Count;
        do
        {
            packet.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            rest >>= 7;
        }
        while (rest > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void Text(List<byte> body, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        UInt16(body, utf8.Length);
        body.AddRange(utf8);
    }

    private static void UInt16(List<byte> body, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        body.AddRange(bytes);
    }
}
