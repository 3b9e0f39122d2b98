using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>Every sort that can happen in a fleet, and when each is findable and has faded. Threading: immutable.</summary>
internal sealed class SortBook(Fleet fleet)
{
    /// <summary>Sorts of one kind of device, or of <see cref="FleetSorts.GatewayKind"/>.</summary>
    public ImmutableArray<Sort> Of(string kind) => kind == FleetSorts.GatewayKind
        ? FleetSorts.OfLinks
        : [.. ModelOf(kind)?.Sorts ?? [], .. DeviceReadout.AnySorts, .. FleetSorts.OfSending];

    /// <summary>Whether a device may have it in a random year: what can not happen to it, or not be found by what it reports, does not happen.</summary>
    public bool CanHappen(bool isLink, int device, Sort sort) =>
        isLink || sort == FleetSorts.LateBatch || DeviceReadout.CanHappen(fleet.Sampled(fleet.PartOf(device), device), sort);

    /// <summary>When it is findable; NaN for never.</summary>
    /// <param name="device">Number; of a gateway when the sort is a link's.</param>
    /// <param name="ailment">What happens.</param>
    public double FindableAt(int device, Ailment ailment)
    {
        var sort = ailment.Sort;
        if (sort.Nature == Nature.Nuisance)
        {
            return double.NaN;
        }

        if (sort.Kind == FleetSorts.GatewayKind)
        {
            return Within(ailment, ailment.Onset + FleetSorts.TellAfterSeconds);
        }

        if (sort == FleetSorts.LateBatch)
        {
            var report = fleet.PartOf(device).ReportMillis(device) / 1000.0;
            return Within(ailment, ailment.Onset + Math.Max(FleetSorts.SilenceSeconds, 10 * report));
        }

        return DeviceReadout.FindableAt(fleet.Sampled(fleet.PartOf(device), device), ailment);
    }

    /// <summary>Seconds after its end for which the truth may still lie where it was.</summary>
    /// <param name="device">Number; not looked at for a link.</param>
    /// <param name="sort">Of what.</param>
    public double FadeSeconds(int device, Sort sort) =>
        sort.Kind == FleetSorts.GatewayKind || sort == FleetSorts.LateBatch ? FleetSorts.LinkFadeSeconds : DeviceReadout.FadeSeconds(fleet.Sampled(fleet.PartOf(device), device) with { ReportSeconds = fleet.PartOf(device).ReportMillis(device) / 1000.0 }, sort);

    private static double Within(Ailment ailment, double at) => at < ailment.End ? at : double.NaN;

    private DeviceModel? ModelOf(string kind) => fleet.Models.FirstOrDefault(m => m.Kind == kind);
}
