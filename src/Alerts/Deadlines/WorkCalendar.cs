namespace PingAnIoT.Alerts;

/// <summary>When work is done: days of the week, holidays, days worked in their place, and hours, in one time zone. Immutable.</summary>
/// <param name="Zone">Whose days and hours.</param>
/// <param name="Days">Of the week.</param>
/// <param name="Hours">Of a working day, in order, not touching.</param>
/// <param name="Holidays">Not worked, whatever day of the week.</param>
/// <param name="Workdays">Worked, whatever day of the week.</param>
public sealed record WorkCalendar(
    TimeZoneInfo Zone, IReadOnlySet<DayOfWeek> Days, IReadOnlyList<(TimeOnly From, TimeOnly To)> Hours, IReadOnlySet<DateOnly> Holidays,
    IReadOnlySet<DateOnly> Workdays)
{
    /// <summary>A calendar in which nothing is worked for so long is wrong; time is then natural.</summary>
    private const int MostDays = 3660;

    /// <summary>All days, all hours.</summary>
    public static WorkCalendar Always { get; } = new(
        TimeZoneInfo.Utc, Enum.GetValues<DayOfWeek>().ToHashSet(), [], new HashSet<DateOnly>(), new HashSet<DateOnly>());

    public bool IsWorked(DateOnly day) => Workdays.Contains(day) || (Days.Contains(day.DayOfWeek) && !Holidays.Contains(day));

    /// <summary>
    /// When so much working time has passed. Whole days are working days, counted from the day after, and end at the same time of day (or, where
    /// that is not within hours, with the next hour of work); anything else counts the hours of work.
    /// </summary>
    /// <returns>Microseconds since 1970.</returns>
    public long Add(long fromMicros, TimeSpan within)
    {
        var local = TimeZoneInfo.ConvertTime(Micros.ToTime(fromMicros), Zone).DateTime;
        var due = within.Ticks % TimeSpan.TicksPerDay == 0 ? AddDays(local, (int)(within.Ticks / TimeSpan.TicksPerDay)) : AddHours(local, within);
        return due is { } at ? Micros.From(new DateTimeOffset(at, Zone.GetUtcOffset(at))) : fromMicros + (within.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    private DateTime? AddDays(DateTime from, int days)
    {
        // What comes on a day that is not worked comes first thing on the next.
        var start = NextMoment(from);
        if (start is not { } at)
        {
            return null;
        }

        var day = DateOnly.FromDateTime(at);
        for (var (counted, looked) = (0, 0); counted < days; looked++)
        {
            if (looked > MostDays)
            {
                return null;
            }

            day = day.AddDays(1);
            counted += IsWorked(day) ? 1 : 0;
        }

        return day.ToDateTime(TimeOnly.FromDateTime(at));
    }

    private DateTime? AddHours(DateTime from, TimeSpan within)
    {
        var day = DateOnly.FromDateTime(from);
        var left = within;
        for (var looked = 0; looked < MostDays; looked++, day = day.AddDays(1))
        {
            foreach (var (begin, end) in Spans(day))
            {
                var at = begin > from ? begin : from;
                if (at >= end)
                {
                    continue;
                }

                if (end - at >= left)
                {
                    return at + left;
                }

                left -= end - at;
            }
        }

        return null;
    }

    /// <summary>Now, if it is worked; else when it next is.</summary>
    private DateTime? NextMoment(DateTime from) => AddHours(from, TimeSpan.Zero);

    private IEnumerable<(DateTime Begin, DateTime End)> Spans(DateOnly day)
    {
        if (!IsWorked(day))
        {
            return [];
        }

        return Hours.Count == 0
            ? [(day.ToDateTime(TimeOnly.MinValue), day.AddDays(1).ToDateTime(TimeOnly.MinValue))]
            : Hours.Select(h => (day.ToDateTime(h.From), day.ToDateTime(h.To)));
    }
}
