using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PingAnIoT.Ingest;

/// <summary>
/// Scans JSON as gateways mostly write it: one line of ASCII without escapes, numbers of at most 18 characters without exponent, true and false.
/// It accepts nothing that the strict reader would not, and anything it does not know, right or wrong, is not its business: every method then
/// answers false, and the caller reads the whole payload again the long way. The short methods are inlined so that the position stays in a register
/// of the caller's loop: this is where decoding spends its time.
/// </summary>
internal ref struct JsonScan(ReadOnlySpan<byte> text)
{
    /// <summary>What a string can have in it as it is, up to its closing quote.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x60).Where(b => b is not '\\' and not '"').Select(b => (byte)b)]);

    private readonly ReadOnlySpan<byte> text = text;
    private int at;

    /// <summary>Of the next byte to be read.</summary>
    public readonly int Position => at;

    /// <summary>Steps over blanks and this byte, if it is next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(byte expected)
    {
        if ((uint)at >= (uint)text.Length)
        {
            return false;
        }

        if (text[at] == ' ')
        {
            at = AfterBlanks(text, at);
            if ((uint)at >= (uint)text.Length)
            {
                return false;
            }
        }

        if (text[at] != expected)
        {
            return false;
        }

        at++;
        return true;
    }

    /// <summary>True when nothing but blanks is left.</summary>
    public readonly bool IsAtEnd() => AfterBlanks(text, at) == text.Length;

    /// <summary>A key of one character and the colon after it, written without blanks; the next to be read is its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLetterKey(out byte letter)
    {
        letter = 0;
        if (text.Length - at < sizeof(uint))
        {
            return false;
        }

        var word = BinaryPrimitives.ReadUInt32LittleEndian(text[at..]);
        if ((word & 0xFFFF_00FF) != 0x3A22_0022)
        {
            return false;
        }

        letter = (byte)(word >> 8);
        at += sizeof(uint);
        return true;
    }

    /// <summary>A string or key, without its quotes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Take((byte)'"'))
        {
            return false;
        }

        var length = PlainLength(text[at..]);
        if (at + length >= text.Length || text[at + length] != '"')
        {
            return false;
        }

        value = text.Slice(at, length);
        at += length + 1;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryBoolean(out bool value)
    {
        at = AfterBlanks(text, at);
        var rest = text[at..];
        value = rest.StartsWith("true"u8);
        if (!value && !rest.StartsWith("false"u8))
        {
            return false;
        }

        at += value ? 4 : 5;
        return true;
    }

    /// <summary>A number by the JSON grammar, correctly rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNumber(out double value)
    {
        if ((uint)at < (uint)text.Length && text[at] == ' ')
        {
            at = AfterBlanks(text, at);
        }

        var length = NumberText.ReadShort(text[at..], out value);
        at += length;
        return length > 0;
    }

    private static int AfterBlanks(ReadOnlySpan<byte> text, int at)
    {
        var blanks = text[at..].IndexOfAnyExcept((byte)' ');
        return blanks < 0 ? text.Length : at + blanks;
    }

    /// <summary>How far it goes before a quote, an escape, a control character or what is not ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlainLength(ReadOnlySpan<byte> text)
    {
        if (Vector128.IsHardwareAccelerated && text.Length >= Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text));
            var ends = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte();
            var mask = ends.ExtractMostSignificantBits();
            if (mask != 0)
            {
                return BitOperations.TrailingZeroCount(mask);
            }
        }

        var length = text.IndexOfAnyExcept(Plain);
        return length < 0 ? text.Length : length;
    }
}
