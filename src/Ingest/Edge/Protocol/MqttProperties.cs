namespace PingAnIoT.Ingest;

/// <summary>Property identifiers of MQTT 5 (section 2.2.2.2).</summary>
internal enum MqttPropertyId : byte
{
    PayloadFormatIndicator = 0x01,
    MessageExpiryInterval = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiryInterval = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelayInterval = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardSubscriptionAvailable = 0x28,
    SubscriptionIdentifiersAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>One property: a number, or the bytes of a string, of binary data or of a user property's name.</summary>
internal readonly ref struct MqttProperty(MqttPropertyId id, uint number, ReadOnlySpan<byte> bytes)
{
    public MqttPropertyId Id { get; } = id;

    public uint Number { get; } = number;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>
/// Walks a property list. An identifier that the packet may not have is malformed (0x81), the same one twice is a protocol
/// error (0x82), user properties apart (MQTT 5 section 2.2.2.2).
/// </summary>
internal ref struct MqttProperties
{
    private readonly ulong allowed;
    private MqttCursor cursor;
    private ulong seen;

    private MqttProperties(ReadOnlySpan<byte> bytes, ulong allowed)
    {
        cursor = new MqttCursor(bytes);
        this.allowed = allowed;
    }

    /// <summary>Set when <see cref="MoveNext"/> has returned false because of it.</summary>
    public MqttReason Error { get; private set; }

    public static ulong Set(params ReadOnlySpan<MqttPropertyId> ids)
    {
        var set = 0UL;
        foreach (var id in ids)
        {
            set |= 1UL << (int)id;
        }

        return set;
    }

    /// <summary>Takes the length and the list off <paramref name="cursor"/>.</summary>
    public static bool TryOpen(scoped ref MqttCursor cursor, ulong allowed, out MqttProperties properties)
    {
        properties = default;
        if (!cursor.TryVarInt(out var length) || !cursor.TryTake(length, out var bytes))
        {
            return false;
        }

        properties = new MqttProperties(bytes, allowed);
        return true;
    }

    /// <summary>Takes a list off and only checks it.</summary>
    public static MqttReason Skip(scoped ref MqttCursor cursor, ulong allowed)
    {
        if (!TryOpen(ref cursor, allowed, out var properties))
        {
            return MqttReason.Malformed;
        }

        while (properties.MoveNext(out _))
        {
        }

        return properties.Error;
    }

    public bool MoveNext(out MqttProperty property)
    {
        property = default;
        if (cursor.IsEmpty)
        {
            return false;
        }

        if (!cursor.TryVarInt(out var number) || number >= 64 || (allowed & (1UL << (int)number)) == 0)
        {
            return Fail(MqttReason.Malformed);
        }

        var id = (MqttPropertyId)number;
        if (id != MqttPropertyId.UserProperty && (seen & (1UL << (int)number)) != 0)
        {
            return Fail(MqttReason.ProtocolError);
        }

        seen |= 1UL << (int)number;
        return TryValue(id, out property) || Fail(MqttReason.Malformed);
    }

    private bool TryValue(MqttPropertyId id, out MqttProperty property)
    {
        var number = 0u;
        ReadOnlySpan<byte> bytes = default;
        bool ok;
        switch (id)
        {
            case MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.RequestProblemInformation
                or MqttPropertyId.RequestResponseInformation:
                ok = cursor.TryByte(out var flag);
                number = flag;
                break;
            case MqttPropertyId.ReceiveMaximum or MqttPropertyId.TopicAliasMaximum or MqttPropertyId.TopicAlias:
                ok = cursor.TryUInt16(out var word);
                number = word;
                break;
            case MqttPropertyId.MessageExpiryInterval or MqttPropertyId.SessionExpiryInterval
                or MqttPropertyId.WillDelayInterval or MqttPropertyId.MaximumPacketSize:
                ok = cursor.TryUInt32(out number);
                break;
            case MqttPropertyId.SubscriptionIdentifier:
                ok = cursor.TryVarInt(out number);
                break;
            case MqttPropertyId.CorrelationData or MqttPropertyId.AuthenticationData:
                ok = cursor.TryBinary(out bytes);
                break;
            case MqttPropertyId.UserProperty:
                ok = cursor.TryText(out bytes) && cursor.TryText(out _);
                break;
            default:
                ok = cursor.TryText(out bytes);
                break;
        }

        property = new MqttProperty(id, number, bytes);
        return ok;
    }

    private bool Fail(MqttReason reason)
    {
        Error = reason;
        return false;
    }
}
