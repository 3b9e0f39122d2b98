namespace PingAnIoT.Ingest;

/// <summary>PUBACK from a client, for a notice (5.0 section 3.4).</summary>
internal static class PubAckPacket
{
    private static readonly ulong Properties = MqttProperties.Set(MqttPropertyId.ReasonString, MqttPropertyId.UserProperty);

    public static MqttReason TryParse(in MqttFrame frame, MqttVersion version, out ushort packetId)
    {
        var cursor = new MqttCursor(frame.Body);
        if (!cursor.TryUInt16(out packetId))
        {
            return MqttReason.Malformed;
        }

        if (packetId == 0)
        {
            return MqttReason.ProtocolError;
        }

        if (version == MqttVersion.V5 && cursor.TryByte(out var code))
        {
            if (code is not (0x00 or 0x10 or 0x80 or 0x83 or 0x87 or 0x90 or 0x91 or 0x97 or 0x99))
            {
                return MqttReason.Malformed;
            }

            if (!cursor.IsEmpty)
            {
                var reason = MqttProperties.Skip(ref cursor, Properties);
                if (reason != MqttReason.Success)
                {
                    return reason;
                }
            }
        }

        return cursor.IsEmpty ? MqttReason.Success : MqttReason.Malformed;
    }
}

/// <summary>DISCONNECT from a client (5.0 section 3.14).</summary>
internal readonly record struct DisconnectPacket(bool WithWill, uint? SessionExpirySeconds)
{
    // Server Reference is the server's alone [MQTT-3.14.2-2].
    private static readonly ulong Properties = MqttProperties.Set(
        MqttPropertyId.SessionExpiryInterval, MqttPropertyId.ReasonString, MqttPropertyId.UserProperty);

    public static MqttReason TryParse(in MqttFrame frame, MqttVersion version, out DisconnectPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(frame.Body);
        if (cursor.IsEmpty)
        {
            return MqttReason.Success;
        }

        if (version == MqttVersion.V311 || !cursor.TryByte(out var code) || !IsFromClient(code))
        {
            return MqttReason.Malformed;
        }

        uint? expiry = null;
        if (!cursor.IsEmpty)
        {
            if (!MqttProperties.TryOpen(ref cursor, Properties, out var properties))
            {
                return MqttReason.Malformed;
            }

            while (properties.MoveNext(out var property))
            {
                if (property.Id == MqttPropertyId.SessionExpiryInterval)
                {
                    expiry = property.Number;
                }
            }

            if (properties.Error != MqttReason.Success)
            {
                return properties.Error;
            }
        }

        packet = new DisconnectPacket(code != 0, expiry);
        return cursor.IsEmpty ? MqttReason.Success : MqttReason.Malformed;
    }

    private static bool IsFromClient(byte code) =>
        code is 0x00 or 0x04 or 0x80 or 0x81 or 0x82 or 0x83 or 0x90 or 0x93 or 0x94 or 0x95 or 0x96 or 0x97 or 0x98 or 0x99;
}
