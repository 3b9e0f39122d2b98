using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>From a sender's seconds to an event time.</summary>
internal static class EventTime
{
    /// <summary>A SenML time below this counts from the receive time (RFC 8428 section 4.5.3): 2^28 s, the middle of 1978.</summary>
    public const double RelativeBelowSeconds = 1 << 28;

    /// <summary>2000-01-01T00:00:00Z: older than any device, so a time before it comes from a clock that was never set.</summary>
    public const long EarliestMicros = 946_684_800_000_000;

    // Beyond this a double of microseconds no longer fits a long: the year 9999 is enough.
    private const double LatestSeconds = 253_402_300_800;

    /// <summary>Seconds since 1970, never relative.</summary>
    /// <returns>False when it cannot be a time: not finite, or before 2000.</returns>
    public static bool TryAbsolute(double seconds, long receiveMicros, out long micros, out ReadingFlags flags)
    {
        flags = ReadingFlags.None;
        if (!(seconds <= LatestSeconds))
        {
            // NaN is no time; +infinity neither; a finite time beyond 9999 is merely far in the future.
            micros = receiveMicros;
            flags = ReadingFlags.TimeReplaced;
            return double.IsFinite(seconds);
        }

        if (seconds < EarliestMicros / 1_000_000)
        {
            micros = 0;
            return false;
        }

        micros = (long)Math.Round(seconds * 1_000_000);
        return Settle(ref micros, receiveMicros, ref flags);
    }

    /// <summary>A resolved SenML time: relative to the receive time when below 2^28.</summary>
    /// <inheritdoc cref="TryAbsolute"/>
    public static bool TrySenml(double seconds, long receiveMicros, out long micros, out ReadingFlags flags)
    {
        if (!(seconds < RelativeBelowSeconds))
        {
            return TryAbsolute(seconds, receiveMicros, out micros, out flags);
        }

        micros = 0;
        flags = ReadingFlags.None;
        if (seconds < -LatestSeconds)
        {
            return false;
        }

        micros = receiveMicros + (long)Math.Round(seconds * 1_000_000);
        return Settle(ref micros, receiveMicros, ref flags);
    }

    private static bool Settle(ref long micros, long receiveMicros, ref ReadingFlags flags)
    {
        if (micros > receiveMicros + Reading.FutureToleranceMicros)
        {
            micros = receiveMicros;
            flags = ReadingFlags.TimeReplaced;
        }

        return micros >= EarliestMicros;
    }
}
