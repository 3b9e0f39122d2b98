using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PingAnIoT.Simulators;

/// <summary>Bytes of a message as they are written: numbers with fixed decimals, straight into UTF-8. Threading: none of its own.</summary>
internal sealed class Utf8Text(int capacity)
{
    private byte[] bytes = new byte[capacity];
    private int length;

    public int Length => length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>Makes room for so many bytes, so that what is put next need not look.</summary>
    public void Reserve(int more)
    {
        if (bytes.Length - length < more)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(byte one) => bytes[length++] = one;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ReadOnlySpan<byte> text)
    {
        text.CopyTo(bytes.AsSpan(length));
        length += text.Length;
    }

    /// <summary>Changes a byte that was put before.</summary>
    public void Set(int index, byte one) => bytes[index] = one;

    /// <summary>Eight bytes, the most significant first.</summary>
    public void Put(double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(length), value);
        length += sizeof(double);
    }

    /// <summary>The number that <see cref="Put(double, int)"/> writes.</summary>
    public static double Rounded(double value, int decimals) => Math.Round(value * Scale(decimals)) / Scale(decimals);

    /// <summary>A whole number with at least so many digits.</summary>
    public void Put(long number, int digits)
    {
        var count = Math.Max(digits, CountDigits((ulong)number));
        PutDigits((ulong)number, count);
    }

    /// <summary>A number, rounded half to even at so many decimals (0 to 6); trailing zeros stay. Beyond 9e12 it is held there, as no quantity is.</summary>
    public void Put(double value, int decimals)
    {
        var scale = Scale(decimals);
        var scaled = (long)Math.Round(Math.Clamp(value, -9e12, 9e12) * scale);
        if (scaled < 0)
        {
            Put((byte)'-');
            scaled = -scaled;
        }

        var whole = (ulong)scaled / (ulong)scale;
        PutDigits(whole, CountDigits(whole));
        if (decimals > 0)
        {
            Put((byte)'.');
            PutDigits((ulong)scaled - (whole * (ulong)scale), decimals);
        }
    }

    /// <summary>Unix seconds with three decimals.</summary>
    public void PutSeconds(long millis)
    {
        var whole = (ulong)millis / 1000;
        PutDigits(whole, CountDigits(whole));
        Put((byte)'.');
        PutDigits((ulong)millis - (whole * 1000), 3);
    }

    private static long Scale(int decimals) => decimals switch
    {
        0 => 1,
        1 => 10,
        2 => 100,
        3 => 1_000,
        4 => 10_000,
        5 => 100_000,
        _ => 1_000_000,
    };

    private static int CountDigits(ulong number)
    {
        var count = 1;
        for (; number >= 10; number /= 10)
        {
            count++;
        }

        return count;
    }

    private void PutDigits(ulong number, int count)
    {
        for (var i = length + count - 1; i >= length; i--)
        {
            var tenth = number / 10;
            bytes[i] = (byte)('0' + (number - (tenth * 10)));
            number = tenth;
        }

        length += count;
    }
}
