using System.Text.Json;
using System.Text.Unicode;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// The plain object: <c>{"t": 1760000000.0, "pressure": 412.5, "valve": true}</c>. <c>t</c> is seconds since 1970 and may stand anywhere;
/// without it the event time is the receive time. Owns its scratch space, so one per decoder.
/// </summary>
internal sealed class PlainJson
{
    private readonly Value[] values = new Value[Kind.MaximumQuantities];
    private readonly KeySet unknownKeys = new();
    private readonly byte[] scratch = new byte[JsonText.MaximumNameBytes];
    private int count;
    private double time;
    private bool hasTime;

    /// <summary>Appends the readings of one object under <paramref name="device"/>, and what was refused.</summary>
    /// <returns>Why the whole message is refused, or reason None.</returns>
    public Refusal Read(
        ReadOnlySpan<byte> payload, Kind kind, int device, long receiveMicros, ReadingBatch readings, List<Refusal> refusals)
    {
        var refusal = TryReadQuickly(payload, kind) ? default : ReadStrictly(payload, kind, refusals);
        if (refusal.Reason != RefusalReason.None)
        {
            return refusal;
        }

        var micros = receiveMicros;
        var flags = ReadingFlags.None;
        if (hasTime && !EventTime.TryAbsolute(time, receiveMicros, out micros, out flags))
        {
            return new Refusal(RefusalReason.TimeInvalid, 0);
        }

        foreach (ref readonly var value in values.AsSpan(0, count))
        {
            readings.Add(new Reading(device, value.Quantity, flags, micros, receiveMicros, value.Number));
        }

        return default;
    }

    /// <summary>The way that nearly every message takes: nothing in it is unusual, and nothing is refused.</summary>
    private bool TryReadQuickly(ReadOnlySpan<byte> payload, Kind kind)
    {
        count = 0;
        hasTime = false;
        ulong seen = 0;
        var scan = new JsonScan(payload);
        if (!scan.Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!scan.TryString(out var key) || !scan.Take((byte)':'))
            {
                return false;
            }

            var quantity = kind.FindQuantity(key);
            if (quantity >= 0 && (seen & (1UL << quantity)) == 0)
            {
                seen |= 1UL << quantity;
                if (!TryValueQuickly(ref scan, kind[quantity], (ushort)quantity))
                {
                    return false;
                }
            }
            else if (!hasTime && key.SequenceEqual("t"u8) && scan.TryNumber(out time))
            {
                hasTime = true;
            }
            else
            {
                return false;
            }
        }
        while (scan.Take((byte)','));

        return scan.Take((byte)'}') && scan.IsAtEnd();
    }

    private bool TryValueQuickly(ref JsonScan scan, Quantity quantity, ushort index)
    {
        RefusalReason reason;
        if (scan.TryNumber(out var number))
        {
            reason = ReadingCheck.Number(quantity, Units.None, ref number);
        }
        else if (scan.TryBoolean(out var isTrue))
        {
            number = isTrue ? 1 : 0;
            reason = ReadingCheck.Boolean(quantity);
        }
        else
        {
            return false;
        }

        if (reason != RefusalReason.None)
        {
            return false;
        }

        values[count++] = new Value(index, number);
        return true;
    }

    private Refusal ReadStrictly(ReadOnlySpan<byte> payload, Kind kind, List<Refusal> refusals)
    {
        // The reader does not look into strings; nobody is to be handed what is not text.
        if (!Utf8.IsValid(payload))
        {
            return new Refusal(RefusalReason.PayloadMalformed, 0);
        }

        var reader = new Utf8JsonReader(payload, JsonText.Options);
        try
        {
            return ReadObject(ref reader, kind, refusals);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new Refusal(RefusalReason.PayloadMalformed, (int)reader.BytesConsumed);
        }
    }

    private Refusal ReadObject(ref Utf8JsonReader reader, Kind kind, List<Refusal> refusals)
    {
        count = 0;
        hasTime = false;
        unknownKeys.Clear();
        ulong seen = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var offset = (int)reader.TokenStartIndex;
            var key = JsonText.Text(ref reader, scratch);
            var quantity = kind.FindQuantity(key);
            if (quantity >= 0)
            {
                if ((seen & (1UL << quantity)) != 0)
                {
                    return new Refusal(RefusalReason.KeyDuplicate, offset);
                }

                seen |= 1UL << quantity;
                ReadValue(ref reader, kind[quantity], (ushort)quantity, offset, refusals);
            }
            else if (key.SequenceEqual("t"u8))
            {
                if (hasTime)
                {
                    return new Refusal(RefusalReason.KeyDuplicate, offset);
                }

                hasTime = true;
                reader.Read();
                time = reader.TokenType == JsonTokenType.Number ? NumberText.Parse(reader.ValueSpan) : double.NaN;
                reader.Skip();
            }
            else
            {
                if (unknownKeys.IsFull)
                {
                    return new Refusal(RefusalReason.TooManyReadings, offset);
                }

                if (!unknownKeys.Add(key))
                {
                    return new Refusal(RefusalReason.KeyDuplicate, offset);
                }

                refusals.Add(new Refusal(RefusalReason.QuantityUnknown, offset));
                reader.Read();
                reader.Skip();
            }
        }

        // Throws when anything but white space follows.
        reader.Read();
        return default;
    }

    private void ReadValue(ref Utf8JsonReader reader, Quantity quantity, ushort index, int offset, List<Refusal> refusals)
    {
        reader.Read();
        var number = 0.0;
        var reason = RefusalReason.ValueTypeWrong;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                number = NumberText.Parse(reader.ValueSpan);
                reason = ReadingCheck.Number(quantity, Units.None, ref number);
                break;
            case JsonTokenType.True:
            case JsonTokenType.False:
                number = reader.TokenType == JsonTokenType.True ? 1 : 0;
                reason = ReadingCheck.Boolean(quantity);
                break;
            default:
                reader.Skip();
                break;
        }

        if (reason == RefusalReason.None)
        {
            values[count++] = new Value(index, number);
        }
        else
        {
            refusals.Add(new Refusal(reason, offset));
        }
    }

    private readonly record struct Value(ushort Quantity, double Number);
}
