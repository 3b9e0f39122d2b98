using System.Buffers;

namespace PingAnIoT.Ingest;

/// <summary>
/// Scans JSON as gateways mostly write it: one line of ASCII without escapes, numbers of at most 18 characters without exponent, true and false.
/// It accepts nothing that the strict reader would not, and anything it does not know, right or wrong, is not its business: every method then
/// answers false, and the caller reads the whole payload again the long way. Positions are kept in locals, as this is where decoding spends its time.
/// </summary>
internal ref struct JsonScan
{
    private const int LongestNumber = 18;

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5f).Where(b => b != '\\').Select(b => (byte)b)]);

    private readonly ReadOnlySpan<byte> text;
    private int at;

    private JsonScan(ReadOnlySpan<byte> text) => this.text = text;

    /// <summary>Of the next byte to be read.</summary>
    public readonly int Position => at;

    /// <returns>False when there is something in it that a string cannot have as it is: then this is not the way to read it.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> text, out JsonScan scan)
    {
        scan = new JsonScan(text);
        return !text.ContainsAnyExcept(Printable);
    }

    /// <summary>Steps over blanks and this byte, if it is next.</summary>
    public bool Take(byte expected)
    {
        var i = SkipBlanks();
        if ((uint)i < (uint)text.Length && text[i] == expected)
        {
            at = i + 1;
            return true;
        }

        return false;
    }

    /// <summary>True when nothing but blanks is left.</summary>
    public bool IsAtEnd() => SkipBlanks() == text.Length;

    /// <summary>A string or key, without its quotes.</summary>
    public bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        var i = SkipBlanks();
        if ((uint)i >= (uint)text.Length || text[i] != '"')
        {
            return false;
        }

        var rest = text[(i + 1)..];
        for (var length = 0; length < rest.Length; length++)
        {
            if (rest[length] == '"')
            {
                value = rest[..length];
                at = i + 1 + length + 1;
                return true;
            }
        }

        return false;
    }

    public bool TryBoolean(out bool value)
    {
        at = SkipBlanks();
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
    public bool TryNumber(out double value)
    {
        var number = text[SkipBlanks()..];
        var i = number.Length > 0 && number[0] == '-' ? 1 : 0;
        var first = i;
        while (i < number.Length && (uint)(number[i] - '0') <= 9)
        {
            i++;
        }

        value = 0;
        if (i == first || (i > first + 1 && number[first] == '0'))
        {
            return false;
        }

        if (i < number.Length && number[i] == '.')
        {
            var point = i++;
            while (i < number.Length && (uint)(number[i] - '0') <= 9)
            {
                i++;
            }

            if (i == point + 1)
            {
                return false;
            }
        }

        if (i > LongestNumber || (i < number.Length && number[i] is (byte)'e' or (byte)'E'))
        {
            return false;
        }

        value = NumberText.Parse(number[..i]);
        at = text.Length - number.Length + i;
        return true;
    }

    private readonly int SkipBlanks()
    {
        var i = at;
        while ((uint)i < (uint)text.Length && text[i] == ' ')
        {
            i++;
        }

        return i;
    }
}
