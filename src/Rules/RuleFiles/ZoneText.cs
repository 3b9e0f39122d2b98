using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules;

/// <summary>Time zones as rule files write them: <c>Asia/Shanghai</c>, <c>UTC</c>, <c>UTC+8</c>, <c>UTC-03:30</c>.</summary>
internal static partial class ZoneText
{
    public const string Expected = "an IANA name such as Asia/Shanghai, or UTC+8";

    private static readonly TimeSpan OffsetLimit = TimeSpan.FromHours(14);

    [GeneratedRegex("^UTC((?<sign>[+-])(?<hours>[0-9]{1,2})(:(?<minutes>[0-5][0-9]))?)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Offset { get; }

    // Two or three words: no names of other systems, no abbreviations that mean two things.
    [GeneratedRegex("^[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name { get; }

    /// <returns>Null when there is no such zone, as far as this machine knows.</returns>
    public static TimeZoneInfo? Find(string text)
    {
        if (Offset.Match(text) is { Success: true } match)
        {
            var hours = match.Groups["hours"] is { Success: true } h ? int.Parse(h.ValueSpan, CultureInfo.InvariantCulture) : 0;
            var minutes = match.Groups["minutes"] is { Success: true } m ? int.Parse(m.ValueSpan, CultureInfo.InvariantCulture) : 0;
            var offset = new TimeSpan(hours, minutes, 0) * (match.Groups["sign"].ValueSpan is "-" ? -1 : 1);
            return offset.Duration() <= OffsetLimit ? TimeZoneInfo.CreateCustomTimeZone(text, offset, text, text) : null;
        }

        return Name.IsMatch(text) && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) ? zone : null;
    }

    /// <summary>What was meant, if it is near enough.</summary>
    public static string Hint(string text)
    {
        var zones = TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id).ToList();
        var nearest = NearestName.Find(text, zones.Select(z => z.ToLowerInvariant()));
        return nearest is null ? $"expected {Expected}" : $"did you mean '{zones.Find(z => z.Equals(nearest, StringComparison.OrdinalIgnoreCase))}'?";
    }
}
