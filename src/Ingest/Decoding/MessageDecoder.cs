using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>One reading (or whole message) that was refused.</summary>
/// <param name="Reason">Why.</param>
/// <param name="PayloadOffset">Byte of the payload at which it went wrong; 0 when the topic did.</param>
public readonly record struct Refusal(RefusalReason Reason, int PayloadOffset);

/// <summary>Whose message it is and when it came.</summary>
/// <param name="Gateway">Name from the credential, never from the payload.</param>
/// <param name="ReceiveTimeMicros">Relative times count from it; the journal keeps it, so a replay decodes the same.</param>
public readonly record struct MessageContext(string Gateway, long ReceiveTimeMicros);

/// <summary>
/// Turns one MQTT message into readings. A message that cannot be read is refused whole; a reading that cannot be true is
/// refused by itself and the rest of the message is taken. Deterministic in (message, context, register): live and replay are the same code.
/// Threading: one per lane; it owns its scratch space.
/// </summary>
public sealed class MessageDecoder(DeviceRegister register)
{
    /// <summary>Appends the readings of one message to <paramref name="readings"/> and what was refused to <paramref name="refusals"/>.</summary>
    /// <returns>
    /// <see cref="RefusalReason.None"/> when the message counts as accepted (at least one reading taken, however many refused),
    /// else the reason that the whole message is refused; then nothing was appended to <paramref name="readings"/>
    /// and <paramref name="refusals"/> has at least one entry.
    /// </returns>
    public RefusalReason Decode(
        in MessageContext context, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format,
        ReadingBatch readings, List<Refusal> refusals)
    {
        _ = register;
        throw new NotImplementedException();
    }
}
