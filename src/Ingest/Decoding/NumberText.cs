using System.Buffers.Text;

namespace PingAnIoT.Ingest;

/// <summary>JSON numbers to doubles, correctly rounded.</summary>
internal static class NumberText
{
    private const ulong ExactMantissa = 1UL << 53;
    private const int LongestShort = 18;

    // Powers of ten that a double holds exactly.
    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <param name="text">A number by the JSON grammar, already checked.</param>
    /// <returns>The nearest double; infinite when it is too large for one.</returns>
    public static double Parse(ReadOnlySpan<byte> text) => ReadShort(text, out var value) == text.Length ? value : ParseSlowly(text);

    /// <summary>The number at the beginning of <paramref name="text"/>, if it is one by the JSON grammar, of at most 18 characters and without an exponent.</summary>
    /// <returns>How long it is; 0 when it is something else.</returns>
    public static int ReadShort(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var first = at;
        ulong mantissa = 0;
        uint digit;
        while ((uint)at < (uint)text.Length && (digit = (uint)(text[at] - '0')) <= 9)
        {
            mantissa = (mantissa * 10) + digit;
            at++;
        }

        if (at == first || (at > first + 1 && text[first] == '0'))
        {
            return 0;
        }

        var decimals = 0;
        if ((uint)at < (uint)text.Length && text[at] == '.')
        {
            var point = at++;
            while ((uint)at < (uint)text.Length && (digit = (uint)(text[at] - '0')) <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                at++;
            }

            decimals = at - point - 1;
            if (decimals == 0)
            {
                return 0;
            }
        }

        // Longer ones may have overflowed the mantissa.
        if (at > LongestShort || ((uint)at < (uint)text.Length && (text[at] | 0x20) == 'e'))
        {
            return 0;
        }

        // Whole digits up to 2^53 over a power of ten up to 22 is one correctly rounded division: every reading takes this way.
        value = mantissa <= ExactMantissa ? Sign(mantissa / PowersOfTen[decimals], first) : ParseSlowly(text[..at]);
        return at;
    }

    private static double Sign(double value, int signs) => signs == 0 ? value : -value;

    private static double ParseSlowly(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out var consumed) && consumed == text.Length ? value : double.NaN;
}
