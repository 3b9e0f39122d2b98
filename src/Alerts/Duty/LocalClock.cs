namespace PingAnIoT.Alerts;

/// <summary>Local times of a zone as moments. Pure, as far as the machine's time zone data are.</summary>
internal static class LocalClock
{
    /// <summary>Further from a local time, read as UTC, than any zone's clock is.</summary>
    private const long ReachTicks = 26 * TimeSpan.TicksPerHour;

    /// <summary>
    /// The first moment at which the zone's wall clock shows <paramref name="local"/> or something later: of a time that comes twice the first, and of
    /// one that is skipped the moment of the skip. It never falls as the local time rises, so shifts that adjoin on the wall adjoin in time.
    /// </summary>
    /// <returns>Microseconds since 1970.</returns>
    public static long Instant(TimeZoneInfo zone, DateTime local)
    {
        var (from, to) = (local.Ticks - ReachTicks, local.Ticks + ReachTicks);
        var (before, after) = (Offset(zone, from), Offset(zone, to));
        var utc = local.Ticks - before;
        if (before != after && Transition(zone, from, to, before) is var changes && utc >= changes)
        {
            utc = Math.Max(changes, local.Ticks - after);
        }

        return (utc - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>What the wall clock shows at a moment.</summary>
    public static DateTime Local(TimeZoneInfo zone, long micros)
    {
        var utc = DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond);
        return new DateTime(utc + Offset(zone, utc), DateTimeKind.Unspecified);
    }

    private static long Offset(TimeZoneInfo zone, long utcTicks) => zone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;

    /// <summary>The first second with another offset than <paramref name="before"/>, between one that has it and one that has not.</summary>
    private static long Transition(TimeZoneInfo zone, long from, long to, long before)
    {
        var low = from / TimeSpan.TicksPerSecond;
        var high = (to / TimeSpan.TicksPerSecond) + 1;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (Offset(zone, middle * TimeSpan.TicksPerSecond) == before)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high * TimeSpan.TicksPerSecond;
    }
}
