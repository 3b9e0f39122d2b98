using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>Which devices and gateways an officer sees, for one request.</summary>
internal sealed class OfficerView(DeviceRegister register, Officer officer)
{
    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    private HashSet<string>? ownGateways;

    /// <summary>A gateway without a place of its own is where its devices are; any other device of unknown place is everybody's.</summary>
    public bool Sees(DeviceRecord device) =>
        device.Territory.Length == 0 && device.Kind == gatewayKind ? SeesGateway(device.Device) : officer.Covers(device.Territory);

    /// <summary>True when a device of the officer's territory has it. The first that is asked for costs a pass over the register.</summary>
    public bool SeesGateway(string name) => officer.Territory.Length == 0 || (ownGateways ??= OwnGateways()).Contains(name);

    private HashSet<string> OwnGateways()
    {
        // A device of unknown place is everybody's, but says nothing of whose its gateway is.
        var own = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < register.Count; i++)
        {
            var device = register[i];
            if (device.Territory.Length > 0 && officer.Covers(device.Territory))
            {
                own.UnionWith(device.Gateways);
            }
        }

        return own;
    }
}
