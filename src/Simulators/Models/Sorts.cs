using System.Collections.Frozen;

namespace PingAnIoT.Simulators;

/// <summary>Every sort of thing that can happen to a device: those of the models and those of any instrument. What happens to links is the gateways'.</summary>
public static class Sorts
{
    /// <summary>By name; a name means one sort, whatever its kind.</summary>
    public static FrozenDictionary<string, Sort> All { get; } =
        DeviceModels.All.SelectMany(m => m.Sorts).Concat(InstrumentSorts.All).ToFrozenDictionary(s => s.Name);

    /// <summary>Whether a sort can happen to a device and, if it must be found, can be found by what the device reports.</summary>
    public static bool IsFindable(in FleetDevice device, Sort sort) =>
        (sort.Kind is null || sort.Kind == device.Model.Kind)
        && (sort.Name == InstrumentSorts.Stuck.Name ? device.Model.MovingQuantity < device.Quantities : device.Model.QuantitiesNeeded(sort) <= device.Quantities);

    /// <summary>When an ailment of a device becomes findable; NaN when it never does, or by nothing that the device reports.</summary>
    public static double FindableAt(in FleetDevice device, Ailment ailment) =>
        !IsFindable(device, ailment.Sort) ? double.NaN
        : ailment.Sort.Kind is null ? Instrument.FindableAt(device, ailment)
        : device.Model.FindableAt(device.Seed, ailment);

    /// <summary>How long after its end an ailment may still show. Seconds.</summary>
    public static double FadeSeconds(in FleetDevice device, Sort sort) => sort.Kind is null ? device.ReportSeconds : device.Model.FadeSeconds(sort);
}
