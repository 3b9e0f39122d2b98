namespace PingAnIoT.Ingest;

/// <summary>Reason codes of MQTT 5 (OASIS MQTT 5.0, section 2.4).</summary>
internal enum MqttReason : byte
{
    Success = 0x00,
    DisconnectWithWill = 0x04,
    NoSubscriptionExisted = 0x11,
    Unspecified = 0x80,
    Malformed = 0x81,
    ProtocolError = 0x82,
    ImplementationSpecific = 0x83,
    UnsupportedVersion = 0x84,
    ClientIdInvalid = 0x85,
    BadUserOrPassword = 0x86,
    NotAuthorized = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    ServerShuttingDown = 0x8B,
    BadAuthenticationMethod = 0x8C,
    KeepAliveTimeout = 0x8D,
    SessionTakenOver = 0x8E,
    TopicFilterInvalid = 0x8F,
    TopicNameInvalid = 0x90,
    ReceiveMaximumExceeded = 0x93,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
    QuotaExceeded = 0x97,
    PayloadFormatInvalid = 0x99,
    RetainNotSupported = 0x9A,
    QosNotSupported = 0x9B,
    SharedSubscriptionsNotSupported = 0x9E,
    ConnectionRateExceeded = 0x9F,
    SubscriptionIdsNotSupported = 0xA1,
    WildcardsNotSupported = 0xA2,
}

/// <summary>The protocol level as CONNECT writes it.</summary>
internal enum MqttVersion : byte
{
    V311 = 4,
    V5 = 5,
}

/// <summary>The high four bits of a packet's first byte.</summary>
internal enum MqttPacketType : byte
{
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    Auth = 15,
}

internal static class MqttReasons
{
    /// <summary>The CONNACK return code of 3.1.1 that says it best (section 3.2.2.3), or 0 where that version just closes.</summary>
    public static byte ToReturnCode(this MqttReason reason) => reason switch
    {
        MqttReason.UnsupportedVersion => 1,
        MqttReason.ClientIdInvalid => 2,
        MqttReason.ServerUnavailable or MqttReason.ServerBusy or MqttReason.ServerShuttingDown
            or MqttReason.QuotaExceeded => 3,
        MqttReason.BadUserOrPassword => 4,
        MqttReason.NotAuthorized or MqttReason.ConnectionRateExceeded or MqttReason.BadAuthenticationMethod
            or MqttReason.QosNotSupported or MqttReason.RetainNotSupported => 5,
        _ => 0,
    };
}
