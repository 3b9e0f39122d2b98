using System.Collections;
using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>Something that happens to one device or to one gateway's link.</summary>
/// <param name="IsLink">Whether <paramref name="Number"/> is a gateway's.</param>
/// <param name="Number">Of the device or gateway.</param>
/// <param name="Ailment">What happens.</param>
internal readonly record struct Planned(bool IsLink, int Number, Ailment Ailment);

/// <summary>
/// Who ails when, in one stretch of time: the ground truth. Nearly no device has anything, so one bit of each is asked first. Threading: immutable.
/// </summary>
public sealed class TruthPlan
{
    private readonly BitArray ails;
    private readonly Dictionary<int, Live[]> byDevice;
    private readonly Lazy<ImmutableArray<TruthEntry>> truth;
    private readonly SortBook book;

    internal TruthPlan(Fleet fleet, double from, double to, IEnumerable<Planned> planned)
    {
        (Fleet, From, To) = (fleet, from, to);
        Planned = [.. planned.OrderBy(p => p.Ailment.Onset).ThenBy(p => p.IsLink).ThenBy(p => p.Number).ThenBy(p => p.Ailment.Sort.Name, StringComparer.Ordinal)];
        ails = new BitArray(fleet.Devices);
        book = new SortBook(fleet);
        truth = new Lazy<ImmutableArray<TruthEntry>>(() => [.. Planned.AsParallel().AsOrdered().Select(Entry)]);
        var lists = new Dictionary<int, List<Live>>();
        foreach (var one in Planned)
        {
            if (!one.IsLink)
            {
                ails[one.Number] = true;
                (lists.TryGetValue(one.Number, out var list) ? list : lists[one.Number] = []).Add(new Live(one.Ailment, SettledAt(one)));
                MostAtOnce = Math.Max(MostAtOnce, lists[one.Number].Count);
            }
        }

        byDevice = lists.ToDictionary(l => l.Key, l => l.Value.ToArray());
        Links = new LinkPlan(fleet, Planned);
    }

    public Fleet Fleet { get; }

    /// <summary>Unix seconds.</summary>
    public double From { get; }

    /// <summary>Unix seconds.</summary>
    public double To { get; }

    /// <summary>What happened, by onset. Worked out when first asked for: findable moments take a search each, and playing needs none.</summary>
    public IReadOnlyList<TruthEntry> Truth => truth.Value;

    /// <summary>How many things happen.</summary>
    public int Count => Planned.Count;

    internal IReadOnlyList<Planned> Planned { get; }

    internal LinkPlan Links { get; }

    /// <summary>A buffer for <see cref="LiveAilments"/> needs at most so many.</summary>
    internal int MostAtOnce { get; } = 1;

    /// <summary>Devices that ail at some time.</summary>
    internal IEnumerable<int> Ailing => byDevice.Keys;

    /// <summary>Nothing happens.</summary>
    public static TruthPlan Healthy(Fleet fleet, double from, double to) => new(fleet, from, to, []);

    /// <summary>A stretch of a random year.</summary>
    public static TruthPlan Random(Fleet fleet, RandomYear year, double from, double to) => new(fleet, from, to, year.Draw(fleet, from, to));

    /// <summary>What happened of some sorts, by onset; costs nothing for the others.</summary>
    public IReadOnlyList<TruthEntry> TruthOf(Func<Sort, bool> isWanted) => [.. Planned.Where(p => isWanted(p.Ailment.Sort)).Select(Entry)];

    /// <summary>What the scorecard has to know of the fleet's links.</summary>
    public TruthLinks TruthLinks => new(
        device => GatewayOf(device) is >= 0 and var gateway ? Fleet.Gateways[gateway] : null,
        (device, shown) => GatewayOf(device) is >= 0 and var gateway ? shown + ((Links.FirstShown(gateway, (long)(shown * 1000)) - (long)(shown * 1000)) / 1000.0) : shown);

    /// <summary>What ails a device at a moment, or still fades.</summary>
    /// <returns>How many were written.</returns>
    internal int LiveAilments(int device, double time, Ailment[] live)
    {
        if (!ails[device])
        {
            return 0;
        }

        var count = 0;
        foreach (var one in byDevice[device])
        {
            if (one.Ailment.Onset <= time && time < one.Until)
            {
                live[count++] = one.Ailment;
            }
        }

        return count;
    }

    /// <summary>From when to when a device is worth watching each second: what happens to its instrument alone leaves the truth as it is.</summary>
    internal IEnumerable<(double From, double To)> Watched(int device) => byDevice[device].Where(l => l.Ailment.Sort.Kind is not null).Select(l => (l.Ailment.Onset, l.Until));

    /// <summary>The late batch that holds a device's samples at a moment; null for none.</summary>
    internal Ailment? LateBatch(int device, double time)
    {
        if (ails[device])
        {
            foreach (var one in byDevice[device])
            {
                if (one.Ailment.Sort == FleetSorts.LateBatch && one.Ailment.Age(time) >= 0)
                {
                    return one.Ailment;
                }
            }
        }

        return null;
    }

    /// <returns>Number of the gateway that a device hangs on; -1 for a stranger's.</returns>
    private int GatewayOf(string device)
    {
        foreach (var model in Fleet.Models)
        {
            if (Fleet.Find(model.Kind, device) is >= 0 and var number)
            {
                return Fleet.GatewayOf(number);
            }
        }

        return -1;
    }

    private double SettledAt(in Planned planned) => planned.Ailment.End + book.FadeSeconds(planned.Number, planned.Ailment.Sort);

    private TruthEntry Entry(Planned planned)
    {
        var (isLink, number, ailment) = planned;
        return new TruthEntry(
            ailment,
            isLink ? FleetSorts.GatewayKind : Fleet.PartOf(number).Share.Kind,
            isLink ? Fleet.Gateways[number] : Fleet.NameOf(number),
            isLink ? "" : Fleet.Places.TerritoryOf(number),
            book.FindableAt(number, ailment),
            SettledAt(planned),
            isLink ? 1 : Fleet.PartOf(number).ReportMillis(number) / 1000.0);
    }

    private readonly record struct Live(Ailment Ailment, double Until);
}
