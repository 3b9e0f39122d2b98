using System.Runtime.CompilerServices;

namespace PingAnIoT.Simulators;

/// <summary>How things go in time: the day of a city, the year, slow wandering, and what an ailment grows to and fades from.</summary>
public static class Course
{
    /// <summary>By definition.</summary>
    public const double DaySeconds = 86_400;

    /// <summary>China Standard Time, 8 hours ahead by definition; no summer time.</summary>
    public const double ZoneSeconds = 8 * 3600;

    /// <summary>Of the Julian year, by definition.</summary>
    private const double DaysPerYear = 365.25;

    private const int LastHour = 23;

    /// <summary>Day of the year that is coldest on average; assumption, typical of the field: the middle of January.</summary>
    private const double ColdestDay = 15;

    /// <summary>
    /// Share of the day's peak that is in demand at each full hour, local time: breakfast, noon and evening. Assumption, typical of residential gas and
    /// water networks; no measured network stands behind it.
    /// </summary>
    private static readonly double[] HourlyDemand =
    [
        0.12, 0.08, 0.06, 0.06, 0.08, 0.20, 0.48, 0.66, 0.55, 0.38, 0.46, 0.78,
        0.72, 0.40, 0.32, 0.34, 0.48, 0.80, 1.00, 0.92, 0.70, 0.52, 0.34, 0.20,
    ];

    /// <summary>Sum of <see cref="HourlyDemand"/>, which is also its integral over the day; by definition.</summary>
    private const double DailyDemand = 10.65;

    /// <returns>0 to 1.</returns>
    public static double Demand(double time)
    {
        var hour = SecondsOfDay(time) / 3600;
        var from = Math.Min((int)hour, LastHour);
        var part = hour - from;
        var hourly = HourlyDemand;
        return hourly[from] + ((hourly[from == LastHour ? 0 : from + 1] - hourly[from]) * part);
    }

    /// <returns>Since local midnight; 0 to less than <see cref="DaySeconds"/>.</returns>
    public static double SecondsOfDay(double time) => time + ZoneSeconds - (Day(time) * DaySeconds);

    /// <returns>Local days since 1970.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Day(double time) => (long)Math.Floor((time + ZoneSeconds) / DaySeconds);

    /// <summary>What has been asked for since 1970, counted such that a day at its mean demand is a day: the integral of <see cref="Demand"/>.</summary>
    /// <returns>Seconds.</returns>
    public static double UsedBy(double time)
    {
        var hour = SecondsOfDay(time) / 3600;
        var full = Math.Min((int)hour, LastHour);
        var hourly = HourlyDemand;
        var sum = 0.0;
        for (var i = 0; i < full; i++)
        {
            sum += (hourly[i] + hourly[i + 1]) / 2;
        }

        var (part, rise) = (hour - full, hourly[full == LastHour ? 0 : full + 1] - hourly[full]);
        sum += (hourly[full] * part) + (rise * part * part / 2);
        return (Day(time) * DaySeconds) + (sum / DailyDemand * DaySeconds);
    }

    /// <returns>-1 when it is coldest to 1 when it is warmest.</returns>
    public static double Season(double time) => -Math.Cos(((time / DaySeconds) - ColdestDay) * (2 * Math.PI / DaysPerYear));

    /// <summary>Smooth and random, without a trend: drawn anew each slice and led over.</summary>
    /// <returns>-1 to 1.</returns>
    public static double Wander(ulong seed, uint purpose, double time, double sliceSeconds)
    {
        var position = time / sliceSeconds;
        var floor = Math.Floor(position);
        var part = position - floor;
        var from = Chance.Uniform(seed, purpose, (long)floor);
        var to = Chance.Uniform(seed, purpose, (long)floor + 1);
        return (2 * (from + ((to - from) * part * part * (3 - (2 * part))))) - 1;
    }

    /// <summary>An ailment's effect as a first-order balance: towards 1 while it is on, back to 0 once it is over.</summary>
    /// <param name="ailment">Which.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="rise">Time constant while it is on, seconds.</param>
    /// <param name="fall">Time constant afterwards, seconds.</param>
    public static double Approach(Ailment ailment, double time, double rise, double fall)
    {
        if (time < ailment.Onset)
        {
            return 0;
        }

        var reached = 1 - Math.Exp((ailment.Onset - Math.Min(time, ailment.End)) / rise);
        return time <= ailment.End ? reached : reached * Math.Exp((ailment.End - time) / fall);
    }

    /// <summary>What is left of an effect after its end: 1 while it is on, then falling; 0 before it began.</summary>
    public static double Rest(Ailment ailment, double time, double fall) =>
        time < ailment.Onset ? 0 : time <= ailment.End ? 1 : Math.Exp((ailment.End - time) / fall);

    /// <summary>How far into an ailment it is, or was when it ended; negative before it began.</summary>
    public static double Into(Ailment ailment, double time) => Math.Min(time, ailment.End) - ailment.Onset;
}
