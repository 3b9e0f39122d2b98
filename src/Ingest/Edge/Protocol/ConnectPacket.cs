using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>CONNECT (3.1.1 section 3.1, 5.0 section 3.1).</summary>
internal sealed class ConnectPacket
{
    private const byte CleanFlag = 0x02;
    private const byte WillFlag = 0x04;
    private const byte WillRetainFlag = 0x20;
    private const byte PasswordFlag = 0x40;
    private const byte UserNameFlag = 0x80;

    private static readonly ulong ConnectProperties = MqttProperties.Set(
        MqttPropertyId.SessionExpiryInterval, MqttPropertyId.ReceiveMaximum, MqttPropertyId.MaximumPacketSize,
        MqttPropertyId.TopicAliasMaximum, MqttPropertyId.RequestResponseInformation, MqttPropertyId.RequestProblemInformation,
        MqttPropertyId.UserProperty, MqttPropertyId.AuthenticationMethod, MqttPropertyId.AuthenticationData);

    private static readonly ulong WillProperties = MqttProperties.Set(
        MqttPropertyId.WillDelayInterval, MqttPropertyId.PayloadFormatIndicator, MqttPropertyId.MessageExpiryInterval,
        MqttPropertyId.ContentType, MqttPropertyId.ResponseTopic, MqttPropertyId.CorrelationData, MqttPropertyId.UserProperty);

    /// <summary>In what version to answer; known as soon as the protocol level is read.</summary>
    public MqttVersion? Version { get; private set; }

    public string ClientId { get; private set; } = "";

    public bool CleanStart { get; private set; }

    public ushort KeepAliveSeconds { get; private set; }

    /// <summary>Null without a will.</summary>
    public string? WillTopic { get; private set; }

    public int WillQos { get; private set; }

    public bool WillRetain { get; private set; }

    public uint WillDelaySeconds { get; private set; }

    public string? UserName { get; private set; }

    public byte[]? Password { get; private set; }

    /// <summary>How long the session outlives the connection; <see cref="uint.MaxValue"/> is for ever.</summary>
    public uint SessionExpirySeconds { get; private set; }

    /// <summary>How many QoS 1 messages it takes unacknowledged.</summary>
    public ushort ReceiveMaximum { get; private set; } = ushort.MaxValue;

    /// <summary>Largest packet it takes, bytes.</summary>
    public uint MaximumPacketSize { get; private set; } = uint.MaxValue;

    public bool RequestProblemInformation { get; private set; } = true;

    public bool HasAuthenticationMethod { get; private set; }

    /// <returns><see cref="MqttReason.Success"/>, or why not; then <paramref name="packet"/> still tells the version to answer in.</returns>
    public static MqttReason TryParse(ReadOnlySpan<byte> body, out ConnectPacket packet)
    {
        packet = new ConnectPacket();
        var cursor = new MqttCursor(body);
        var reason = packet.ReadVersion(ref cursor);
        return reason != MqttReason.Success ? reason : packet.ReadRest(ref cursor);
    }

    private MqttReason ReadVersion(scoped ref MqttCursor cursor)
    {
        if (!cursor.TryBinary(out var name) || !cursor.TryByte(out var level))
        {
            return MqttReason.Malformed;
        }

        var is31 = name.SequenceEqual("MQIsdp"u8);
        if (!is31 && !name.SequenceEqual("MQTT"u8))
        {
            return MqttReason.Malformed;
        }

        // An unknown level is answered in the nearest form that its sender may understand.
        Version = level >= 5 && level < 0x80 && !is31 ? MqttVersion.V5 : MqttVersion.V311;
        return !is31 && level is 4 or 5 ? MqttReason.Success : MqttReason.UnsupportedVersion;
    }

    private MqttReason ReadRest(scoped ref MqttCursor cursor)
    {
        if (!cursor.TryByte(out var flags) || !cursor.TryUInt16(out var keepAlive))
        {
            return MqttReason.Malformed;
        }

        KeepAliveSeconds = keepAlive;
        var reason = ReadFlags(flags);
        if (reason == MqttReason.Success && Version == MqttVersion.V5)
        {
            reason = ReadProperties(ref cursor);
        }

        if (reason != MqttReason.Success)
        {
            return reason;
        }

        if (!cursor.TryText(out var clientId))
        {
            return MqttReason.Malformed;
        }

        ClientId = Encoding.UTF8.GetString(clientId);
        if ((flags & WillFlag) != 0)
        {
            reason = ReadWill(ref cursor);
        }

        return reason != MqttReason.Success ? reason : ReadLogin(flags, ref cursor);
    }

