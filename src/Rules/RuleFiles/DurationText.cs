using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>Durations as rule files write them: a whole number and one of ms, s, m, h, d.</summary>
public static class DurationText
{
    public const long MicrosPerSecond = 1_000_000;

    public const string Expected = "a whole number with ms, s, m, h or d, such as 500ms, 10s, 5m, 2h or 1d";

    /// <summary>Longer is a slip of the pen: windows and holds are kept in memory.</summary>
    public const long LimitMicros = 30L * 24 * 3600 * MicrosPerSecond;

    private static readonly (string Suffix, long Micros)[] Units =
    [
        ("ms", 1_000), ("s", MicrosPerSecond), ("m", 60 * MicrosPerSecond), ("h", 3600 * MicrosPerSecond), ("d", 24 * 3600 * MicrosPerSecond),
    ];

    /// <returns>Microseconds, possibly negative or over <see cref="LimitMicros"/>; null when it is not a duration.</returns>
    public static long? Parse(string text)
    {
        foreach (var (suffix, micros) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            {
                return Math.Abs((decimal)count * micros) > long.MaxValue ? long.MaxValue * Math.Sign(count) : count * micros;
            }
        }

        return null;
    }

    /// <summary>The shortest way to write it.</summary>
    public static string Format(long micros)
    {
        for (var i = Units.Length - 1; i > 0; i--)
        {
            if (micros != 0 && micros % Units[i].Micros == 0)
            {
                return $"{micros / Units[i].Micros}{Units[i].Suffix}";
            }
        }

        return micros == 0 ? "0s" : $"{micros / 1_000}ms";
    }
}
