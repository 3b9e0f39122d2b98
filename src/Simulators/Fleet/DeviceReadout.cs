using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>What the instrument of a device says at a moment: its physics, its noise, its own defects. The only place that knows how they are joined.</summary>
internal static class DeviceReadout
{
    private const uint Noise = 0xF1EE_0100;

    /// <summary>What can happen to any instrument.</summary>
    public static ImmutableArray<Sort> AnySorts { get; } = [];

    public static double FindableAt(DeviceModel model, ulong seed, Ailment ailment) => model.FindableAt(seed, ailment);

    public static double FadeSeconds(DeviceModel model, Sort sort) => model.FadeSeconds(sort);

    /// <summary>Measured values, before they are rounded to the instrument's resolution.</summary>
    public static void Measure(DeviceModel model, ulong seed, long millis, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        model.Sample(seed, millis / 1000.0, ailments, values);
        var quantities = model.Quantities;
        for (var i = 0; i < quantities.Count; i++)
        {
            if (quantities[i].Noise > 0)
            {
                values[i] += quantities[i].Noise * Chance.Normal(seed, Noise + (uint)i, millis);
            }
        }
    }
}
