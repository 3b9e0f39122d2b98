using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// A unit symbol as it may stand in a payload. A value v in this unit is <c>v * Numerator / Denominator + Offset</c> in the base unit.
/// </summary>
/// <param name="Symbol">As written, case-sensitive, ASCII.</param>
/// <param name="Base">The unit all others of its dimension are defined by; itself for a base unit.</param>
/// <param name="Numerator">Integer above 0; a fraction and not a factor, so that hPa to kPa is one exact division by 10.</param>
/// <param name="Denominator">Integer above 0.</param>
/// <param name="Offset">In the base unit.</param>
public sealed record Unit(string Symbol, string Base, double Numerator = 1, double Denominator = 1, double Offset = 0);

/// <summary>
/// Units by symbol and by number, and the way from one to another. The registered ones are those of RFC 8428 section 12.1 and RFC 8798;
/// the few that the field uses and nobody has registered are listed as ours. Immutable.
/// </summary>
public static class Units
{
    /// <summary>The number of "no unit given".</summary>
    public const int None = 0;

    /// <summary>The number of a symbol that is not in the list.</summary>
    public const int Unknown = -1;

    private static readonly Unit[] All =
    [
        new("", ""),

        // RFC 8428 section 12.1. Units of different meaning never convert, though they share a dimension (%RH, %EL, /).
        new("m", "m"), new("kg", "kg"), new("g", "kg", 1, 1000), new("s", "s"), new("A", "A"), new("K", "K"), new("cd", "cd"),
        new("mol", "mol"), new("Hz", "Hz"), new("rad", "rad"), new("sr", "sr"), new("N", "N"), new("Pa", "Pa"), new("J", "J"),
        new("W", "W"), new("C", "C"), new("V", "V"), new("F", "F"), new("Ohm", "Ohm"), new("S", "S"), new("Wb", "Wb"), new("T", "T"),
        new("H", "H"), new("Cel", "K", 1, 1, 273.15), new("lm", "lm"), new("lx", "lx"), new("Bq", "Bq"), new("Gy", "Gy"),
        new("Sv", "Sv"), new("kat", "kat"), new("m2", "m2"), new("m3", "m3"), new("l", "m3", 1, 1000), new("m/s", "m/s"),
        new("m/s2", "m/s2"), new("m3/s", "m3/s"), new("l/s", "m3/s", 1, 1000), new("W/m2", "W/m2"), new("cd/m2", "cd/m2"),
        new("bit", "bit"), new("bit/s", "bit/s"), new("lat", "lat"), new("lon", "lon"), new("pH", "pH"), new("dB", "dB"),
        new("dBW", "dBW"), new("Bspl", "Bspl"), new("count", "count"), new("/", "/"), new("%", "/", 1, 100), new("%RH", "%RH"),
        new("%EL", "%EL"), new("EL", "EL"), new("1/s", "1/s"), new("1/min", "1/s", 1, 60), new("beat/min", "beat/min"),
        new("beats", "beats"), new("S/m", "S/m"),

        // RFC 8798, primary then secondary.
        new("B", "B"), new("VA", "VA"), new("VAs", "VAs"), new("var", "var"), new("vars", "vars"), new("J/m", "J/m"),
        new("kg/m3", "kg/m3"), new("deg", "deg"),
        new("ms", "s", 1, 1000), new("min", "s", 60), new("h", "s", 3600), new("MHz", "Hz", 1_000_000), new("kW", "W", 1000),
        new("kVA", "VA", 1000), new("kvar", "var", 1000), new("Ah", "C", 3600), new("Wh", "J", 3600), new("kWh", "J", 3_600_000),
        new("varh", "vars", 3600), new("kvarh", "vars", 3_600_000), new("kVAh", "VAs", 3_600_000), new("Wh/km", "J/m", 36, 10),
        new("KiB", "B", 1024), new("GB", "B", 1_000_000_000), new("Mbit/s", "bit/s", 1_000_000), new("B/s", "bit/s", 8),
        new("MB/s", "bit/s", 8_000_000), new("mV", "V", 1, 1000), new("mA", "A", 1, 1000), new("dBm", "dBW", 1, 1, -30),
        new("ug/m3", "kg/m3", 1, 1_000_000_000), new("mm/h", "m/s", 1, 3_600_000), new("m/h", "m/s", 1, 3600),
        new("ppm", "/", 1, 1_000_000), new("/100", "/", 1, 100), new("/1000", "/", 1, 1000), new("hPa", "Pa", 100),
        new("mm", "m", 1, 1000), new("cm", "m", 1, 100), new("km", "m", 1000), new("km/h", "m/s", 10, 36),

        // Ours: what gas and fire equipment speaks. %LEL is of no fixed ratio to % by volume (it depends on the gas), so it converts to nothing.
        new("kPa", "Pa", 1000), new("%LEL", "%LEL"), new("m3/h", "m3/s", 1, 3600), new("dB/m", "dB/m"),
    ];

