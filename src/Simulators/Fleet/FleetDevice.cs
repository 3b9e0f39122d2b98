namespace PingAnIoT.Simulators;

/// <summary>Where a device is and to whom it belongs, for the register.</summary>
/// <param name="Territory">Codes from district to grid, joined by '/'.</param>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
/// <param name="Address">Chinese, then English, parted by " | ".</param>
/// <param name="OwnerUnit">Name of the owner.</param>
public sealed record FleetSite(string Territory, double Latitude, double Longitude, string Address, string OwnerUnit);

/// <summary>
/// One device of a fleet, made on demand from its number: a city has 1.4 million, and keeps a few bytes of each.
/// </summary>
/// <param name="Number">From 0, dense over the fleet.</param>
/// <param name="Name">As in topics.</param>
/// <param name="Model">Its physics.</param>
/// <param name="Seed">Its own, from the fleet's.</param>
/// <param name="Gateway">Number of its gateway.</param>
/// <param name="ReportSeconds">Interval between two reports by the clock; reports by exception come between.</param>
/// <param name="PhaseSeconds">When within the interval it reports; 0 to less than the interval.</param>
/// <param name="Quantities">How many of the model's quantities it reports, from the first.</param>
/// <param name="Samples">How many samples are in one report, at equal steps, the last at the report's time: more than one where the firmware batches.</param>
public readonly record struct FleetDevice(
    int Number, string Name, DeviceModel Model, ulong Seed, int Gateway, double ReportSeconds, double PhaseSeconds, int Quantities, int Samples = 1);
