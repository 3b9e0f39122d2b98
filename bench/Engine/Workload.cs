using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A register, the rules over it, and the series that report. The register is made when first asked for, so that its memory can be told.</summary>
internal sealed record Workload(Func<DeviceRegister> MakeRegister, RuleSet Rules, Point[] Points, Profile[] Profiles)
{
    public const int Gateways = 123;

    private const string Mean =
        """
        rules:
          - id: high-QUANTITY
            title: { zh: 超压, en: High }
            kind: KIND
            quantity: QUANTITY
            when: mean(60s)
            red: "> 480"
            yellow: "> 450"
            green: "> 420"
            hold: 10s
            clear: { deadband: 10, hold: 60s }
            basis: site
        """;

    private const string OthersOfFive =
        """

          - id: peak-QUANTITY
            title: { zh: 峰值, en: Peak }
            kind: KIND
            quantity: QUANTITY
            when: max(60s)
            red: "> 900"
            yellow: "> 700"
            green: "> 500"
            hold: 10s
            clear: { deadband: 10, hold: 60s }
            basis: site
          - id: rising-QUANTITY
            title: { zh: 上升, en: Rising }
            kind: KIND
            quantity: QUANTITY
            when: rate(60s)
            red: "> 6"
            yellow: "> 3"
            hold: 10s
            clear: { deadband: 0.5, hold: 60s }
            basis: site
          - id: jump-QUANTITY
            title: { zh: 突变, en: Jump }
            kind: KIND
            quantity: QUANTITY
            when: delta(60s)
            red: ">= 400"
            yellow: ">= 200"
            hold: 10s
            clear: { deadband: 20, hold: 60s }
            basis: site
          - id: now-QUANTITY
            title: { zh: 当前, en: Now }
            kind: KIND
            quantity: QUANTITY
            when: last
            red: "> 950"
            yellow: "> 750"
            green: "> 550"
            hold: 5s
            clear: { deadband: 10, hold: 60s }
            basis: site
        """;

    private const string NoHold =
        """
        rules:
          - id: high-QUANTITY
            title: { zh: 超压, en: High }
            kind: KIND
            quantity: QUANTITY
            when: mean(60s)
            red: "> 480"
            yellow: "> 450"
            green: "> 420"
            basis: site
        """;

    // Tenths of a kPa, as pressure gauges of a few bar send them.
    private static readonly Profile[] Pressure = [new Profile(395, 15, 1000, 1)];
    private static readonly Profile[] FinePressure = [new Profile(395, 15, 1000, Profile.All)];

    /// <summary>Devices of three series each, the rest of four: at 4,318,200 series they are the city's 1,419,000 devices.</summary>
    /// <param name="name"><c>mean</c>, <c>five</c>, <c>plain</c>: the mean without hold and deadband, as the peers do it; <c>fine</c>: the mean of values of full precision.</param>
    /// <param name="series">12 or more.</param>
    public static Workload Make(string name, int series)
    {
        var text = name switch
        {
            "five" => Mean + OthersOfFive,
            "plain" => NoHold,
            _ => Mean,
        };
        var (devices, larger) = DevicesOf(series);
        var points = new List<Point>(series);
        for (var device = 0; device < devices; device++)
        {
            for (var quantity = 0; quantity < (device < larger ? 4 : 3); quantity++)
            {
                points.Add(new Point(device, (ushort)quantity, 0));
            }
        }

        var catalog = PlainCatalog(3, 4);
        return new Workload(() => Register(catalog, devices, d => d < larger ? 1 : 0), ForEach(text, catalog), [.. points], name == "fine" ? FinePressure : Pressure);
    }

    /// <returns>How many devices <see cref="Make"/> lays so many series out on, and how many of those, the first, have four.</returns>
    public static (int Devices, int Larger) DevicesOf(int series)
    {
        var devices = (int)(series * (1_419_000 / 4_318_200.0));
        return (devices, series - (devices * 3));
    }

    /// <summary>Kinds that have nothing but pressures, with so many of them.</summary>
    public static Catalog PlainCatalog(params int[] quantities) => new(
    [
        .. quantities.Select((n, i) => new Kind($"kind-{i}", [.. Enumerable.Range(0, n).Select(q => new Quantity($"p{q}", "kPa", 0, 10_000))])),
        new Kind(Catalog.GatewayKind, new Quantity("online", "", 0, 1, IsBoolean: true)),
    ]);

    /// <summary>Devices of 13-byte names over 123 gateways.</summary>
    public static DeviceRegister Register(Catalog catalog, int devices, Func<int, int> kind)
    {
        var register = new DeviceRegister(catalog);
        var gateways = Enumerable.Range(0, Gateways).Select(g => new[] { $"gw-{g:D3}" }).ToArray();
        for (var i = 0; i < devices; i++)
        {
            register.Register(new DeviceRecord { Device = string.Create(CultureInfo.InvariantCulture, $"dev-{i:D9}"), Kind = kind(i), Gateways = gateways[i % Gateways] });
        }

        return register;
    }

    /// <summary>The same rules for every quantity of every kind but the gateways'.</summary>
    public static RuleSet ForEach(string text, Catalog catalog)
    {
        var rules =
            from kind in catalog.Kinds
            where kind.Name != Catalog.GatewayKind
            from quantity in kind.Quantities
            let own = text.Replace("QUANTITY", quantity.Name, StringComparison.Ordinal).Replace("KIND", kind.Name, StringComparison.Ordinal)
            from rule in Parse(own, catalog).Rules
            select rule with { Id = kind.Name + "-" + rule.Id };
        return new RuleSet([.. rules]);
    }

    public static RuleSet Parse(string text, Catalog catalog)
    {
        var result = RuleFile.Parse(text, "bench", catalog);
        return result.RuleSet ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
    }
}
