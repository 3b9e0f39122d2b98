using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace PingAnIoT.Ingest;

/// <summary>Reads a SenML pack written as JSON (RFC 8428 section 5) into a <see cref="SenmlPack"/>.</summary>
internal static class SenmlJson
{
    /// <returns>Why the pack is refused, or reason None.</returns>
    public static Refusal Read(ReadOnlySpan<byte> payload, SenmlPack pack) =>
        TryReadQuickly(payload, pack) ? default : ReadStrictly(payload, pack);

    /// <summary>The way that nearly every pack takes: nothing in it is unusual, and nothing is refused.</summary>
    private static bool TryReadQuickly(ReadOnlySpan<byte> payload, SenmlPack pack)
    {
        pack.Begin();
        var scan = new JsonScan(payload);
        if (!scan.Take((byte)'['))
        {
            return false;
        }

        do
        {
            if (!scan.Take((byte)'{'))
            {
                return false;
            }

            pack.BeginRecord(scan.Position - 1);
            do
            {
                if (!TryLabel(ref scan, out var label) || !TryFieldQuickly(ref scan, label, pack))
                {
                    return false;
                }
            }
            while (scan.Take((byte)','));

            if (!scan.Take((byte)'}') || pack.EndRecord() != RefusalReason.None)
            {
                return false;
            }
        }
        while (scan.Take((byte)','));

        return scan.Take((byte)']') && scan.IsAtEnd();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLabel(ref JsonScan scan, out SenmlLabel label)
    {
        if (scan.TryLetterKey(out var letter))
        {
            label = SenmlLabels.FromLetter(letter);
            return true;
        }

        var isKey = scan.TryString(out var key) && scan.Take((byte)':');
        label = isKey ? SenmlLabels.FromText(key) : SenmlLabel.Unknown;
        return isKey;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryFieldQuickly(ref JsonScan scan, SenmlLabel label, SenmlPack pack)
    {
        if (label == SenmlLabel.Unknown || !pack.See(label))
        {
            return false;
        }

        switch (label)
        {
            case SenmlLabel.Name:
            case SenmlLabel.BaseName:
            case SenmlLabel.BaseUnit:
            case SenmlLabel.Unit:
                if (!scan.TryString(out var text))
                {
                    return false;
                }

                pack.SetText(label, text);
                return true;
            case SenmlLabel.Value:
                // What nearly every record has: without a second look at the label.
                var isNumber = scan.TryNumber(out var value);
                pack.SetValue(SenmlValueKind.Number, value);
                return isNumber;
            case SenmlLabel.BooleanValue:
                if (!scan.TryBoolean(out var isTrue))
                {
                    return false;
                }

                pack.SetValue(SenmlValueKind.Boolean, isTrue ? 1 : 0);
                return true;
            case SenmlLabel.StringValue:
            case SenmlLabel.DataValue:
                return false;
            default:
                return scan.TryNumber(out var number) && pack.SetNumber(label, number);
        }
    }

    private static Refusal ReadStrictly(ReadOnlySpan<byte> payload, SenmlPack pack)
    {
        // The reader does not look into strings; nobody is to be handed what is not text.
        if (!Utf8.IsValid(payload))
        {
            return new Refusal(RefusalReason.PayloadMalformed, 0);
        }

        var reader = new Utf8JsonReader(payload, JsonText.Options);
        try
        {
            return ReadPack(ref reader, pack);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new Refusal(RefusalReason.PayloadMalformed, (int)reader.BytesConsumed);
        }
    }

    private static Refusal ReadPack(ref Utf8JsonReader reader, SenmlPack pack)
    {
        pack.Begin();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var offset = (int)reader.TokenStartIndex;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return new Refusal(RefusalReason.SenmlInvalid, offset);
            }

            pack.BeginRecord(offset);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                offset = (int)reader.TokenStartIndex;
                var reason = ReadField(ref reader, pack);
                if (reason != RefusalReason.None)
                {
                    return new Refusal(reason, offset);
                }
            }

            var end = pack.EndRecord();
            if (end != RefusalReason.None)
            {
                return new Refusal(end, offset);
            }
        }

        // Throws when anything but white space follows.
        reader.Read();
        return default;
    }

    private static RefusalReason ReadField(ref Utf8JsonReader reader, SenmlPack pack)
    {
        var text = JsonText.Text(ref reader, pack.Scratch);
        var label = SenmlLabels.FromText(text);
        if (label == SenmlLabel.Unknown)
        {
            var reason = pack.SeeUnknown(text);
            reader.Read();
            reader.Skip();
            return reason;
        }

        if (!pack.See(label))
        {
            return RefusalReason.KeyDuplicate;
        }

        reader.Read();
        var token = reader.TokenType;
        switch (label)
        {
            case SenmlLabel.BaseName:
            case SenmlLabel.Name:
            case SenmlLabel.BaseUnit:
            case SenmlLabel.Unit:
                if (token != JsonTokenType.String)
                {
                    return RefusalReason.SenmlInvalid;
                }

                pack.SetText(label, JsonText.Text(ref reader, pack.Scratch));
                return RefusalReason.None;
            case SenmlLabel.Value when token != JsonTokenType.Number:
                pack.SetValue(SenmlValueKind.WrongType);
                break;
            case SenmlLabel.BooleanValue:
                var isTrue = token == JsonTokenType.True;
                pack.SetValue(isTrue || token == JsonTokenType.False ? SenmlValueKind.Boolean : SenmlValueKind.WrongType, isTrue ? 1 : 0);
                break;
            case SenmlLabel.StringValue:
                pack.SetValue(token == JsonTokenType.String ? SenmlValueKind.String : SenmlValueKind.WrongType);
                break;
            case SenmlLabel.DataValue:
                pack.SetValue(token == JsonTokenType.String ? SenmlValueKind.Data : SenmlValueKind.WrongType);
                break;
            default:
                return token == JsonTokenType.Number && pack.SetNumber(label, NumberText.Parse(reader.ValueSpan))
                    ? RefusalReason.None
                    : RefusalReason.SenmlInvalid;
        }

        reader.Skip();
        return RefusalReason.None;
    }
}
