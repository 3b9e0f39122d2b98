using System.Runtime.CompilerServices;

namespace PingAnIoT.Simulators;

/// <summary>
/// What stands between the physical truth and a report: measuring noise, a broken or disturbed instrument, its range and its resolution. Pure as the model is,
/// allocates nothing. Of a disturbance that spoils a single sample, that is the first by the clock at or after its onset. Threading: for any thread.
/// </summary>
public static class Instrument
{
    private const uint PurposeNoise = 0x2100, PurposeBurst = 0x2140, PurposeWhich = 0x2180, PurposeHow = 0x2181;

    /// <summary>Noise is drawn anew this many times a second; the same moment measured twice says the same; assumption: faster than anything reports.</summary>
    private const double NoiseSlices = 100;

    /// <summary>The worst drift and the worst noise burst, in standard deviations of the quantity's noise; assumption.</summary>
    private const double WorstDrift = 8, WorstBurst = 20;

    /// <summary>How long a quantity that moves by itself must rest before a stuck instrument can be known; assumption: 12 reports and more.</summary>
    private const double StuckSeconds = 3600;

    /// <summary>What a broken word of a converter looks like once it is scaled; out of the range of everything that is measured; assumption.</summary>
    private const double LowWord = -1e9, HighWord = 1e9;

    /// <summary>Reports are told to the millisecond; exceptions of a device keep its own fraction of a second and so come a second apart from the clock's; by definition.</summary>
    private const double ClockSeconds = 0.002;

    private static readonly double[] PowersOfTen = [1, 10, 100, 1_000, 10_000, 100_000];

    /// <summary>Makes the values of one report out of the physical truth.</summary>
    /// <param name="device">Whose; of one whose firmware batches, with the interval between two samples.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="ailments">Of the device: the same as the truth was made with.</param>
    /// <param name="values">The truth, one for each of the model's quantities; becomes what is reported: within the instrument's range and of its
    /// resolution, but for <see cref="InstrumentSorts.BadValue"/>. Never NaN.</param>
    public static void Measure(in FleetDevice device, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var quantities = device.Model.Quantities;
        var slice = (long)Math.Floor(time * NoiseSlices);
        for (var i = 0; i < quantities.Count; i++)
        {
            values[i] += quantities[i].Noise == 0 ? 0 : quantities[i].Noise * Chance.Normal(device.Seed, PurposeNoise + (uint)i, slice);
        }

        foreach (var ailment in ailments)
        {
            if (ailment.Age(time) >= 0)
            {
                Disturb(device, quantities, ailment, time, slice, values);
            }
        }

        for (var i = 0; i < quantities.Count; i++)
        {
            values[i] = Show(quantities[i], values[i]);
        }

        foreach (var ailment in ailments)
        {
            if (ailment.Age(time) >= 0)
            {
                Break(device, quantities, ailment, time, ailments, values);
            }
        }
    }

    /// <returns>When a stuck instrument can be known; NaN for everything else that happens to any instrument, and for what it may not be.</returns>
    public static double FindableAt(in FleetDevice device, Ailment ailment) =>
        ailment.Sort.Name == InstrumentSorts.StuckName && device.Model.MovingQuantity < device.Quantities && ailment.Onset + StuckSeconds < ailment.End
            ? ailment.Onset + StuckSeconds
            : double.NaN;

    /// <summary>What adds to a value before it is shown.</summary>
    private static void Disturb(in FleetDevice device, IReadOnlyList<SimulatedQuantity> quantities, Ailment ailment, double time, long slice, Span<double> values)
    {
        switch (ailment.Sort.Name)
        {
            case InstrumentSorts.DriftName:
                var drifting = Which(device, quantities, ailment);
                var share = (time - ailment.Onset) / (ailment.End - ailment.Onset);
                values[drifting] += WorstDrift * ailment.Severity * share * quantities[drifting].Noise * (IsLow(device, ailment) ? -1 : 1);
                break;
            case InstrumentSorts.NoiseBurstName:
                var noisy = Which(device, quantities, ailment);
                values[noisy] += WorstBurst * ailment.Severity * quantities[noisy].Noise * Chance.Normal(device.Seed, PurposeBurst + (uint)noisy, slice);
                break;
        }
    }

