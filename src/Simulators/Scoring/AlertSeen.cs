namespace PingAnIoT.Simulators;

/// <summary>One change of an alert as an officer's stream delivered it, or as a virtual run made it.</summary>
/// <param name="AlertId">The alert's; one alert may be raised, change its colour and return to normal.</param>
/// <param name="Sequence">Of the ledger entry; the same sequence twice is a doubled event.</param>
/// <param name="RuleId">Which rule.</param>
/// <param name="Kind">Kind of the device; <c>gateway</c> for a link.</param>
/// <param name="Device">Name of the device; of the gateway for a link; of one of its devices for an alert of a place.</param>
/// <param name="Territory">Of the device; for an alert of a place the place itself.</param>
/// <param name="IsOfPlace">Whether it speaks of a place and not of one device.</param>
/// <param name="Class">The class it changes to; <see cref="AlertClass.None"/> for normal.</param>
/// <param name="EventSeconds">Unix seconds, event time of the transition.</param>
/// <param name="SeenSeconds">Unix seconds at which the officer had it, by the simulator's clock; event time's own clock in a virtual run.</param>
public sealed record AlertSeen(
    string AlertId, long Sequence, string RuleId, string Kind, string Device, string Territory, bool IsOfPlace, AlertClass Class, double EventSeconds, double SeenSeconds)
{
    /// <summary>Whether the event time is of the server's clock, as that of a silence is, and not of the clock of the device's gateway.</summary>
    public bool IsByServerClock { get; init; }
}
