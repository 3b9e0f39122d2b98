namespace PingAnIoT.Simulators.Tests;

/// <summary>A model asked from outside, as the tests ask.</summary>
internal static class ModelCase
{
    /// <summary>2026-03-02, 12:00 in China.</summary>
    public const double Noon = 1_772_424_000;

    public static TheoryData<string> Kinds { get; } = new(DeviceModels.All.Select(m => m.Kind));

    public static double[] Truth(DeviceModel model, ulong seed, double time, params Ailment[] ailments)
    {
        var values = new double[model.Quantities.Count];
        model.Sample(seed, time, ailments, values);
        return values;
    }

    public static double[] Report(in FleetDevice device, double time, params Ailment[] ailments)
    {
        var values = Truth(device.Model, device.Seed, time, ailments);
        Instrument.Measure(device, time, ailments, values);
        return values;
    }

    public static FleetDevice Device(DeviceModel model, ulong seed, int? quantities = null) =>
        new(0, "device", model, seed, 0, 10, 0, quantities ?? model.Quantities.Count);

    public static int Index(DeviceModel model, string quantity) => model.Quantities.Select(q => q.Name).ToList().IndexOf(quantity);

    /// <summary>As bad as it gets, for as long as it lasts at most.</summary>
    public static Ailment Worst(Sort sort, double onset = Noon, double severity = 1) => new(sort, onset, onset + sort.MostSeconds, severity);
}
