using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>What a report is about.</summary>
public enum ReportPeriod
{
    Day,

    /// <summary>From Monday.</summary>
    Week,
    Month,

    /// <summary>From January, April, July or October.</summary>
    Quarter,
}

/// <summary>A time from midnight to midnight of a zone, half-open, and how far the ledger is counted.</summary>
/// <param name="FromMicros">Of the first moment; microseconds since 1970.</param>
/// <param name="ToMicros">Of the first moment that is not in it any more.</param>
/// <param name="Zone">Whose midnights, and whose hours.</param>
/// <param name="UpTo">The last entry that counts.</param>
internal sealed record ReportSpan(long FromMicros, long ToMicros, TimeZoneInfo Zone, long UpTo = long.MaxValue)
{
    /// <summary>
    /// The period that a day lies in. Midnight is the first moment at which the wall clock shows 00:00 or later: where clocks skip it the moment of
    /// the skip, where it comes twice the first. So periods adjoin without gap or overlap, and a day is 23, 24 or 25 hours long.
    /// </summary>
    public static ReportSpan Of(ReportPeriod period, DateOnly day, TimeZoneInfo zone)
    {
        var first = period switch
        {
            ReportPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            ReportPeriod.Month => new DateOnly(day.Year, day.Month, 1),
            ReportPeriod.Quarter => new DateOnly(day.Year, day.Month - ((day.Month - 1) % 3), 1),
            _ => day,
        };
        var next = period switch
        {
            ReportPeriod.Week => first.AddDays(7),
            ReportPeriod.Month => first.AddMonths(1),
            ReportPeriod.Quarter => first.AddMonths(3),
            _ => first.AddDays(1),
        };
        return new ReportSpan(LocalClock.Instant(zone, first.ToDateTime(TimeOnly.MinValue)), LocalClock.Instant(zone, next.ToDateTime(TimeOnly.MinValue)), zone);
    }

    /// <summary>A day as <c>2026-11-23</c>, between 1970 and 9998; null for anything else.</summary>
    public static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and <= 9998 ? day : null;

    /// <summary>The local hour of the week, 0 from Monday 00:00. An hour that comes twice is one.</summary>
    public int HourOfWeek(long micros)
    {
        var local = LocalClock.Local(Zone, micros);
        return (((int)local.DayOfWeek + 6) % 7 * 24) + local.Hour;
    }
}
