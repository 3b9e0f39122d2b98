using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Unicode;

namespace PingAnIoT.Ingest;

/// <summary>The major types of RFC 8949 section 3.1.</summary>
internal enum CborMajor : byte
{
    Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple,
}

/// <summary>
/// Walks over CBOR (RFC 8949) in place: nothing is copied but strings that come in chunks, nothing is allocated, and what is not
/// well-formed is a value (<see cref="IsMalformed"/>), not an exception. Lengths claimed are never believed beyond the bytes there are.
/// </summary>
internal ref struct CborCursor(ReadOnlySpan<byte> data)
{
    private const int IndefiniteInfo = 31;
    private const byte Break = 0xff;
    private const ulong DecimalFractionTag = 4;

    // A double has no more than this many decimal orders either way.
    private const int LargestExponent = 700;

    private readonly ReadOnlySpan<byte> data = data;
    private int at;

    public readonly int Position => at;

    public readonly bool IsAtEnd => at == data.Length;

    /// <summary>Set once and for good; every read after it gives nothing.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The major type that comes next. At the end of the bytes, and at a break where an item must be, the cursor is malformed.</summary>
    public CborMajor Peek()
    {
        if (at >= data.Length || data[at] == Break)
        {
            IsMalformed = true;
            return CborMajor.Simple;
        }

        return (CborMajor)(data[at] >> 5);
    }

    /// <summary>Enters an array or a map. Count its items with <see cref="Next"/>.</summary>
    public CborItems Enter()
    {
        var (_, argument, isIndefinite) = Head();
        return new CborItems(argument, isIndefinite);
    }

    /// <summary>Whether one more item (of an array) or pair (of a map) follows; consumes the break of an indefinite one.</summary>
    public bool Next(ref CborItems items)
    {
        if (IsMalformed)
        {
            return false;
        }

        if (!items.IsIndefinite)
        {
            return items.Left-- > 0;
        }

        if (at < data.Length && data[at] == Break)
        {
            at++;
            return false;
        }

        return true;
    }

    /// <summary>An integer label.</summary>
    /// <param name="isNegative">Then it is -1 - the number returned.</param>
    public ulong ReadInteger(out bool isNegative)
    {
        var (major, argument, _) = Head();
        isNegative = major == CborMajor.Negative;
        return argument;
    }

    /// <summary>A text string, put together in <paramref name="scratch"/> when it comes in chunks.</summary>
    /// <returns>The text; one in chunks that does not fit comes back as it is written.</returns>
    public ReadOnlySpan<byte> ReadText(Span<byte> scratch)
    {
        var (_, argument, isIndefinite) = Head();
        if (!isIndefinite)
        {
            return TakeText(argument);
        }

        var start = at;
        var length = 0;
        while (!IsMalformed && !TryBreak())
        {
            var (major, chunkLength, isNested) = Head();
            var chunk = major == CborMajor.Text && !isNested ? TakeText(chunkLength) : Fail();
            if (length + chunk.Length <= scratch.Length)
            {
                chunk.CopyTo(scratch[length..]);
            }

            length += chunk.Length;
        }

        return length <= scratch.Length ? scratch[..length] : data[start..at];
    }

    /// <summary>An integer, a float of any width or a decimal fraction.</summary>
    /// <returns>False when it is something else, which has then been skipped.</returns>
    public bool TryReadNumber(int maximumDepth, out double number)
    {
        number = 0;
        var start = at;
        var (major, argument, isIndefinite) = Head();
        if (IsMalformed)
        {
            return false;
        }

        switch (major)
        {
            case CborMajor.Unsigned:
                number = argument;
                return true;
            case CborMajor.Negative:
                number = argument <= long.MaxValue ? -1 - (long)argument : -1.0 - argument;
                return true;
            case CborMajor.Simple when !isIndefinite && data[start] >= 0xf9:
                number = data[start] switch
                {
                    0xf9 => (double)BitConverter.UInt16BitsToHalf((ushort)argument),
                    0xfa => BitConverter.UInt32BitsToSingle((uint)argument),
                    _ => BitConverter.UInt64BitsToDouble(argument),
                };
                return true;
            case CborMajor.Tag when argument == DecimalFractionTag && TryReadDecimalFraction(out number):
                return true;
            default:
                at = start;
                Skip(maximumDepth);
                return false;
        }
    }

    /// <returns>True for a boolean; anything else has been skipped.</returns>
    public bool TryReadBoolean(int maximumDepth, out bool value)
    {
        value = false;
        if (at < data.Length && data[at] is 0xf4 or 0xf5)
        {
            value = data[at++] == 0xf5;
            return true;
        }

        Skip(maximumDepth);
        return false;
    }

    /// <summary>Passes over one item of any type, checking that it is well-formed and not deeper than allowed.</summary>
    public void Skip(int maximumDepth)
    {
        var (major, argument, isIndefinite) = Head();
        if (IsMalformed)
        {
            return;
        }

        switch (major)
        {
            case CborMajor.Bytes when !isIndefinite:
                Take(argument);
                break;
            case CborMajor.Text when !isIndefinite:
                TakeText(argument);
                break;
            case CborMajor.Bytes:
            case CborMajor.Text:
                SkipChunks(major);
                break;
            case CborMajor.Array:
            case CborMajor.Map:
            case CborMajor.Tag:
                SkipItems(major, new CborItems(major == CborMajor.Tag ? 1 : argument, isIndefinite), maximumDepth - 1);
                break;
            case CborMajor.Simple when isIndefinite:
                // A break where none may be.
                Fail();
                break;
        }
    }

    private void SkipItems(CborMajor major, CborItems items, int depthLeft)
    {
        if (depthLeft <= 0)
        {
            Fail();
            return;
        }

        while (Next(ref items))
        {
            Skip(depthLeft);
            if (major == CborMajor.Map)
            {
                Skip(depthLeft);
            }
        }
    }

    private void SkipChunks(CborMajor major)
    {
        while (!IsMalformed && !TryBreak())
        {
            var (chunkMajor, length, isNested) = Head();
            if (chunkMajor != major || isNested)
            {
                Fail();
            }
            else if (major == CborMajor.Text)
            {
                TakeText(length);
            }
            else
            {
                Take(length);
            }
        }
    }

    /// <summary>The array [exponent, mantissa] of RFC 8949 section 3.4.4, mantissa no wider than 64 bits.</summary>
    private bool TryReadDecimalFraction(out double number)
    {
        number = 0;
        if (Peek() != CborMajor.Array)
        {
            return false;
        }

        var items = Enter();
        if (!Next(ref items) || !TryReadSigned(out var exponent) || !Next(ref items) || !TryReadSigned(out var mantissa) || Next(ref items))
        {
            return false;
        }

        // By way of text, which rounds correctly once.
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(mantissa, text, out var length);
        text[length++] = (byte)'e';
        Utf8Formatter.TryFormat(Math.Clamp(exponent, -LargestExponent, LargestExponent), text[length..], out var exponentLength);
        number = NumberText.Parse(text[..(length + exponentLength)]);
        return !IsMalformed;
    }

    private bool TryReadSigned(out long number)
    {
        number = 0;
        if (Peek() is not (CborMajor.Unsigned or CborMajor.Negative))
        {
            return false;
        }

        var argument = ReadInteger(out var isNegative);
        number = isNegative ? -1 - (long)argument : (long)argument;
        return argument <= long.MaxValue;
    }

    private bool TryBreak()
    {
        if (at >= data.Length || data[at] != Break)
        {
            return false;
        }

        at++;
        return true;
    }

    private ReadOnlySpan<byte> TakeText(ulong length)
    {
        var text = Take(length);
        return Utf8.IsValid(text) ? text : Fail();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(data.Length - at))
        {
            return Fail();
        }

        var taken = data.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    private ReadOnlySpan<byte> Fail()
    {
        IsMalformed = true;
        return default;
    }

    /// <summary>The initial byte and its argument.</summary>
    private (CborMajor Major, ulong Argument, bool IsIndefinite) Head()
    {
        if (IsMalformed || at >= data.Length)
        {
            IsMalformed = true;
            return (CborMajor.Simple, 0, false);
        }

        var initial = data[at++];
        var major = (CborMajor)(initial >> 5);
        var info = initial & 0x1f;
        if (info < 24)
        {
            return (major, (ulong)info, false);
        }

        if (info == IndefiniteInfo)
        {
            IsMalformed |= major is CborMajor.Unsigned or CborMajor.Negative or CborMajor.Tag;
            return (major, 0, true);
        }

        var width = 1 << (info - 24);
        if (info > 27 || data.Length - at < width)
        {
            IsMalformed = true;
            return (major, 0, false);
        }

        var bytes = data.Slice(at, width);
        at += width;
        ulong argument = width switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };

        // A simple value that fits the initial byte may not stand in a second one.
        IsMalformed |= major == CborMajor.Simple && width == 1 && argument < 32;
        return (major, argument, false);
    }
}

/// <summary>What is left of an array or a map.</summary>
internal struct CborItems(ulong count, bool isIndefinite)
{
    public ulong Left = count;

    public readonly bool IsIndefinite => isIndefinite;
}
