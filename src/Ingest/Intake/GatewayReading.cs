using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>The reading that no payload carries.</summary>
internal static class GatewayReading
{
    /// <summary>A gateway's coming or going, as a reading of <c>gateway/NAME/online</c>; the gateway is registered if it was not.</summary>
    public static Reading Of(DeviceRegister register, int gatewayKind, ReadOnlySpan<byte> gatewayUtf8, long receiveTimeMicros, bool online)
    {
        var device = register.Find(gatewayKind, gatewayUtf8);
        if (device < 0)
        {
            // Gateways are known by their credentials, so they do not count against the devices that strangers may enrol.
            var name = Encoding.UTF8.GetString(gatewayUtf8);
            device = register.Register(new DeviceRecord { Device = name, Kind = gatewayKind, Gateways = [name] });
        }

        return new Reading(device, 0, ReadingFlags.EveryShard, receiveTimeMicros, receiveTimeMicros, online ? 1 : 0);
    }
}
