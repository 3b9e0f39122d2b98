using System.Collections.Immutable;
using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>
/// All devices and gateways of a simulated plant, as a pure function of its shape and seed; of a device four bytes are kept, and those only to play it.
/// Threading: immutable, for any thread.
/// </summary>
public sealed class Fleet
{
    /// <summary>One device in so many hangs on a gateway of another operator: a lift in a fire gateway's reach, say.</summary>
    public const int StrayOneIn = 32;

    private readonly FleetPart[] parts;
    private readonly int[] operatorFirstGateways;
    private readonly Lazy<FleetCalendar> calendar;

    /// <param name="shape">How large, and made up of what.</param>
    /// <param name="seed">Same shape and seed, same fleet.</param>
    /// <param name="models">The physics, one for each kind in the shape; null for <see cref="DeviceModels.All"/>.</param>
    public Fleet(FleetShape shape, ulong seed, IEnumerable<DeviceModel>? models = null)
    {
        Shape = shape;
        Seed = seed;
        Models = [.. models ?? DeviceModels.All];
        parts = new FleetPart[shape.Shares.Length];
        var (first, ordinals) = (0, new Dictionary<string, int>(StringComparer.Ordinal));
        for (var i = 0; i < parts.Length; i++)
        {
            var share = shape.Shares[i];
            var model = Models.FirstOrDefault(m => m.Kind == share.Kind) ?? throw new ArgumentException($"There is no model of '{share.Kind}'.", nameof(models));
            ordinals.TryGetValue(share.Kind, out var ordinal);
            parts[i] = new FleetPart(i, share, model, first, ordinal + 1);
            first += share.Devices;
            ordinals[share.Kind] = ordinal + share.Devices;
            Points += (long)share.Devices * parts[i].Quantities;
        }

        Devices = first;
        operatorFirstGateways = [.. shape.Operators.Select((_, i) => shape.Operators.Take(i).Sum(o => o.Gateways))];
        var digits = shape.Operators.Max(o => o.Gateways) > 99 || shape.Devices > 100_000 ? "D3" : "D2";
        Gateways =
        [
            .. shape.Operators.SelectMany(o => Enumerable.Range(1, o.Gateways).Select(g => $"gw-{o.Name}-{g.ToString(digits, CultureInfo.InvariantCulture)}")),
        ];
        Places = new FleetPlaces(this);
        calendar = new Lazy<FleetCalendar>(() => new FleetCalendar(this));
    }

    public FleetShape Shape { get; }

    public ulong Seed { get; }

    public ImmutableArray<DeviceModel> Models { get; }

    /// <summary>How many; their numbers run from 0.</summary>
    public int Devices { get; }

    /// <summary>How many quantities all devices report together.</summary>
    public long Points { get; }

    /// <summary>Names of the gateways by number.</summary>
    public ImmutableArray<string> Gateways { get; }

    internal FleetPlaces Places { get; }

    internal FleetCalendar Calendar => calendar.Value;

    internal ReadOnlySpan<FleetPart> Parts => parts;

    /// <summary>A device by its number.</summary>
    public FleetDevice Device(int number)
    {
        var part = PartOf(number);
        return new FleetDevice(
            number, NameOf(number), part.Model, SeedOf(number), GatewayOf(number), part.ReportMillis(number) / 1000.0, PhaseMillis(number) / 1000.0,
            part.Quantities, part.Samples(number));
    }

    /// <summary>Where a device is and whose.</summary>
    public FleetSite Site(int number) => Places.Site(number);

    /// <returns>The device's number, or -1.</returns>
    public int Find(string kind, string name)
    {
        var dash = name.LastIndexOf('-');
        if (dash < 0 || !int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            return -1;
        }

        var part = parts.FirstOrDefault(p => p.Share.Kind == kind && ordinal >= p.FirstOrdinal && ordinal < p.FirstOrdinal + p.Share.Devices);
        return part is not null && NameOf(part.First + ordinal - part.FirstOrdinal) is var exact && exact == name ? part.First + ordinal - part.FirstOrdinal : -1;
    }

    /// <returns>The gateway's number, or -1.</returns>
    public int FindGateway(string name) => Gateways.IndexOf(name);

    /// <summary>A device as its instrument sees it: without name and gateway, which cost, and with the interval between two samples, whatever the firmware batches.</summary>
    internal FleetDevice Sampled(FleetPart part, int number) => new(number, "", part.Model, SeedOf(number), -1, part.SampleMillis / 1000.0, PhaseMillis(number) / 1000.0, part.Quantities);

    internal string NameOf(int number)
    {
        var part = PartOf(number);
        return $"{part.Share.Prefix}-{part.OrdinalOf(number).ToString("D" + Shape.NameDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)}";
    }

    internal FleetPart PartOf(int number)
    {
        foreach (var part in parts)
        {
            if (number < part.First + part.Share.Devices)
            {
                return part;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(number), number, $"There are {Devices} devices.");
    }

    internal ulong SeedOf(int number) => Chance.Bits(Seed, FleetPurpose.DeviceSeed, number);

    internal ulong GatewaySeed(int gateway) => Chance.Bits(Seed, FleetPurpose.GatewaySeed, gateway);

    /// <summary>The operator's gateway for the community; now and then another.</summary>
    internal int GatewayOf(int number)
    {
        if (Chance.Bits(Seed, FleetPurpose.Stray, number) % StrayOneIn == 0)
        {
            return (int)(Chance.Bits(Seed, FleetPurpose.StrayGateway, number) % (ulong)Gateways.Length);
        }

        var owner = PartOf(number).Share.Operator;
        var community = Places.CommunityOf(Places.GridOf(Places.OwnerOf(number)));
        return operatorFirstGateways[owner] + (int)((long)community * Shape.Operators[owner].Gateways / Shape.Communities);
    }

    internal int PhaseMillis(int number) => (int)(Chance.Bits(Seed, FleetPurpose.Phase, number) % (ulong)PartOf(number).ReportMillis(number));
}
