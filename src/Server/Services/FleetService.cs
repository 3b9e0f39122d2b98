using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>Devices, gateways and what was refused.</summary>
internal sealed class FleetService(DeviceRegister register) : V1.FleetService.FleetServiceBase
{
    /// <summary>Most devices looked at for one page.</summary>
    private const int ScanDevices = 100_000;

    public override Task<V1.ListDevicesResponse> ListDevices(V1.ListDevicesRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var size = PageTokens.Size(request.PageSize, 100);
        var kind = request.Kind.Length == 0 ? -1 : FindKind(request.Kind);
        var territory = new Officer("", request.Territory.Trim('/'));
        var response = new V1.ListDevicesResponse();
        var index = PageTokens.Start(request.PageToken);
        var end = Math.Min(register.Count, index + ScanDevices);
        for (; index < end && response.Devices.Count < size; index++)
        {
            var device = register[(int)index];
            if ((kind < 0 || device.Kind == kind) && (!request.UnregisteredOnly || device.IsUnregistered)
                && officer.Covers(device.Territory) && (request.Territory.Length == 0 || (device.Territory.Length > 0 && territory.Covers(device.Territory))))
            {
                response.Devices.Add(Wire(device));
            }
        }

        response.NextPageToken = index < register.Count ? PageTokens.Of(index) : "";
        return Task.FromResult(response);
    }

    public override Task<V1.GetDeviceResponse> GetDevice(V1.GetDeviceRequest request, ServerCallContext context)
    {
        var index = register.Find(FindKind(request.Kind), System.Text.Encoding.UTF8.GetBytes(request.Device));
        return index >= 0 && OfficerName.Of(context).Covers(register[index].Territory)
            ? Task.FromResult(new V1.GetDeviceResponse { Device = Wire(register[index]) })
            : throw GrpcErrors.NotFound("device", $"{request.Kind}/{request.Device}");
    }

    private int FindKind(string name) =>
        register.Catalog.FindKind(name) is >= 0 and var kind ? kind : throw GrpcErrors.Invalid("kind", $"there is no kind '{name}'");

    private V1.Device Wire(DeviceRecord device)
    {
        var wire = new V1.Device
        {
            Kind = register.Catalog.Kinds[device.Kind].Name,
            Device_ = device.Device,
            Territory = device.Territory,
            Latitude = device.Latitude,
            Longitude = device.Longitude,
            Address = device.Address,
            OwnerUnit = device.OwnerUnit,
            Unregistered = device.IsUnregistered,
        };
        wire.Gateways.AddRange(device.Gateways);
        foreach (var (name, value) in device.SetPoints)
        {
            wire.SetPoints[name] = value;
        }

        return wire;
    }
}
