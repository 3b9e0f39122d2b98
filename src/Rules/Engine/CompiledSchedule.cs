namespace PingAnIoT.Rules;

/// <summary>
/// A schedule as a bit for each minute of the local week. Only a rule that is crossed, or has something to say, asks; nearly always about the
/// minute it asked about last. Threading: owned by one shard, as the plan it belongs to.
/// </summary>
internal sealed class CompiledSchedule
{
    private const long MicrosPerMinute = 60_000_000;

    // 1970-01-01 was a Thursday.
    private const long EpochMinuteOfWeek = 3 * Schedule.MinutesPerDay;

    // Years 1 and 9999 have no room for an offset.
    private const long LeastMicros = -60_000_000_000_000_000;
    private const long MostMicros = 250_000_000_000_000_000;

    private const int Words = (Schedule.MinutesPerWeek + 63) / 64;

    private readonly ulong[] isOpen = new ulong[Words];
    private readonly TimeZoneInfo zone;
    private long lastMinute = long.MinValue;
    private bool lastAnswer;

    /// <exception cref="ArgumentException">Its zone is not known, or a range is not one.</exception>
    public CompiledSchedule(Schedule schedule)
    {
        zone = ZoneText.Find(schedule.Zone) ?? throw new ArgumentException($"The time zone '{schedule.Zone}' is not known.", nameof(schedule));
        foreach (var range in schedule.Ranges)
        {
            if (range.From < 0 || range.From >= range.To || range.To > Schedule.MinutesPerWeek)
            {
                throw new ArgumentException($"From minute {range.From} to {range.To} is no part of a week.", nameof(schedule));
            }

            for (var minute = range.From; minute < range.To; minute++)
            {
                isOpen[minute / 64] |= 1UL << (minute % 64);
            }
        }
    }

    /// <summary>Is the time within the schedule? An hour that a zone has twice is in it twice, one that it skips is not.</summary>
    public bool Covers(long eventTimeMicros)
    {
        var minute = Math.DivRem(eventTimeMicros, MicrosPerMinute) is var (whole, rest) && rest < 0 ? whole - 1 : eventTimeMicros / MicrosPerMinute;
        if (minute != lastMinute)
        {
            lastMinute = minute;
            var offset = zone.GetUtcOffset(DateTime.UnixEpoch.AddMicroseconds(Math.Clamp(eventTimeMicros, LeastMicros, MostMicros)));
            var local = (minute + EpochMinuteOfWeek + (offset.Ticks / TimeSpan.TicksPerMinute)) % Schedule.MinutesPerWeek;
            var at = (int)(local < 0 ? local + Schedule.MinutesPerWeek : local);
            lastAnswer = ((isOpen[at / 64] >> (at % 64)) & 1) != 0;
        }

        return lastAnswer;
    }

    public static bool AnyCovers(ReadOnlySpan<CompiledSchedule> schedules, long eventTimeMicros)
    {
        foreach (var schedule in schedules)
        {
            if (schedule.Covers(eventTimeMicros))
            {
                return true;
            }
        }

        return false;
    }
}
