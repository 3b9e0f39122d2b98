using System.Buffers.Text;

namespace PingAnIoT.Ingest;

/// <summary>JSON numbers to doubles, correctly rounded.</summary>
internal static class NumberText
{
    private const ulong ExactMantissa = 1UL << 53;

    // Powers of ten that a double holds exactly.
    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <param name="text">A number by the JSON grammar, already checked.</param>
    /// <returns>The nearest double; infinite when it is too large for one.</returns>
    public static double Parse(ReadOnlySpan<byte> text)
    {
        // Whole digits below 2^53 over a power of ten up to 22 is one correctly rounded division: every reading takes this way.
        var negative = text[0] == '-';
        ulong mantissa = 0;
        var decimals = 0;
        var pastPoint = 0;
        if (text.Length <= 18)
        {
            foreach (var b in text[(negative ? 1 : 0)..])
            {
                var digit = (uint)(b - '0');
                if (digit <= 9)
                {
                    mantissa = (mantissa * 10) + digit;
                    decimals += pastPoint;
                }
                else if (b == '.')
                {
                    pastPoint = 1;
                }
                else
                {
                    return ParseSlowly(text);
                }
            }

            if (mantissa <= ExactMantissa)
            {
                var value = mantissa / PowersOfTen[decimals];
                return negative ? -value : value;
            }
        }

        return ParseSlowly(text);
    }

    private static double ParseSlowly(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out var consumed) && consumed == text.Length ? value : double.NaN;
}
