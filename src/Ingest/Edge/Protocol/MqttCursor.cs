using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>Reads the data types of MQTT (5.0 section 1.5) off a span. Every method says false rather than read past the end.</summary>
internal ref struct MqttCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public readonly bool IsEmpty => rest.IsEmpty;

    public bool TryByte(out byte value)
    {
        if (rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = rest[0];
        rest = rest[1..];
        return true;
    }

    public bool TryUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out value))
        {
            return false;
        }

        rest = rest[2..];
        return true;
    }

    public bool TryUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(rest, out value))
        {
            return false;
        }

        rest = rest[4..];
        return true;
    }

    /// <summary>A variable byte integer in the fewest bytes that hold it: more is malformed [MQTT-1.5.5-1].</summary>
    public bool TryVarInt(out uint value)
    {
        value = 0;
        for (var i = 0; i < 4 && i < rest.Length; i++)
        {
            value |= (uint)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                var minimal = i == 0 || rest[i] != 0;
                rest = rest[(i + 1)..];
                return minimal;
            }
        }

        return false;
    }

    public bool TryTake(uint length, out ReadOnlySpan<byte> value)
    {
        if (length > (uint)rest.Length)
        {
            value = default;
            return false;
        }

        value = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    public bool TryBinary(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryUInt16(out var length) && TryTake(length, out value);
    }

    /// <summary>A UTF-8 string, checked.</summary>
    public bool TryText(out ReadOnlySpan<byte> value) => TryBinary(out value) && MqttText.IsValid(value);
}
