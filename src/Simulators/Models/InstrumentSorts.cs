namespace PingAnIoT.Simulators;

/// <summary>What can happen to any instrument, and what a good system makes of it.</summary>
public static class InstrumentSorts
{
    internal const string DriftName = "drift", SpikeName = "spike", StuckName = "stuck", NoiseBurstName = "noise-burst", FirmwareResetName = "firmware-reset",
        BadValueName = "bad-value";

    private const string Assumed = "assumption, typical of the field; rate: assumption";

    /// <summary>A nuisance: what is within the accuracy of an instrument is no news; it is put right when it is calibrated.</summary>
    public static Sort Drift { get; } = new(DriftName, null, Nature.Nuisance, AlertClass.None, 0.2, 86_400, 3 * 86_400,
        "One quantity creeps away from the truth by up to 8 standard deviations of its noise, which its accuracy class lets it.", Assumed);

    /// <summary>A nuisance: the next report says the truth again, and no danger comes and goes within one report.</summary>
    public static Sort Spike { get; } = new(SpikeName, null, Nature.Nuisance, AlertClass.None, 0.5, 600, 600,
        "One report shows the end of the instrument's range in one quantity: absurd, and legal.", Assumed);

    /// <summary>A defect: the instrument is blind, and whoever trusts it as well. It stands in the quantity that moves by itself all day, where it can be known.</summary>
    public static Sort Stuck { get; } = new(StuckName, null, Nature.Defect, AlertClass.Fault, 0.15, 6 * 3600, 24 * 3600,
        "One quantity shows for ever what it showed at the onset.", Assumed + "; findable after an hour without the least change: assumption");

    /// <summary>A nuisance: on average the value is right.</summary>
    public static Sort NoiseBurst { get; } = new(NoiseBurstName, null, Nature.Nuisance, AlertClass.None, 0.5, 60, 600,
        "A motor or a radio disturbs one quantity: up to 20 times its noise for minutes.", Assumed);

    /// <summary>A nuisance: an instrument that starts anew says a report of zeros and then works; counters begin at zero.</summary>
    public static Sort FirmwareReset { get; } = new(FirmwareResetName, null, Nature.Nuisance, AlertClass.None, 0.5, 3600, 6 * 3600,
        "The firmware starts anew: one report of zeros, and counters count from there until the old count is restored.", Assumed);

    /// <summary>A nuisance: the reading is refused where it comes in and kept as a dead letter; nobody is alarmed by it. The other readings of the report count.</summary>
    public static Sort BadValue { get; } = new(BadValueName, null, Nature.Nuisance, AlertClass.None, 0.5, 600, 600,
        "One report holds a number in one quantity that cannot be true, far outside every range.", Assumed);

    public static IReadOnlyList<Sort> All { get; } = [Drift, Spike, Stuck, NoiseBurst, FirmwareReset, BadValue];
}
