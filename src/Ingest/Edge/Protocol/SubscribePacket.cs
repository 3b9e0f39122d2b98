namespace PingAnIoT.Ingest;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (5.0 sections 3.8 and 3.10): an identifier and filters, all checked before the first is handed out.</summary>
internal ref struct SubscribePacket
{
    private static readonly ulong SubscribeProperties = MqttProperties.Set(
        MqttPropertyId.SubscriptionIdentifier, MqttPropertyId.UserProperty);

    private static readonly ulong UnsubscribeProperties = MqttProperties.Set(MqttPropertyId.UserProperty);
    private readonly bool hasOptions;
    private MqttCursor filters;

    private SubscribePacket(ushort packetId, bool hasOptions, int count, MqttCursor filters)
    {
        PacketId = packetId;
        Count = count;
        this.hasOptions = hasOptions;
        this.filters = filters;
    }

    public ushort PacketId { get; }

    /// <summary>How many filters there are; at least 1.</summary>
    public int Count { get; }

    public static MqttReason TryParse(in MqttFrame frame, MqttVersion version, out SubscribePacket packet)
    {
        packet = default;
        var isSubscribe = frame.Type == MqttPacketType.Subscribe;
        var cursor = new MqttCursor(frame.Body);
        if (!cursor.TryUInt16(out var packetId))
        {
            return MqttReason.Malformed;
        }

        if (version == MqttVersion.V5)
        {
            var reason = ReadProperties(ref cursor, isSubscribe);
            if (reason != MqttReason.Success)
            {
                return reason;
            }
        }

        if (packetId == 0 || cursor.IsEmpty)
        {
            return MqttReason.ProtocolError;
        }

        var all = cursor;
        var count = 0;
        for (; !cursor.IsEmpty; count++)
        {
            var reason = CheckFilter(ref cursor, isSubscribe, version);
            if (reason != MqttReason.Success)
            {
                return reason;
            }
        }

        packet = new SubscribePacket(packetId, isSubscribe, count, all);
        return MqttReason.Success;
    }

    public bool MoveNext(out ReadOnlySpan<byte> filter, out int qos)
    {
        byte options = 0;
        var more = filters.TryBinary(out filter) && (!hasOptions || filters.TryByte(out options));
        qos = options & 3;
        return more;
    }

    private static MqttReason ReadProperties(scoped ref MqttCursor cursor, bool isSubscribe)
    {
        if (!MqttProperties.TryOpen(ref cursor, isSubscribe ? SubscribeProperties : UnsubscribeProperties, out var properties))
        {
            return MqttReason.Malformed;
        }

        while (properties.MoveNext(out var property))
        {
            if (property.Id == MqttPropertyId.SubscriptionIdentifier)
            {
                return property.Number == 0 ? MqttReason.ProtocolError : MqttReason.SubscriptionIdsNotSupported;
            }
        }

        return properties.Error;
    }

    private static MqttReason CheckFilter(scoped ref MqttCursor cursor, bool hasOptions, MqttVersion version)
    {
        if (!cursor.TryText(out var filter) || filter.IsEmpty)
        {
            return MqttReason.Malformed;
        }

        byte options = 0;
        if (hasOptions && !cursor.TryByte(out options))
        {
            return MqttReason.Malformed;
        }

        if (version == MqttVersion.V311)
        {
            return options <= 2 ? MqttReason.Success : MqttReason.Malformed;
        }

        var isShared = filter.StartsWith("$share/"u8);
        var noLocal = (options & 0x04) != 0;
        return (options & 0xC0) != 0 ? MqttReason.Malformed
            : (options & 3) == 3 || (options & 0x30) == 0x30 || (isShared && noLocal) ? MqttReason.ProtocolError
            : MqttReason.Success;
    }
}
