using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>
/// The territory tree, owners and addresses of a fleet. A device belongs to an owner, an owner sits in a grid; every owner has a device and every grid an
/// owner (where there are as many). Threading: immutable.
/// </summary>
internal sealed class FleetPlaces(Fleet fleet)
{
    /// <summary>Owners are picked by u^this: some have hundreds of devices, most one to three.</summary>
    private const double OwnerSkew = 1.5;

    private static readonly (string Zh, string En)[] DistrictNames =
    [
        ("临江区", "Linjiang District"), ("高新区", "Gaoxin District"), ("城东区", "Chengdong District"), ("城西区", "Chengxi District"), ("南湖区", "Nanhu District"),
        ("北山区", "Beishan District"), ("安宁区", "Anning District"), ("清河县", "Qinghe County"), ("云台县", "Yuntai County"), ("石门县", "Shimen County"),
    ];

    private static readonly (string Zh, string En)[] StreetHeads =
        [("望", "Wang"), ("清", "Qing"), ("东", "Dong"), ("石", "Shi"), ("云", "Yun"), ("金", "Jin"), ("白", "Bai"), ("长", "Chang"), ("龙", "Long"), ("凤", "Feng"), ("南", "Nan")];

    private static readonly (string Zh, string En)[] StreetTails =
        [("湖", "hu"), ("溪", "xi"), ("林", "lin"), ("桥", "qiao"), ("山", "shan"), ("塘", "tang"), ("河", "he"), ("泉", "quan"), ("岭", "ling"), ("川", "chuan")];

    private static readonly (string Zh, string En)[] CommunityNames =
    [
        ("春晖", "Chunhui"), ("金谷", "Jingu"), ("荷塘", "Hetang"), ("和平", "Heping"), ("新华", "Xinhua"),
        ("文昌", "Wenchang"), ("育才", "Yucai"), ("光明", "Guangming"), ("永安", "Yongan"), ("紫阳", "Ziyang"),
    ];

    private static readonly string[] Trades =
        ["物业公司", "商贸公司", "宾馆", "餐饮店", "小学", "幼儿园", "医院", "养老院", "工厂", "商场", "充电公司", "燃气站"];

    private readonly int stride = Coprime(fleet.Devices);

    public int OwnerOf(int number)
    {
        // The first so many in a shuffled order have one owner each, so that none is without a device.
        var shuffled = (int)((long)number * stride % fleet.Devices);
        var owners = fleet.Shape.Owners;
        return shuffled < owners ? shuffled : (int)(Math.Pow(Chance.Uniform(fleet.Seed, FleetPurpose.Owner, number), OwnerSkew) * owners);
    }

    public int GridOf(int owner) =>
        owner < fleet.Shape.Grids ? owner : (int)(Chance.Bits(fleet.Seed, FleetPurpose.OwnerGrid, owner) % (ulong)fleet.Shape.Grids);

    public int CommunityOf(int grid) => (int)((long)grid * fleet.Shape.Communities / fleet.Shape.Grids);

    public FleetSite Site(int number)
    {
        var shape = fleet.Shape;
        var owner = OwnerOf(number);
        var grid = GridOf(owner);
        var community = CommunityOf(grid);
        var street = (int)((long)community * shape.Streets / shape.Communities);
        var district = (int)((long)street * shape.Districts / shape.Streets);
        var building = 1 + (int)(Chance.Bits(fleet.Seed, FleetPurpose.Building, owner) % 40);
        var (head, tail, name) = (StreetHeads[street % StreetHeads.Length], StreetTails[street / StreetHeads.Length % StreetTails.Length], CommunityNames[community % CommunityNames.Length]);
        var (streetKindZh, streetKindEn) = street % 4 == 3 ? ("镇", "Town") : ("街道", "Street");
        var where = DistrictNames[district % DistrictNames.Length];
        var trade = Trades[Chance.Bits(fleet.Seed, FleetPurpose.OwnerTrade, owner) % (ulong)Trades.Length];

        // Grids lie on a lattice of about 300 m; devices anywhere within.
        var side = (int)Math.Ceiling(Math.Sqrt(shape.Grids));
        var latitude = 30.1 + (((grid / side) + Chance.Uniform(fleet.Seed, FleetPurpose.Latitude, number)) * 0.0027);
        var longitude = 120.0 + (((grid % side) + Chance.Uniform(fleet.Seed, FleetPurpose.Longitude, number)) * 0.0031);
        return new FleetSite(
            Territory(grid, community, street, district),
            Math.Round(latitude, 6),
            Math.Round(longitude, 6),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{where.Zh}{head.Zh}{tail.Zh}{streetKindZh}{name.Zh}社区{building}号楼 | Building {building} {name.En} Community {head.En}{tail.En} {streetKindEn} {where.En}"),
            string.Create(CultureInfo.InvariantCulture, $"{name.Zh}{trade}-{owner + 1:D6}"));
    }

    /// <summary>The grid's code: its levels joined by '/'.</summary>
    public string TerritoryOf(int number)
    {
        var grid = GridOf(OwnerOf(number));
        var community = CommunityOf(grid);
        var street = (int)((long)community * fleet.Shape.Streets / fleet.Shape.Communities);
        return Territory(grid, community, street, (int)((long)street * fleet.Shape.Districts / fleet.Shape.Streets));
    }

    private static string Territory(int grid, int community, int street, int district) =>
        string.Create(CultureInfo.InvariantCulture, $"d{district + 1:D2}/s{street + 1:D3}/c{community + 1:D4}/g{grid + 1:D5}");

    /// <summary>A stride that visits every number once.</summary>
    private static int Coprime(int count)
    {
        var stride = (int)(count * 0.6180339887) | 1;
        while (Gcd(stride, count) != 1)
        {
            stride += 2;
        }

        return stride;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
