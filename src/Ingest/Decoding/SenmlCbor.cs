namespace PingAnIoT.Ingest;

/// <summary>Reads a SenML pack written as CBOR (RFC 8428 section 6) into a <see cref="SenmlPack"/>.</summary>
internal static class SenmlCbor
{
    /// <returns>Why the pack is refused, or reason None.</returns>
    public static Refusal Read(ReadOnlySpan<byte> payload, SenmlPack pack)
    {
        _ = payload;
        _ = pack;
        return new Refusal(RefusalReason.FormatUnknown, 0);
    }
}
