using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// 1,419,000 devices with 4,318,200 series that report, in the kinds of the catalog: mostly smoke detectors, then gas pipes, charging piles and
/// lifts, some pipe networks and cylinders; 123 gateways with a series each, 10,900 grids.
/// </summary>
internal static class City
{
    public const int Devices = 1_419_000;
    public const int Series = 4_318_200;
    private const int Grids = 10_900;

    private static readonly Share[] Shares =
    [
        new("smoke-detector", 525_200, [("smoke", 0.01, 0.005, 0.3, 3), ("alarm", 0, 0, 1, 0), ("temperature", 20, 2, 70, 1)]),
        new("smoke-detector", 354_800, [("smoke", 0.01, 0.005, 0.3, 3), ("alarm", 0, 0, 1, 0)]),
        new("gas-pipe", 290_000, [("pressure", 300, 5, 600, 1), ("methane", 1, 0.5, 30, 2), ("valve", 1, 0, 0, 0)]),
        new("charging-pile", 150_000, [("current", 16, 2, 120, 2), ("voltage", 225, 3, 280, 1), ("temperature", 30, 3, 95, 1), ("leakage", 1, 0.5, 35, 1)]),
        new("elevator", 69_000,
        [
            ("speed", 0, 1.5, 2.5, 2), ("vibration", 0.5, 0.2, 6, 2), ("level-offset", 0, 10, 200, 1), ("door-open", 0, 0, 1, 0),
            ("occupied", 0, 0, 1, 0), ("trapped", 0, 0, 1, 0), ("fault-code", 0, 0, 5, 0),
        ]),
        new("pipe-network", 20_000, [("pressure", 300, 5, 600, 1), ("flow", 10, 2, 50, 2), ("level", 2, 0.1, 5, 3)]),
        new("lpg-cylinder", 10_000, [("weight", 20, 0.1, 1, 2), ("methane", 1, 0.5, 30, 2)]),
    ];

    /// <summary>The default pack over the city, or over one that is so many times smaller.</summary>
    public static Workload Make(int smaller)
    {
        var catalog = Catalog.Default;
        var points = new List<Point>(Series / smaller);
        var profiles = new List<Profile>();
        var device = Workload.Gateways;
        foreach (var share in Shares)
        {
            var kind = catalog.Kinds[catalog.FindKind(share.Kind)];
            var first = profiles.Count;
            profiles.AddRange(share.Values.Select(v => new Profile(v.Base, v.Spread, v.Alarm, v.Digits)));
            var quantities = share.Values.Select(v => (ushort)kind.FindQuantity(System.Text.Encoding.ASCII.GetBytes(v.Quantity))).ToArray();
            for (var i = 0; i < share.Devices / smaller; i++, device++)
            {
                for (var q = 0; q < quantities.Length; q++)
                {
                    points.Add(new Point(device, quantities[q], (ushort)(first + q)));
                }
            }
        }

        return new Workload(() => Register(smaller), Workload.Parse(DefaultRules.Text, catalog), [.. points], [.. profiles]);
    }

    /// <summary>Each device has a name of its own; gateway and grid are shared strings, address and owner unit are left empty.</summary>
    private static DeviceRegister Register(int smaller)
    {
        var catalog = Catalog.Default;
        var register = new DeviceRegister(catalog);
        var gateways = Enumerable.Range(0, Workload.Gateways).Select(g => string.Create(CultureInfo.InvariantCulture, $"gw-{g:D3}")).ToArray();
        var owners = gateways.Select(g => new[] { g }).ToArray();
        var grids = Enumerable.Range(0, Grids).Select(g => string.Create(CultureInfo.InvariantCulture, $"d{g / 2000:D2}/s{g / 200 % 10:D2}/c{g / 20 % 10:D2}/g{g:D5}")).ToArray();
        foreach (var gateway in gateways)
        {
            register.Register(new DeviceRecord { Device = gateway, Kind = catalog.FindKind(Catalog.GatewayKind), Gateways = [gateway] });
        }

        foreach (var share in Shares)
        {
            var kind = catalog.FindKind(share.Kind);
            for (var i = 0; i < share.Devices / smaller; i++)
            {
                register.Register(new DeviceRecord
                {
                    Device = string.Create(CultureInfo.InvariantCulture, $"{share.Kind.AsSpan(0, 4)}-{register.Count:D9}"), Kind = kind,
                    Gateways = owners[register.Count % owners.Length], Territory = grids[register.Count % Grids],
                });
            }
        }

        return register;
    }

    private sealed record Share(string Kind, int Devices, (string Quantity, double Base, double Spread, double Alarm, int Digits)[] Values);
}
