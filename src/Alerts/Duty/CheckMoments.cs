using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>When a schedule's checks come: the day's hours cut into as many parts, and in each a second drawn from the seed. Pure.</summary>
internal static class CheckMoments
{
    private const int DaysAhead = 4;

    /// <summary>Where the machine does not know the zone.</summary>
    public const long Never = long.MaxValue;

    /// <returns>The first moment after <paramref name="afterMicros"/>.</returns>
    public static long Next(CheckSchedule schedule, long afterMicros)
    {
        if (ZoneText.Find(schedule.Zone) is not { } zone)
        {
            return Never;
        }

        var first = DateOnly.FromDateTime(LocalClock.Local(zone, afterMicros)).AddDays(-1);
        return Enumerable.Range(0, DaysAhead).SelectMany(d => Of(schedule, zone, first.AddDays(d))).Where(m => m > afterMicros).DefaultIfEmpty(Never).Min();
    }

    private static IEnumerable<long> Of(CheckSchedule schedule, TimeZoneInfo zone, DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        var part = (schedule.ToMinute - schedule.FromMinute) * 60.0 / schedule.PerDay;
        for (var i = 0; i < schedule.PerDay; i++)
        {
            var second = Math.Floor((schedule.FromMinute * 60) + (part * (i + Drawn(schedule, day, i))));
            yield return LocalClock.Instant(zone, midnight.AddSeconds(second));
        }
    }

    /// <returns>0 up to 1.</returns>
    private static double Drawn(CheckSchedule schedule, DateOnly day, int number)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{schedule.Seed}\n{schedule.Territory}\n{(int)schedule.Role}\n{day.DayNumber}\n{number}");
        return (BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text))) >> 11) / (double)(1UL << 53);
    }
}