    private const int LongestSymbolBytes = sizeof(ulong);
    private const int TableBits = 9;

    // Open addressing by the symbol's bytes in one word: (word, number) with number 0 for an empty slot.
    private static readonly (ulong Symbol, int Number)[] Table = BuildTable();
    private static readonly int[] Bases = [.. All.Select(unit => Array.FindIndex(All, other => other.Symbol == unit.Base))];

    /// <summary>How many there are; numbers run from 0.</summary>
    public static int Count => All.Length;

    public static Unit Get(int unit) => All[unit];

    /// <returns>The number of the unit, <see cref="None"/> for an empty symbol, <see cref="Unknown"/> for one not in the list.</returns>
    public static int Find(ReadOnlySpan<byte> symbol)
    {
        if (symbol.IsEmpty)
        {
            return None;
        }

        if (symbol.Length > LongestSymbolBytes)
        {
            return Unknown;
        }

        var word = Word(symbol);
        for (var at = Slot(word); ; at = (at + 1) % Table.Length)
        {
            ref readonly var entry = ref Table[at];
            if (entry.Symbol == word && entry.Number != None)
            {
                return entry.Number;
            }

            if (entry.Number == None)
            {
                return Unknown;
            }
        }
    }

    public static int Find(string symbol) => Find(Encoding.UTF8.GetBytes(symbol));

    /// <summary>Converts between units of the same base. Correctly rounded where the ratio is a whole number or one over a whole number.</summary>
    /// <returns>False when the two have nothing to do with each other, or either is <see cref="Unknown"/>.</returns>
    public static bool TryConvert(double value, int from, int to, out double converted)
    {
        converted = value;
        if (from == to)
        {
            return from != Unknown;
        }

        if (from < 0 || to < 0 || Bases[from] != Bases[to])
        {
            return false;
        }

        var source = All[from];
        var target = All[to];
        var (numerator, denominator) = Reduce(source.Numerator * target.Denominator, source.Denominator * target.Numerator);
        var offset = (source.Offset - target.Offset) * target.Denominator / target.Numerator;
        converted = (value * numerator / denominator) + offset;
        return true;
    }

    private static (double Numerator, double Denominator) Reduce(double numerator, double denominator)
    {
        var (a, b) = ((long)numerator, (long)denominator);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return (numerator / a, denominator / a);
    }

    private static (ulong Symbol, int Number)[] BuildTable()
    {
        var table = new (ulong Symbol, int Number)[1 << TableBits];
        for (var number = 1; number < All.Length; number++)
        {
            var word = Word(Encoding.ASCII.GetBytes(All[number].Symbol));
            var at = Slot(word);
            while (table[at].Number != None)
            {
                at = (at + 1) % table.Length;
            }

            table[at] = (word, number);
        }

        return table;
    }

    private static int Slot(ulong word) => (int)((word * 0x9E3779B97F4A7C15) >> (64 - TableBits));

    // A NUL in the text would vanish in the padding, hence no symbol may hold one; the length decides.
    private static ulong Word(ReadOnlySpan<byte> symbol)
    {
        ulong word = 0;
        foreach (var b in symbol)
        {
            if (b == 0)
            {
                return 0;
            }

            word = (word << 8) | b;
        }

        return word;
    }
}
