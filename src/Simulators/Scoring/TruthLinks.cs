namespace PingAnIoT.Simulators;

/// <summary>What the truth knows of the links that alerts came by.</summary>
/// <param name="GatewayOf">Name of the gateway of a device; null when it has none or the device is unknown.</param>
/// <param name="FirstShown">Unix seconds at which the clock that stamps a device's readings first showed a time (Unix seconds) or a later one.</param>
public sealed record TruthLinks(Func<string, string?> GatewayOf, Func<string, double, double> FirstShown)
{
    /// <summary>Of a fleet of which nothing is known.</summary>
    public static TruthLinks None { get; } = new(_ => null, (_, shown) => shown);

    /// <summary>
    /// The alert with its event time by the true clock. Readings bear the time of their gateway's clock, which the plan may have bent, and what the engine
    /// makes of them bears it too. The true time is one moment and never a stretch, so that no alert of something else is taken for it; and as nobody is told of
    /// what is still to come, it is not after the moment at which the officer saw it.
    /// </summary>
    public AlertSeen ByTrueClock(AlertSeen seen)
    {
        if (seen.IsByServerClock || seen.Kind == Subject.Gateway)
        {
            return seen;
        }

        var shown = FirstShown(seen.Device, seen.EventSeconds);
        return shown == seen.EventSeconds ? seen : seen with { EventSeconds = Math.Min(shown, Math.Max(seen.EventSeconds, seen.SeenSeconds)) };
    }
}