    /// <summary>What takes the place of what would be shown.</summary>
    private static void Break(
        in FleetDevice device, IReadOnlyList<SimulatedQuantity> quantities, Ailment ailment, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var isFirst = ailment.Age(time) < device.ReportSeconds && IsByClock(device, time);
        switch (ailment.Sort.Name)
        {
            case InstrumentSorts.StuckName:
                values[device.Model.MovingQuantity] = Shown(device, quantities, device.Model.MovingQuantity, ailment.Onset, ailments);
                break;
            case InstrumentSorts.SpikeName when isFirst:
                var which = Which(device, quantities, ailment);
                values[which] = Math.Clamp(IsLow(device, ailment) ? quantities[which].Minimum : quantities[which].Maximum, LowWord, HighWord);
                break;
            case InstrumentSorts.BadValueName when isFirst:
                values[Which(device, quantities, ailment)] = IsLow(device, ailment) ? LowWord : HighWord;
                break;
            case InstrumentSorts.FirmwareResetName:
                Restart(device, quantities, ailment, isFirst, ailments, values);
                break;
        }
    }

    /// <summary>One report of nothing but zeros; after it, counters count from there.</summary>
    private static void Restart(
        in FleetDevice device, IReadOnlyList<SimulatedQuantity> quantities, Ailment ailment, bool isFirst, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        if (isFirst)
        {
            values[..quantities.Count].Clear();
            return;
        }

        for (var i = 0; i < quantities.Count; i++)
        {
            if (quantities[i].IsCounter)
            {
                values[i] = Show(quantities[i], values[i] - Shown(device, quantities, i, ailment.Onset, ailments));
            }
        }
    }

    /// <summary>What a healthy instrument shows of one quantity at a moment.</summary>
    private static double Shown(in FleetDevice device, IReadOnlyList<SimulatedQuantity> quantities, int quantity, double time, ReadOnlySpan<Ailment> ailments)
    {
        Span<double> truth = stackalloc double[quantities.Count];
        device.Model.Sample(device.Seed, time, ailments, truth);
        var noise = quantities[quantity].Noise * Chance.Normal(device.Seed, PurposeNoise + (uint)quantity, (long)Math.Floor(time * NoiseSlices));
        return Show(quantities[quantity], truth[quantity] + noise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Show(SimulatedQuantity quantity, double value)
    {
        var power = PowersOfTen[quantity.Decimals];

        // Zero added, so that no report says "-0".
        return Math.Clamp(Math.Round(value * power) / power, quantity.Minimum, quantity.Maximum) + 0.0;
    }

    /// <summary>One of the quantities that the device reports and that are measured with noise: nothing else can drift or spike.</summary>
    private static int Which(in FleetDevice device, IReadOnlyList<SimulatedQuantity> quantities, Ailment ailment)
    {
        var reported = Math.Min(device.Quantities, quantities.Count);
        var measured = 0;
        for (var i = 0; i < reported; i++)
        {
            measured += quantities[i].Noise > 0 ? 1 : 0;
        }

        var left = (int)(measured * Chance.Uniform(device.Seed, PurposeWhich, (long)ailment.Onset));
        for (var i = 0; i < reported; i++)
        {
            if (quantities[i].Noise > 0 && left-- == 0)
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>Reports by exception between two by the clock are measured anew: a disturbance of one report leaves them alone.</summary>
    private static bool IsByClock(in FleetDevice device, double time)
    {
        var since = (time - device.PhaseSeconds) / device.ReportSeconds;
        return Math.Abs(since - Math.Round(since)) * device.ReportSeconds < ClockSeconds;
    }

    private static bool IsLow(in FleetDevice device, Ailment ailment) => Chance.Uniform(device.Seed, PurposeHow, (long)ailment.Onset) < 0.5;
}
