using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>What CONNACK tells a client (5.0 section 3.2).</summary>
internal readonly ref struct ConnAckPacket
{
    public required MqttVersion Version { get; init; }

    public required MqttReason Reason { get; init; }

    public bool SessionPresent { get; init; }

    public ushort ReceiveMaximum { get; init; }

    public uint MaximumPacketSize { get; init; }

    /// <summary>Null when it is as the client asked.</summary>
    public uint? SessionExpirySeconds { get; init; }

    /// <summary>Null when it is as the client asked.</summary>
    public ushort? ServerKeepAliveSeconds { get; init; }

    /// <summary>Empty unless the server named the client.</summary>
    public ReadOnlySpan<byte> AssignedClientId { get; init; }
}

/// <summary>
/// Writes packets into a span that the caller has made large enough (see the constants), and tells their length.
/// </summary>
internal static class MqttPacketWriter
{
    /// <summary>Room enough for any CONNACK, DISCONNECT, PUBACK or PINGRESP of ours.</summary>
    public const int SmallPacketBytes = 256;

    /// <summary>Room for the fixed header, packet identifier and property length before the codes of SUBACK and UNSUBACK.</summary>
    public const int SubAckOverheadBytes = 8;

    public static int ConnAck(Span<byte> to, in ConnAckPacket packet)
    {
        to[0] = 0x20;
        to[2] = (byte)(packet.SessionPresent ? 1 : 0);
        if (packet.Version == MqttVersion.V311)
        {
            to[1] = 2;
            to[3] = packet.Reason.ToReturnCode();
            return 4;
        }

        to[3] = (byte)packet.Reason;
        var at = 5;
        if (packet.Reason == MqttReason.Success)
        {
            at = ConnAckProperties(to, at, packet);
        }

        // All of it stays under 128 bytes, so each length is one byte.
        to[1] = (byte)(at - 2);
        to[4] = (byte)(at - 5);
        return at;
    }

