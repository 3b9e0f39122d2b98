using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>A stretch of the local week.</summary>
/// <param name="From">Minutes since Monday 00:00; 0 to 10,079.</param>
/// <param name="To">Minutes since Monday 00:00, not included; more than <paramref name="From"/>, at most 10,080.</param>
public readonly record struct WeekRange(int From, int To)
{
    /// <summary><c>mon 08:00-18:00</c>, <c>fri 22:00-sat 06:00</c>.</summary>
    public override string ToString()
    {
        var last = (To - 1) / Schedule.MinutesPerDay;
        var day = From / Schedule.MinutesPerDay == last ? "" : Schedule.Days[last] + " ";
        return $"{Schedule.Days[From / Schedule.MinutesPerDay]} {Time(From % Schedule.MinutesPerDay)}-{day}{Time(To - (last * Schedule.MinutesPerDay))}";
    }

    private static string Time(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");
}

/// <summary>When in the week a rule judges. Outside it nothing is crossed and nothing is violated.</summary>
/// <param name="Zone">An IANA name, or <c>UTC</c> with an offset: see <see cref="ZoneText"/>.</param>
/// <param name="Ranges">In order and apart.</param>
public sealed record Schedule(string Zone, IReadOnlyList<WeekRange> Ranges)
{
    public const int MinutesPerDay = 24 * 60;
    public const int MinutesPerWeek = 7 * MinutesPerDay;

    public static readonly IReadOnlyList<string> Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public override string ToString() => $"{Zone} {string.Join(", ", Ranges)}";
}
