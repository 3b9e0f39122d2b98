namespace PingAnIoT.Ingest;

/// <summary>How a payload is written. Numbers are persisted.</summary>
public enum PayloadFormat : byte
{
    /// <summary>Go by the first byte: <c>[</c> or CBOR array is SenML, <c>{</c> is a plain object.</summary>
    Detect = 0,

    /// <summary><c>application/senml+json</c></summary>
    SenmlJson = 1,

    /// <summary><c>application/senml+cbor</c></summary>
    SenmlCbor = 2,

    /// <summary><c>application/json</c>: a plain object.</summary>
    Json = 3,
}
