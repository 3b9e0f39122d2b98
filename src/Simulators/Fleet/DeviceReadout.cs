using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>What the instrument of a device says at a moment: its physics, then noise, disturbances and resolution. The only place that knows how they are joined.</summary>
internal static class DeviceReadout
{
    /// <summary>What can happen to any instrument.</summary>
    public static ImmutableArray<Sort> AnySorts { get; } = [.. InstrumentSorts.All];

    /// <summary>Whether a sort can happen to a device, and be found by what it reports if it must.</summary>
    public static bool CanHappen(in FleetDevice device, Sort sort) => Sorts.IsFindable(device, sort);

    public static double FindableAt(in FleetDevice device, Ailment ailment) => Sorts.FindableAt(device, ailment);

    public static double FadeSeconds(in FleetDevice device, Sort sort) => Sorts.FadeSeconds(device, sort);

    /// <summary>Reported values.</summary>
    /// <param name="device">Its name is not looked at; its interval is that between two samples.</param>
    /// <param name="millis">Unix milliseconds.</param>
    /// <param name="ailments">Those that are on or still fade.</param>
    /// <param name="values">One for each of the model's quantities.</param>
    public static void Measure(in FleetDevice device, long millis, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        device.Model.Sample(device.Seed, millis / 1000.0, ailments, values);
        Instrument.Measure(device, millis / 1000.0, ailments, values);
    }
}
