namespace PingAnIoT.Simulators;

/// <summary>The models there are, one of each kind. Immutable.</summary>
public static class DeviceModels
{
    public static IReadOnlyList<DeviceModel> All { get; } =
    [
        new GasPipeModel(), new ElevatorModel(), new SmokeDetectorModel(), new ChargingPileModel(), new PipeNetworkModel(), new LpgCylinderModel(),
    ];

    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static DeviceModel Of(string kind) => All.FirstOrDefault(m => m.Kind == kind) ?? throw new ArgumentException($"There is no model of '{kind}'.", nameof(kind));
}
