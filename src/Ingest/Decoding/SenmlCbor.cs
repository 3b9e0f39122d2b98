using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>
/// Reads a SenML pack written as CBOR (RFC 8428 section 6) into a <see cref="SenmlPack"/>. Labels may be integers or texts,
/// arrays, maps and strings of definite or indefinite length.
/// </summary>
internal static class SenmlCbor
{
    // Such that CBOR and JSON bear the same: a value of six levels within pack and record.
    private const int MaximumValueDepth = JsonText.MaximumDepth - 1;

    /// <param name="payload">Begins with an array.</param>
    /// <param name="pack">Takes the records.</param>
    /// <returns>Why the pack is refused, or reason None.</returns>
    public static Refusal Read(ReadOnlySpan<byte> payload, SenmlPack pack)
    {
        pack.Begin();
        var cursor = new CborCursor(payload);
        var records = cursor.Enter();
        while (cursor.Next(ref records))
        {
            var offset = cursor.Position;
            var reason = ReadRecord(ref cursor, pack);
            if (cursor.IsMalformed)
            {
                break;
            }

            if (reason != RefusalReason.None)
            {
                return new Refusal(reason, offset);
            }
        }

        return cursor.IsMalformed || !cursor.IsAtEnd ? new Refusal(RefusalReason.PayloadMalformed, cursor.Position) : default;
    }

    private static RefusalReason ReadRecord(ref CborCursor cursor, SenmlPack pack)
    {
        if (cursor.Peek() != CborMajor.Map)
        {
            return RefusalReason.SenmlInvalid;
        }

        pack.BeginRecord(cursor.Position);
        var fields = cursor.Enter();
        while (cursor.Next(ref fields))
        {
            var reason = ReadField(ref cursor, pack);
            if (reason != RefusalReason.None || cursor.IsMalformed)
            {
                return reason;
            }
        }

        return cursor.IsMalformed ? RefusalReason.PayloadMalformed : pack.EndRecord();
    }

    private static RefusalReason ReadField(ref CborCursor cursor, SenmlPack pack)
    {
        var reason = ReadLabel(ref cursor, pack, out var label);
        if (reason != RefusalReason.None || cursor.IsMalformed)
        {
            return reason;
        }

        switch (label)
        {
            case SenmlLabel.Unknown:
                cursor.Skip(MaximumValueDepth);
                return RefusalReason.None;
            case SenmlLabel.BaseName:
            case SenmlLabel.Name:
            case SenmlLabel.BaseUnit:
            case SenmlLabel.Unit:
                if (cursor.Peek() != CborMajor.Text)
                {
                    return RefusalReason.SenmlInvalid;
                }

                pack.SetText(label, cursor.ReadText(pack.Scratch));
                return RefusalReason.None;
            case SenmlLabel.Value:
                pack.SetValue(
                    cursor.TryReadNumber(MaximumValueDepth, out var value) ? SenmlValueKind.Number : SenmlValueKind.WrongType, value);
                return RefusalReason.None;
            case SenmlLabel.BooleanValue:
                pack.SetValue(
                    cursor.TryReadBoolean(MaximumValueDepth, out var isTrue) ? SenmlValueKind.Boolean : SenmlValueKind.WrongType,
                    isTrue ? 1 : 0);
                return RefusalReason.None;
            case SenmlLabel.StringValue:
                pack.SetValue(cursor.Peek() == CborMajor.Text ? SenmlValueKind.String : SenmlValueKind.WrongType);
                cursor.Skip(MaximumValueDepth);
                return RefusalReason.None;
            case SenmlLabel.DataValue:
                pack.SetValue(cursor.Peek() == CborMajor.Bytes ? SenmlValueKind.Data : SenmlValueKind.WrongType);
                cursor.Skip(MaximumValueDepth);
                return RefusalReason.None;
            default:
                return cursor.TryReadNumber(MaximumValueDepth, out var number) && pack.SetNumber(label, number)
                    ? RefusalReason.None
                    : RefusalReason.SenmlInvalid;
        }
    }

    private static RefusalReason ReadLabel(ref CborCursor cursor, SenmlPack pack, out SenmlLabel label)
    {
        label = SenmlLabel.Unknown;
        switch (cursor.Peek())
        {
            case CborMajor.Unsigned:
            case CborMajor.Negative:
                var argument = cursor.ReadInteger(out var isNegative);
                label = argument < 16 ? SenmlLabels.FromNumber(isNegative ? -1 - (long)argument : (long)argument) : SenmlLabel.Unknown;
                if (label == SenmlLabel.Unknown)
                {
                    // As a name that no text can have, so that it is only ever the same as itself.
                    Span<byte> name = stackalloc byte[10];
                    name[0] = 0xff;
                    BinaryPrimitives.WriteUInt64BigEndian(name[1..], argument);
                    name[9] = isNegative ? (byte)1 : (byte)0;
                    return pack.SeeUnknown(name);
                }

                break;
            case CborMajor.Text:
                var text = cursor.ReadText(pack.Scratch);
                label = SenmlLabels.FromText(text);
                if (label == SenmlLabel.Unknown)
                {
                    return cursor.IsMalformed ? RefusalReason.None : pack.SeeUnknown(text);
                }

                break;
            default:
                return RefusalReason.SenmlInvalid;
        }

        return pack.See(label) ? RefusalReason.None : RefusalReason.KeyDuplicate;
    }
}
