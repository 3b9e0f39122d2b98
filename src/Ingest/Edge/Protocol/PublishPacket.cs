using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>PUBLISH (5.0 section 3.3). Its spans point into the packet read.</summary>
internal readonly ref struct PublishPacket
{
    private static readonly ulong Properties = MqttProperties.Set(
        MqttPropertyId.PayloadFormatIndicator, MqttPropertyId.MessageExpiryInterval, MqttPropertyId.TopicAlias,
        MqttPropertyId.ResponseTopic, MqttPropertyId.CorrelationData, MqttPropertyId.UserProperty,
        MqttPropertyId.SubscriptionIdentifier, MqttPropertyId.ContentType);

    private PublishPacket(byte header, ushort packetId, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> contentType)
    {
        Retain = (header & 1) != 0;
        Qos = (header >> 1) & 3;
        PacketId = packetId;
        Topic = topic;
        Payload = payload;
        ContentType = contentType;
    }

    public bool Retain { get; }

    public int Qos { get; }

    /// <summary>0 at QoS 0.</summary>
    public ushort PacketId { get; }

    public ReadOnlySpan<byte> Topic { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Empty when there is none.</summary>
    public ReadOnlySpan<byte> ContentType { get; }

    public static MqttReason TryParse(in MqttFrame frame, MqttVersion version, out PublishPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(frame.Body);
        if (!cursor.TryBinary(out var topic))
        {
            return MqttReason.Malformed;
        }

        ushort packetId = 0;
        if ((frame.Header & 0x06) != 0 && !cursor.TryUInt16(out packetId))
        {
            return MqttReason.Malformed;
        }

        if ((frame.Header & 0x06) != 0 && packetId == 0)
        {
            return MqttReason.ProtocolError;
        }

        ReadOnlySpan<byte> contentType = default;
        if (version == MqttVersion.V5)
        {
            var reason = ReadProperties(ref cursor, out contentType);
            if (reason != MqttReason.Success)
            {
                return reason;
            }

            if (topic.IsEmpty)
            {
                return MqttReason.ProtocolError;
            }
        }

        if (!MqttText.IsTopicName(topic))
        {
            return MqttReason.Malformed;
        }

        packet = new PublishPacket(frame.Header, packetId, topic, cursor.Rest, contentType);
        return MqttReason.Success;
    }

    /// <summary>What the content type says of the payload.</summary>
    /// <returns>False for a type that none of ours is.</returns>
    public bool TryFormat(out PayloadFormat format)
    {
        format = PayloadFormat.Detect;
        if (ContentType.IsEmpty)
        {
            return true;
        }

        var end = ContentType.IndexOf((byte)';');
        var type = (end < 0 ? ContentType : ContentType[..end]).Trim((byte)' ');
        format = Ascii.EqualsIgnoreCase(type, "application/json"u8) ? PayloadFormat.Json
            : Ascii.EqualsIgnoreCase(type, "application/senml+json"u8) ? PayloadFormat.SenmlJson
            : Ascii.EqualsIgnoreCase(type, "application/senml+cbor"u8) ? PayloadFormat.SenmlCbor
            : PayloadFormat.Detect;
        return format != PayloadFormat.Detect;
    }

    private static MqttReason ReadProperties(scoped ref MqttCursor cursor, out ReadOnlySpan<byte> contentType)
    {
        contentType = default;
        if (!MqttProperties.TryOpen(ref cursor, Properties, out var properties))
        {
            return MqttReason.Malformed;
        }

        while (properties.MoveNext(out var property))
        {
            switch (property.Id)
            {
                case MqttPropertyId.ContentType:
                    contentType = property.Bytes;
                    break;
                case MqttPropertyId.TopicAlias:
                    // Topic Alias Maximum is 0: there is no alias that may be used [MQTT-3.3.2-9].
                    return MqttReason.TopicAliasInvalid;
                case MqttPropertyId.SubscriptionIdentifier:
                    // Never from a client [MQTT-3.3.4-6].
                    return MqttReason.ProtocolError;
                case MqttPropertyId.PayloadFormatIndicator when property.Number > 1:
                case MqttPropertyId.ResponseTopic when !MqttText.IsTopicName(property.Bytes):
                    return MqttReason.ProtocolError;
            }
        }

        return properties.Error;
    }
}
