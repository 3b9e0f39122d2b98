namespace PingAnIoT.Ingest;

/// <summary>Why a message or one of its readings was not taken. Numbers are persisted: they may be added to, never changed.</summary>
public enum RefusalReason : byte
{
    None = 0,

    /// <summary>Not one of the topics of DESIGN section 4.</summary>
    TopicUnknown = 1,

    /// <summary>The topic names a gateway other than the credential's.</summary>
    GatewayForeign = 2,

    KindUnknown = 3,

    /// <summary>Not 1 to 64 bytes of <c>[A-Za-z0-9._-]</c>.</summary>
    DeviceNameInvalid = 4,

    /// <summary>The device is registered under other gateways.</summary>
    DeviceForeign = 5,

    /// <summary>Not registered, and no more unregistered devices are taken.</summary>
    DeviceUnknown = 6,

    PayloadEmpty = 7,

    PayloadTooLarge = 8,

    /// <summary>Neither SenML JSON, SenML CBOR nor a JSON object, or the content type says otherwise than the bytes.</summary>
    FormatUnknown = 9,

    /// <summary>Not well-formed: syntax, UTF-8, depth, trailing bytes.</summary>
    PayloadMalformed = 10,

    /// <summary>The same key twice in one object: no telling which is meant.</summary>
    KeyDuplicate = 11,

    /// <summary>Well-formed, but against RFC 8428: version, base fields, more than one value, a must-understand label.</summary>
    SenmlInvalid = 12,

    QuantityUnknown = 13,

    UnitMismatch = 14,

    /// <summary>A string where a number is meant, a number where a boolean is meant.</summary>
    ValueTypeWrong = 15,

    ValueNotFinite = 16,

    ValueOutOfRange = 17,

    /// <summary>Not finite, or before 2000-01-01.</summary>
    TimeInvalid = 18,

    TooManyReadings = 19,

    /// <summary>Nothing in it that could be a reading.</summary>
    NoReadings = 20,

    /// <summary>Retained, or otherwise asks for what this edge does not do.</summary>
    NotSupported = 21,

    /// <summary>A defect of ours; kept for repair.</summary>
    Undecodable = 22,
}
