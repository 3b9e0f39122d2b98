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
public class MessageDecoder
{
    /// <summary>Largest payload looked at.</summary>
    public const int MaximumPayloadBytes = 256 * 1024;

    /// <summary>Most readings in one message.</summary>
    public const int MaximumReadings = SenmlPack.MaximumRecords;

    /// <summary>Up to here a message is decoded in the decoder's own space.</summary>
    private const int SmallPayloadBytes = 1024;

    private readonly DeviceRegister register;
    private readonly PackSpaces spaces;
    private readonly PlainJson plainJson = new();
    private readonly PackSpace ownSpace = new();
    private readonly SenmlMapping mapping;
    private readonly int gatewayKind;
    private string gateway = "";
    private byte[] topicPrefix = MessageTopic.PrefixOf("");

    public MessageDecoder(DeviceRegister register)
        : this(register, new PackSpaces())
    {
    }

    internal MessageDecoder(DeviceRegister register, PackSpaces spaces)
    {
        this.register = register;
        this.spaces = spaces;
        mapping = new SenmlMapping(register);
        gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    }

    /// <summary>Appends the readings of one message to <paramref name="readings"/> and what was refused to <paramref name="refusals"/>.</summary>
    /// <returns>
    /// <see cref="RefusalReason.None"/> when the message counts as accepted (at least one reading taken, however many refused),
    /// else the reason that the whole message is refused; then nothing was appended to <paramref name="readings"/>
    /// and <paramref name="refusals"/> has at least one entry. When every reading was refused by itself, it is the first one's reason.
    /// </returns>
    public RefusalReason Decode(
        in MessageContext context, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format,
        ReadingBatch readings, List<Refusal> refusals)
    {
        var readingsStart = readings.Count;
        var refusalsStart = refusals.Count;
        var refusal = DecodeMessage(context, topic, payload, format, readings, refusals);
        if (refusal.Reason == RefusalReason.None)
        {
            if (readings.Count > readingsStart)
            {
                return RefusalReason.None;
            }

            if (refusals.Count > refusalsStart)
            {
                return refusals[refusalsStart].Reason;
            }

            refusal = new Refusal(RefusalReason.NoReadings, 0);
        }

        readings.Truncate(readingsStart);
        refusals.RemoveRange(refusalsStart, refusals.Count - refusalsStart);
        refusals.Add(refusal);
        return refusal.Reason;
    }

    /// <summary>Decodes one message; what it appends is taken back when the message is refused whole.</summary>
    private protected virtual Refusal DecodeMessage(
        in MessageContext context, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format,
        ReadingBatch readings, List<Refusal> refusals)
    {
        if (!ReferenceEquals(context.Gateway, gateway) && context.Gateway != gateway)
        {
            gateway = context.Gateway;
            topicPrefix = MessageTopic.PrefixOf(gateway);
        }

        var reason = MessageTopic.TryParse(topic, topicPrefix, out var parsed);
        if (reason != RefusalReason.None)
        {
            return new Refusal(reason, 0);
        }

        if (parsed.IsStatus)
        {
            return new Refusal(DecodeStatus(context, payload, readings), 0);
        }

        mapping.Begin(context);
        if (!parsed.IsPack)
        {
            reason = mapping.Resolve(parsed.Kind, parsed.Device);
            if (reason != RefusalReason.None)
            {
                return new Refusal(reason, 0);
            }
        }

        reason = Detect(payload, ref format);
        if (reason != RefusalReason.None)
        {
            return new Refusal(reason, 0);
        }

        if (format == PayloadFormat.Json)
        {
            return parsed.IsPack
                ? new Refusal(RefusalReason.FormatUnknown, 0)
                : DecodePlain(context, parsed, payload, readings, refusals);
        }

        if (payload.Length <= SmallPayloadBytes)
        {
            return DecodePack(ownSpace, parsed, payload, format, readings, refusals);
        }

        var space = spaces.Rent();
        var refusal = DecodePack(space, parsed, payload, format, readings, refusals);
        spaces.Return(space);
        return refusal;
    }

    private Refusal DecodePack(
        PackSpace space, in MessageTopic topic, ReadOnlySpan<byte> payload, PayloadFormat format, ReadingBatch readings, List<Refusal> refusals)
    {
        var refusal = format == PayloadFormat.SenmlJson ? SenmlJson.Read(payload, space.Pack) : SenmlCbor.Read(payload, space.Pack);
        if (refusal.Reason == RefusalReason.None)
        {
            mapping.Map(space, topic, readings, refusals);
        }

        return refusal;
    }

    /// <summary>Birth and farewell: a reading of the gateway's own series, at the receive time.</summary>
    private RefusalReason DecodeStatus(in MessageContext context, ReadOnlySpan<byte> payload, ReadingBatch readings)
    {
        var online = payload.SequenceEqual("online"u8);
        if (gatewayKind < 0 || !(online || payload.SequenceEqual("offline"u8)))
        {
            return gatewayKind < 0 ? RefusalReason.TopicUnknown : RefusalReason.PayloadMalformed;
        }

        readings.Add(GatewayReading.Of(register, gatewayKind, topicPrefix.AsSpan(MessageTopic.Root.Length), context.ReceiveTimeMicros, online));
        return RefusalReason.None;
    }

    private Refusal DecodePlain(
        in MessageContext context, in MessageTopic topic, ReadOnlySpan<byte> payload, ReadingBatch readings, List<Refusal> refusals)
    {
        var kind = register.Catalog.Kinds[mapping.Kind];
        var start = readings.Count;
        var refusal = plainJson.Read(payload, kind, mapping.Device, context.ReceiveTimeMicros, readings, refusals);
        if (refusal.Reason != RefusalReason.None || mapping.Device >= 0 || readings.Count == start)
        {
            return refusal;
        }

        // A device enrols itself only by a message with something true in it.
        var reason = mapping.Enrol(topic.Device);
        if (reason != RefusalReason.None)
        {
            return new Refusal(reason, 0);
        }

        var own = readings.Readings[start..].ToArray();
        readings.Truncate(start);
        foreach (var reading in own)
        {
            readings.Add(reading with { Device = mapping.Device });
        }

        return default;
    }

    /// <summary>By content type, or by the first byte; the two must agree.</summary>
    private static RefusalReason Detect(ReadOnlySpan<byte> payload, ref PayloadFormat format)
    {
        if (payload.IsEmpty)
        {
            return RefusalReason.PayloadEmpty;
        }

        if (payload.Length > MaximumPayloadBytes)
        {
            return RefusalReason.PayloadTooLarge;
        }

        // A CBOR array begins with 0x80 to 0x9f, which is neither JSON nor the beginning of a UTF-8 character.
        var first = payload[0] is >= 0x80 and <= 0x9f ? payload[0] : FirstVisible(payload);
        var seen = first switch
        {
            (byte)'[' => PayloadFormat.SenmlJson,
            (byte)'{' => PayloadFormat.Json,
            >= 0x80 and <= 0x9f => PayloadFormat.SenmlCbor,
            _ => PayloadFormat.Detect,
        };
        if (seen == PayloadFormat.Detect || (format != PayloadFormat.Detect && format != seen))
        {
            return RefusalReason.FormatUnknown;
        }

        format = seen;
        return RefusalReason.None;
    }

    private static byte FirstVisible(ReadOnlySpan<byte> payload)
    {
        var at = payload.IndexOfAnyExcept(" \t\r\n"u8);
        return at < 0 || payload[at] >= 0x80 ? (byte)0 : payload[at];
    }
}
