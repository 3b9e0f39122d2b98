using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>Writes numbers and texts one after the other, small ones short. Threading: one owner.</summary>
internal sealed class PackWriter
{
    private byte[] bytes = new byte[1024];
    private int length;

    public void Clear() => length = 0;

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();

    public void Byte(byte value) => Room(1)[0] = value;

    public void Fixed(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    public void Fixed(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    /// <summary>Seven bits a byte, the sign in the lowest: whatever is near 0 is short.</summary>
    public void Number(long value)
    {
        var left = (ulong)((value << 1) ^ (value >> 63));
        for (; left >= 0x80; left >>= 7)
        {
            Byte((byte)(left | 0x80));
        }

        Byte((byte)left);
    }

    public void Text(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Number(count);
        Encoding.UTF8.GetBytes(text, Room(count));
    }

    private Span<byte> Room(int count)
    {
        if (length + count > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + count));
        }

        length += count;
        return bytes.AsSpan(length - count, count);
    }
}

/// <summary>Reads what <see cref="PackWriter"/> wrote.</summary>
internal ref struct PackReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;

    public byte Byte() => bytes[at++];

    public long Fixed8()
    {
        at += 8;
        return BinaryPrimitives.ReadInt64LittleEndian(bytes[(at - 8)..]);
    }

    public int Fixed4()
    {
        at += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[(at - 4)..]);
    }

    public double Double() => BitConverter.Int64BitsToDouble(Fixed8());

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }

    public ReadOnlySpan<byte> Raw()
    {
        var count = (int)Number();
        at += count;
        return bytes.Slice(at - count, count);
    }

    public string Text() => Encoding.UTF8.GetString(Raw());

    /// <summary>Whether the next text is this one; none is made.</summary>
    public bool Is(string text)
    {
        var raw = Raw();
        return Ascii.Equals(raw, text) || (raw.Length > text.Length && Encoding.UTF8.GetString(raw) == text);
    }

    /// <summary>What <see cref="string.GetHashCode(ReadOnlySpan{char}, StringComparison)"/> says of the next text; none is made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Hash()
    {
        const int Most = 256;
        var raw = Raw();
        Span<char> chars = raw.Length <= Most ? stackalloc char[Most] : new char[raw.Length];
        return string.GetHashCode(chars[..Encoding.UTF8.GetChars(raw, chars)], StringComparison.Ordinal);
    }
}