    private MqttReason ReadFlags(byte flags)
    {
        CleanStart = (flags & CleanFlag) != 0;
        WillQos = (flags >> 3) & 3;
        WillRetain = (flags & WillRetainFlag) != 0;
        if (Version == MqttVersion.V311)
        {
            SessionExpirySeconds = CleanStart ? 0 : uint.MaxValue;
        }

        var hasWill = (flags & WillFlag) != 0;
        var passwordAlone = (flags & (UserNameFlag | PasswordFlag)) == PasswordFlag;
        return (flags & 1) != 0 || WillQos == 3 || (!hasWill && (WillQos != 0 || WillRetain))
            || (passwordAlone && Version == MqttVersion.V311) ? MqttReason.Malformed : MqttReason.Success;
    }

    private MqttReason ReadProperties(scoped ref MqttCursor cursor)
    {
        if (!MqttProperties.TryOpen(ref cursor, ConnectProperties, out var properties))
        {
            return MqttReason.Malformed;
        }

        var hasAuthenticationData = false;
        while (properties.MoveNext(out var property))
        {
            switch (property.Id)
            {
                case MqttPropertyId.SessionExpiryInterval:
                    SessionExpirySeconds = property.Number;
                    break;
                case MqttPropertyId.ReceiveMaximum when property.Number > 0:
                    ReceiveMaximum = (ushort)property.Number;
                    break;
                case MqttPropertyId.MaximumPacketSize when property.Number > 0:
                    MaximumPacketSize = property.Number;
                    break;
                case MqttPropertyId.RequestProblemInformation when property.Number <= 1:
                    RequestProblemInformation = property.Number == 1;
                    break;
                case MqttPropertyId.RequestResponseInformation when property.Number <= 1:
                case MqttPropertyId.TopicAliasMaximum:
                case MqttPropertyId.UserProperty:
                    break;
                case MqttPropertyId.AuthenticationMethod:
                    HasAuthenticationMethod = true;
                    break;
                case MqttPropertyId.AuthenticationData:
                    hasAuthenticationData = true;
                    break;
                default:
                    return MqttReason.ProtocolError;
            }
        }

        return properties.Error != MqttReason.Success ? properties.Error
            : hasAuthenticationData && !HasAuthenticationMethod ? MqttReason.ProtocolError : MqttReason.Success;
    }

    private MqttReason ReadWill(scoped ref MqttCursor cursor)
    {
        if (Version == MqttVersion.V5)
        {
            if (!MqttProperties.TryOpen(ref cursor, WillProperties, out var properties))
            {
                return MqttReason.Malformed;
            }

            while (properties.MoveNext(out var property))
            {
                switch (property.Id)
                {
                    case MqttPropertyId.WillDelayInterval:
                        WillDelaySeconds = property.Number;
                        break;
                    case MqttPropertyId.PayloadFormatIndicator when property.Number > 1:
                        return MqttReason.ProtocolError;
                    case MqttPropertyId.ResponseTopic when !MqttText.IsTopicName(property.Bytes):
                        return MqttReason.ProtocolError;
                }
            }

            if (properties.Error != MqttReason.Success)
            {
                return properties.Error;
            }
        }

        if (!cursor.TryText(out var topic) || !MqttText.IsTopicName(topic) || !cursor.TryBinary(out _))
        {
            return MqttReason.Malformed;
        }

        WillTopic = Encoding.UTF8.GetString(topic);
        return MqttReason.Success;
    }

    private MqttReason ReadLogin(byte flags, scoped ref MqttCursor cursor)
    {
        if ((flags & UserNameFlag) != 0)
        {
            if (!cursor.TryText(out var userName))
            {
                return MqttReason.Malformed;
            }

            UserName = Encoding.UTF8.GetString(userName);
        }

        if ((flags & PasswordFlag) != 0)
        {
            if (!cursor.TryBinary(out var password))
            {
                return MqttReason.Malformed;
            }

            Password = password.ToArray();
        }

        return cursor.IsEmpty ? MqttReason.Success : MqttReason.Malformed;
    }
}
