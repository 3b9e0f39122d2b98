using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>Devices of one kind that report alike.</summary>
/// <param name="Kind">As in topics.</param>
/// <param name="Prefix">Their names begin with it.</param>
/// <param name="Devices">How many.</param>
/// <param name="Quantities">How many of the model's quantities they report, from the first; 0 for all.</param>
/// <param name="ReportSeconds">Whole seconds between two samples.</param>
/// <param name="Operator">Index of whose gateways they hang on.</param>
/// <param name="BatchOneIn">One in so many has firmware that batches; 0 for none.</param>
/// <param name="BatchSamples">How many samples such firmware collects before it sends.</param>
/// <param name="AlwaysWatches">Whether a healthy one reports by exception too.</param>
public sealed record FleetShare(
    string Kind, string Prefix, int Devices, int Quantities, int ReportSeconds, int Operator,
    int BatchOneIn = 0, int BatchSamples = 1, bool AlwaysWatches = false);

/// <summary>One who runs gateways for one trade.</summary>
public sealed record FleetOperator(string Name, int Gateways);

/// <summary>How large a fleet is and how it is made up. The tree's levels are spread evenly: 109 streets of 1,090 communities have 10 each.</summary>
/// <param name="Name">As on the command line and in timelines.</param>
/// <param name="Shares">Device numbers run through them in order.</param>
/// <param name="Operators">Gateway numbers run through them in order.</param>
/// <param name="Districts">The tree's first level.</param>
/// <param name="Streets">Its second.</param>
/// <param name="Communities">Its third.</param>
/// <param name="Grids">Its last: what one grid officer walks.</param>
/// <param name="Owners">Owner units.</param>
/// <param name="NameDigits">Digits in device names.</param>
public sealed record FleetShape(
    string Name, ImmutableArray<FleetShare> Shares, ImmutableArray<FleetOperator> Operators,
    int Districts, int Streets, int Communities, int Grids, int Owners, int NameDigits)
{
    private const int CityDevices = 1_419_000;

    /// <summary>About what one street-level office watches: every kind, every quantity, intervals of 5 s to a minute.</summary>
    public static FleetShape District { get; } = new(
        "district",
        [
            new("gas-pipe", "gp", 80, 0, 5, 0),
            new("elevator", "lift", 70, 0, 5, 1, AlwaysWatches: true),
            new("smoke-detector", "smoke", 80, 0, 10, 2, BatchOneIn: 10, BatchSamples: 6),
            new("charging-pile", "pile", 70, 0, 10, 3),
            new("pipe-network", "net", 12, 0, 30, 0),
            new("lpg-cylinder", "lpg", 8, 0, 60, 0),
        ],
        [new("gas", 4), new("lift", 4), new("fire", 4), new("charge", 4)],
        Districts: 1, Streets: 4, Communities: 12, Grids: 48, Owners: 60, NameDigits: 4);

    /// <summary>
    /// The city that the public figures of a real one describe: 1,419,000 devices with 4,318,200 points, 123 gateways, 419,000 owner units,
    /// 10,900 grids. One report a minute. How devices fall on kinds is our assumption; it meets the sum of points exactly.
    /// </summary>
    public static FleetShape City { get; } = new(
        "city",
        [
            new("smoke-detector", "smoke", 525_200, 3, 60, 0),
            new("smoke-detector", "smoke", 354_800, 2, 60, 0),
            new("gas-pipe", "gp", 290_000, 3, 60, 1),
            new("charging-pile", "pile", 150_000, 4, 60, 2),
            new("elevator", "lift", 69_000, 7, 60, 3),
            new("pipe-network", "net", 20_000, 3, 60, 4),
            new("lpg-cylinder", "lpg", 10_000, 2, 60, 5),
        ],
        [new("fire", 76), new("gas", 25), new("charge", 13), new("lift", 6), new("water", 2), new("lpg", 1)],
        Districts: 10, Streets: 109, Communities: 1_090, Grids: 10_900, Owners: 419_000, NameDigits: 7);

    public static FleetShape Town { get; } = Smaller("town", 10_000, [6, 2, 1, 1, 1, 1], districts: 1, streets: 4, communities: 8, grids: 77, digits: 5);

    /// <summary>
    /// The town with lifts that tell a door or a stop at once, as the lifts of a monitored plant do. One that says only once a minute how it stands cannot be watched for
    /// held doors: a door seen open three times in a row has mostly been open three times. For counting false alerts at natural rates.
    /// </summary>
    public static FleetShape Suburb { get; } = Town with
    {
        Name = "suburb", Shares = [.. Town.Shares.Select(s => s with { AlwaysWatches = s.Kind == "elevator" })],
    };

    public static FleetShape HundredThousand { get; } =
        Smaller("100k", 100_000, [19, 6, 4, 2, 1, 1], districts: 2, streets: 8, communities: 77, grids: 770, digits: 6);

    public static FleetShape Million { get; } =
        Smaller("1m", 1_000_000, [54, 18, 9, 4, 2, 1], districts: 7, streets: 77, communities: 770, grids: 7_700, digits: 7);

    public static ImmutableArray<FleetShape> All { get; } = [District, Town, Suburb, HundredThousand, Million, City];

    public int Devices => Shares.Sum(s => s.Devices);

    public int Gateways => Operators.Sum(o => o.Gateways);

    /// <returns>Null when there is none of the name.</returns>
    public static FleetShape? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    /// <summary>The city in small: shares are rounded so that they add up exactly.</summary>
    private static FleetShape Smaller(string name, int devices, int[] gateways, int districts, int streets, int communities, int grids, int digits)
    {
        var shares = ImmutableArray.CreateBuilder<FleetShare>();
        var (before, given) = (0L, 0);
        foreach (var share in City.Shares)
        {
            before += share.Devices;
            var upTo = (int)(((before * devices) + (CityDevices / 2)) / CityDevices);
            shares.Add(share with { Devices = upTo - given });
            given = upTo;
        }

        var owners = (int)((long)City.Owners * devices / CityDevices);
        return new FleetShape(
            name, shares.ToImmutable(), [.. City.Operators.Select((o, i) => o with { Gateways = gateways[i] })],
            districts, streets, communities, grids, owners, digits);
    }
}
