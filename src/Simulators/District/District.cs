using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>A small made-up district: four streets, their gateways and a few hundred devices of four kinds, all from one seed.</summary>
public sealed class District
{
    private static readonly (string Zh, string En)[] Streets =
        [("望湖街道", "Wanghu Street"), ("清溪街道", "Qingxi Street"), ("东林街道", "Donglin Street"), ("石桥镇", "Shiqiao Town")];

    private static readonly (string Zh, string En)[] Communities =
        [("春晖社区", "Chunhui Community"), ("金谷社区", "Jingu Community"), ("荷塘社区", "Hetang Community")];

    private static readonly string[] Owners = ["安居物业公司", "临江燃气公司", "第二人民医院", "实验小学", "恒通充电公司", "新城商场"];

    private District(int seed, IReadOnlyList<DistrictDevice> devices)
    {
        Seed = seed;
        Devices = devices;
    }

    public int Seed { get; }

    public IReadOnlyList<DistrictDevice> Devices { get; }

    public IEnumerable<string> Gateways => Devices.Select(d => d.Gateway).Distinct(StringComparer.Ordinal);

    /// <param name="seed">The same seed gives the same district.</param>
    /// <param name="devicesPerKind">Spread over the streets; 10 to 10,000.</param>
    public static District Build(int seed, int devicesPerKind = 80)
    {
        var random = new Random(seed);
        var devices = new List<DistrictDevice>();
        for (var i = 0; i < devicesPerKind; i++)
        {
            devices.Add(new GasPipe(Name("gp", i), Gateway("gas", i), Place(random, i), random.Next()));
            devices.Add(new Elevator(Name("lift", i), Gateway("lift", i), Place(random, i), random.Next()));
            devices.Add(new SmokeDetector(Name("smoke", i), Gateway("fire", i), Place(random, i), random.Next()));
            devices.Add(new ChargingPile(Name("pile", i), Gateway("charge", i), Place(random, i), random.Next()));
        }

        return new District(seed, devices);
    }

    private static string Name(string prefix, int i) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i + 1:D4}");

    /// <summary>Each street has one gateway per operator.</summary>
    private static string Gateway(string operatorName, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"gw-{operatorName}-{(i % Streets.Length) + 1:D2}");

    private static Site Place(Random random, int i)
    {
        var street = i % Streets.Length;
        var community = random.Next(Communities.Length);
        var building = random.Next(1, 40);
        var (latitude, longitude) = (30.20 + (street * 0.02) + (random.NextDouble() * 0.015), 120.10 + (community * 0.02) + (random.NextDouble() * 0.015));
        var territory = string.Create(CultureInfo.InvariantCulture, $"d01/s{street + 1:D2}/c{(street * 3) + community + 1:D2}/g{(street * 100) + (community * 10) + (building % 4) + 1:D4}");
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"临江区{Streets[street].Zh}{Communities[community].Zh}{building}号楼 | Building {building} {Communities[community].En} {Streets[street].En} Linjiang District");
        return new Site(territory, Math.Round(latitude, 6), Math.Round(longitude, 6), address, Owners[random.Next(Owners.Length)]);
    }
}
