using System.Globalization;
using System.Text;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>One-device messages of 120 bytes, evenly in time; some gateways may have nothing to say.</summary>
internal sealed class SteadySource : IFleetSource
{
    public const double Begin = 1_760_000_000;
    private const string TimeSlot = "0000000000.000000";
    private readonly byte[][] topics;
    private readonly byte[] payload = Encoding.ASCII.GetBytes($"{{\"t\": {TimeSlot}, \"pressure\": 380.25, \"methane\": 0.25, \"flow\": 112.5".PadRight(119) + "}");
    private readonly int[] devices;
    private readonly long[] said;
    private readonly double interval;

    /// <param name="gateways">How many there are.</param>
    /// <param name="speaking">How many of them say something.</param>
    /// <param name="devices">Over those that do.</param>
    /// <param name="perSecond">Messages of all a second of the fleet's time.</param>
    public SteadySource(int gateways, int speaking, int devices, double perSecond)
    {
        interval = speaking / perSecond;
        said = new long[gateways];
        this.devices = [.. Enumerable.Range(0, gateways).Select(g => g < speaking ? Math.Max(1, devices / speaking) : 0)];
        topics = [.. Enumerable.Range(0, speaking).SelectMany(g => Enumerable.Range(0, this.devices[g]).Select(d =>
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"pingan/v1/{Name(g)}/gas-pipe/gp-{(g * this.devices[0]) + d + 1:D7}"))))];
    }

    public static string Name(int gateway) => string.Create(CultureInfo.InvariantCulture, $"gw-{gateway + 1:D6}");

    public double NextSeconds(int gateway) => devices[gateway] == 0 ? double.PositiveInfinity : Begin + ((said[gateway] + ((gateway % 97) / 97.0)) * interval);

    public FleetMessage Take(int gateway)
    {
        var seconds = NextSeconds(gateway);
        var number = said[gateway]++;
        var micros = (long)(seconds * 1e6);
        for (var i = 22; i > 5; i--)
        {
            if (i != 16)
            {
                payload[i] = (byte)('0' + (micros % 10));
                micros /= 10;
            }
        }

        return new FleetMessage
        {
            Gateway = gateway, SendSeconds = seconds, TopicUtf8 = topics[(gateway * devices[0]) + (int)(number % devices[gateway])], Payload = payload, Readings = 3,
        };
    }

    public bool IsUp(int gateway, double time) => true;
}
