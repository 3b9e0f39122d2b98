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
}
