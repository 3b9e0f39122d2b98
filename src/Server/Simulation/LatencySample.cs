using HdrHistogram;
using PingAnIoT.Alerts;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>
/// How long it took from a reading's being due at its gateway to the alert's being on the officer's screen. Counted are changes that a single reading
/// revealed (event time of the change and of its newest evidence are the same), of devices that send at once and whose link was in order: what a gateway held
/// back on purpose is no latency of the server's. Due, not sent: a generator held up makes the figure larger, never the sample smaller.
/// Threading: written by the officer's stream; read once that has stopped.
/// </summary>
internal sealed class LatencySample
{
    private const long LongestMicros = 3_600_000_000;
    private const double MicrosPerSecond = 1e6;
    private const double Exactly = 0.002;
    private readonly Fleet fleet;
    private readonly double fromSeconds;
    private readonly ILookup<string, TruthEntry> held;
    private double interruptedFrom = double.PositiveInfinity;
    private double interruptedTo = double.PositiveInfinity;

    /// <param name="plan">Who sends late on purpose.</param>
    /// <param name="isRealTime">Otherwise event time is not the sender's clock, and nothing can be said.</param>
    public LatencySample(TruthPlan plan, bool isRealTime)
    {
        fleet = plan.Fleet;
        fromSeconds = isRealTime ? plan.From : double.PositiveInfinity;
        held = plan.TruthOf(s => s.Kind == FleetSorts.GatewayKind || s == FleetSorts.LateBatch)
            .ToLookup(e => e.Device, StringComparer.Ordinal);
    }

    /// <summary>Microseconds.</summary>
    public LongHistogram Micros { get; } = new(LongestMicros, 3);

    /// <summary>The same of readings that fell due in the interruption: mostly how long the server was away.</summary>
    public LongHistogram InterruptedMicros { get; } = new(LongestMicros, 3);

    /// <summary>From this event time on the server is interrupted on purpose. Any thread; before the interruption begins.</summary>
    public void Interrupt(double fromSeconds) => Volatile.Write(ref interruptedFrom, fromSeconds);

    /// <summary>From this event time on it is whole again. Any thread.</summary>
    public void Resume(double atSeconds) => Volatile.Write(ref interruptedTo, atSeconds);

    public void Add(AlertSeen told, V1.Alert alert)
    {
        if (told.EventSeconds < fromSeconds || alert.Evidence.Count == 0
            || Math.Abs((WireTime.Micros(alert.Evidence[^1].EventTime) / MicrosPerSecond) - told.EventSeconds) > Exactly
            || fleet.Find(told.Kind, told.Device) is not (>= 0 and var number))
        {
            return;
        }

        var device = fleet.Device(number);
        if (device.Samples == 1 && !IsHeld(told.Device, told.EventSeconds) && !IsHeld(fleet.Gateways[device.Gateway], told.EventSeconds))
        {
            var isInterrupted = told.EventSeconds >= Volatile.Read(ref interruptedFrom) && told.EventSeconds < Volatile.Read(ref interruptedTo);
            (isInterrupted ? InterruptedMicros : Micros).RecordValue(Math.Clamp((long)((told.SeenSeconds - told.EventSeconds) * MicrosPerSecond), 1, LongestMicros));
        }
    }

    private bool IsHeld(string name, double time) => held[name].Any(e => time >= e.Ailment.Onset - 1 && time <= e.SettledAt);
}
