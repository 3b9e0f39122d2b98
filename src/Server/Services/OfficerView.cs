using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>Which devices and gateways an officer sees, for one request.</summary>
internal sealed class OfficerView(DeviceRegister register, GatewayPlaces places, Officer officer)
{
    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);

    /// <summary>A gateway without a place of its own is where its devices are; any other device of unknown place is everybody's.</summary>
    public bool Sees(DeviceRecord device) =>
        device.Territory.Length == 0 && device.Kind == gatewayKind ? SeesGateway(device.Device) : officer.Covers(device.Territory);

    public bool SeesGateway(string name) => places.AreSeenBy(officer, name);
}
