namespace PingAnIoT.Simulators;

/// <summary>How gateways write what they publish.</summary>
public enum PayloadForm
{
    /// <summary>By gateway: of four, two write plain JSON, one SenML JSON and one SenML CBOR.</summary>
    Mixed,

    /// <summary>One device a message, a plain JSON object; batching firmware SenML.</summary>
    Plain,

    /// <summary>One device a message, SenML JSON.</summary>
    Senml,

    /// <summary>One device a message, SenML CBOR.</summary>
    Cbor,

    /// <summary>Readings of many devices in one message, SenML JSON.</summary>
    Packs,

    /// <summary>Readings of many devices in one message, SenML CBOR.</summary>
    CborPacks,
}
