using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Alerts;

/// <summary>Microseconds since 1970 as the protocol's time stamps, exactly.</summary>
public static class WireTime
{
    public static Timestamp Of(long micros)
    {
        var seconds = Math.DivRem(micros, 1_000_000, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += 1_000_000;
        }

        return new Timestamp { Seconds = seconds, Nanos = (int)rest * 1_000 };
    }

    /// <summary>The other way; what is beyond all times counts as the last or the first of them.</summary>
    public static long Micros(Timestamp time)
    {
        const long limit = long.MaxValue / 1_000_000 - 1;
        return (Math.Clamp(time.Seconds, -limit, limit) * 1_000_000) + (time.Nanos / 1_000);
    }

    /// <summary>For people, in UTC to the microsecond.</summary>
    public static string Text(long micros) =>
        Of(micros).ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