    /// <summary>PUBACK without a reason string: 4 bytes, or 5 with a code other than success.</summary>
    public static int PubAck(Span<byte> to, ushort packetId, MqttReason reason)
    {
        to[0] = 0x40;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], packetId);
        if (reason == MqttReason.Success)
        {
            to[1] = 2;
            return 4;
        }

        to[1] = 3;
        to[4] = (byte)reason;
        return 5;
    }

    /// <summary>PUBACK of version 5 with a code and words to go with it; these are ASCII, at most 64 bytes.</summary>
    public static int PubAck(Span<byte> to, ushort packetId, MqttReason reason, ReadOnlySpan<byte> reasonString)
    {
        var length = PubAck(to, packetId, reason);
        return reasonString.IsEmpty ? length : ReasonString(to, length, reasonString);
    }

    public static int SubAck(Span<byte> to, ushort packetId, MqttVersion version, ReadOnlySpan<byte> codes) =>
        Acks(to, 0x90, packetId, version, codes);

    public static int UnsubAck(Span<byte> to, ushort packetId, MqttVersion version, ReadOnlySpan<byte> codes) =>
        Acks(to, 0xB0, packetId, version, version == MqttVersion.V5 ? codes : default);

    public static int PingResp(Span<byte> to)
    {
        to[0] = 0xD0;
        to[1] = 0;
        return 2;
    }

    /// <summary>DISCONNECT of version 5; a 3.1.1 server has none to send.</summary>
    public static int Disconnect(Span<byte> to, MqttReason reason)
    {
        to[0] = 0xE0;
        to[1] = 1;
        to[2] = (byte)reason;
        return 3;
    }

    /// <summary>How long the PUBLISH will be.</summary>
    public static int PublishLength(int topicBytes, int payloadBytes, int qos, MqttVersion version)
    {
        var body = 2 + topicBytes + (qos > 0 ? 2 : 0) + (version == MqttVersion.V5 ? 1 : 0) + payloadBytes;
        return 1 + VarIntLength(body) + body;
    }

    public static int Publish(
        Span<byte> to, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, ushort packetId, bool duplicate, MqttVersion version)
    {
        var length = PublishLength(topic.Length, payload.Length, qos, version);
        to[0] = (byte)(0x30 | (qos << 1) | (duplicate ? 8 : 0));
        var bodyLength = 2 + topic.Length + (qos > 0 ? 2 : 0) + (version == MqttVersion.V5 ? 1 : 0) + payload.Length;
        var at = VarInt(to, 1, bodyLength);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)topic.Length);
        topic.CopyTo(to[(at + 2)..]);
        at += 2 + topic.Length;
        if (qos > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to[at..], packetId);
            at += 2;
        }

        if (version == MqttVersion.V5)
        {
            to[at++] = 0;
        }

        payload.CopyTo(to[at..]);
        return length;
    }

    private static int ConnAckProperties(Span<byte> to, int at, in ConnAckPacket packet)
    {
        if (packet.SessionExpirySeconds is { } expiry)
        {
            at = Number(to, at, MqttPropertyId.SessionExpiryInterval, expiry);
        }

        at = Word(to, at, MqttPropertyId.ReceiveMaximum, packet.ReceiveMaximum);
        at = Flag(to, at, MqttPropertyId.MaximumQos, 1);
        at = Flag(to, at, MqttPropertyId.RetainAvailable, 0);
        at = Number(to, at, MqttPropertyId.MaximumPacketSize, packet.MaximumPacketSize);
        if (!packet.AssignedClientId.IsEmpty)
        {
            to[at++] = (byte)MqttPropertyId.AssignedClientIdentifier;
            BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)packet.AssignedClientId.Length);
            packet.AssignedClientId.CopyTo(to[(at + 2)..]);
            at += 2 + packet.AssignedClientId.Length;
        }

        at = Word(to, at, MqttPropertyId.TopicAliasMaximum, 0);
        at = Flag(to, at, MqttPropertyId.WildcardSubscriptionAvailable, 0);
        at = Flag(to, at, MqttPropertyId.SubscriptionIdentifiersAvailable, 0);
        at = Flag(to, at, MqttPropertyId.SharedSubscriptionAvailable, 0);
        return packet.ServerKeepAliveSeconds is { } keepAlive ? Word(to, at, MqttPropertyId.ServerKeepAlive, keepAlive) : at;
    }

    private static int ReasonString(Span<byte> to, int at, ReadOnlySpan<byte> text)
    {
        to[at++] = (byte)(3 + text.Length);
        to[at++] = (byte)MqttPropertyId.ReasonString;
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)text.Length);
        text.CopyTo(to[(at + 2)..]);
        at += 2 + text.Length;
        to[1] = (byte)(at - 2);
        return at;
    }

    private static int Acks(Span<byte> to, byte header, ushort packetId, MqttVersion version, ReadOnlySpan<byte> codes)
    {
        to[0] = header;
        var at = VarInt(to, 1, 2 + (version == MqttVersion.V5 ? 1 : 0) + codes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], packetId);
        at += 2;
        if (version == MqttVersion.V5)
        {
            to[at++] = 0;
        }

        codes.CopyTo(to[at..]);
        return at + codes.Length;
    }

    private static int Flag(Span<byte> to, int at, MqttPropertyId id, byte value)
    {
        to[at] = (byte)id;
        to[at + 1] = value;
        return at + 2;
    }

    private static int Word(Span<byte> to, int at, MqttPropertyId id, ushort value)
    {
        to[at] = (byte)id;
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 1)..], value);
        return at + 3;
    }

    private static int Number(Span<byte> to, int at, MqttPropertyId id, uint value)
    {
        to[at] = (byte)id;
        BinaryPrimitives.WriteUInt32BigEndian(to[(at + 1)..], value);
        return at + 5;
    }

    private static int VarIntLength(int value) => value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

    private static int VarInt(Span<byte> to, int at, int value)
    {
        while (value >= 128)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
        return at;
    }
}
