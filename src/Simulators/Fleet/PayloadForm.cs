namespace PingAnIoT.Simulators;

/// <summary>How gateways write what they publish.</summary>
public enum PayloadForm
{
    /// <summary>By gateway: two in three write plain JSON, one in three SenML.</summary>
    Mixed,

    /// <summary>One device a message, a plain JSON object; batching firmware SenML.</summary>
    Plain,

    /// <summary>One device a message, SenML JSON.</summary>
    Senml,

    /// <summary>Readings of many devices in one message, SenML JSON.</summary>
    Packs,
}
