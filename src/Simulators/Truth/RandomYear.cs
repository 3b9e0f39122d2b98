namespace PingAnIoT.Simulators;

/// <summary>
/// What happens in a year of chance: each sort at its rate per device-year, times an acceleration. Time is cut into slices, a month of accelerated time or
/// as long as the sort needs to be over and faded, and each slice of a device has at most one of a sort, whole within it: so two of the same sort never
/// overlap, and any stretch can be drawn alone. A device has one thing at a time: of two that overlap incidents stay before defects and those before nuisances,
/// so with much acceleration what lasts for days gets rare. Immutable.
/// </summary>
public sealed record RandomYear
{
    private const double YearSeconds = 365.25 * 86_400;
    private const double GapSeconds = 60;
    private const double LeastSeverity = 0.3;

    /// <summary>With the fleet's, decides all.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many years of the devices' ailments happen in one; above 0.</summary>
    public double Acceleration { get; init; } = 1;

    /// <summary>The same for links; above 0, or 0 for none.</summary>
    public double LinkAcceleration { get; init; } = 1;

    /// <summary>Nothing begins in so many seconds from the start: windows fill.</summary>
    public double LeadInSeconds { get; init; } = 900;

    /// <summary>What must be found is findable so many seconds before the end, or it does not happen.</summary>
    public double TailSeconds { get; init; } = 900;

    /// <summary>How often a sort comes to a device in a second; lower than rate times acceleration where its slices are full.</summary>
    /// <param name="sort">Its rate.</param>
    /// <param name="fadeSeconds">Of the sort.</param>
    internal double PerSecond(Sort sort, double fadeSeconds)
    {
        var slice = SliceSeconds(sort, fadeSeconds);
        return Math.Min(1, RatePerSecond(sort) * slice) / slice;
    }

    internal IEnumerable<Planned> Draw(Fleet fleet, double from, double to)
    {
        var book = new SortBook(fleet);
        foreach (var part in fleet.Parts.ToArray())
        {
            var slots = new Slots(book.Of(part.Share.Kind).OrderBy(s => s.Nature).Select(s => new Slot(s, SliceSeconds(s, book.FadeSeconds(part.First, s)), book.FadeSeconds(part.First, s), RatePerSecond(s))));
            for (var device = part.First; device < part.First + part.Share.Devices; device++)
            {
                foreach (var planned in OfOne(book, false, device, Mix(fleet.SeedOf(device)), slots, from, to))
                {
                    yield return planned;
                }
            }
        }

        if (LinkAcceleration > 0)
        {
            foreach (var planned in OfLinks(fleet, book, from, to))
            {
                yield return planned;
            }
        }
    }

    private IEnumerable<Planned> OfLinks(Fleet fleet, SortBook book, double from, double to)
    {
        var slots = FleetSorts.OfLinks.Select(s => new Slot(s, SliceSeconds(s, FleetSorts.LinkFadeSeconds), FleetSorts.LinkFadeSeconds, RatePerSecond(s))).ToArray();
        var own = new Slots(slots.Where(s => s.Sort != FleetSorts.MassReconnect));
        var together = OfOne(book, true, 0, Mix(fleet.Seed), new Slots(slots.Except(own.Of)), from, to).ToList();
        for (var gateway = 0; gateway < fleet.Gateways.Length; gateway++)
        {
            foreach (var planned in OfOne(book, true, gateway, Mix(fleet.GatewaySeed(gateway)), own, from, to))
            {
                yield return planned;
            }

            foreach (var planned in together)
            {
                yield return planned with { Number = gateway };
            }
        }
    }

    /// <summary>Only slices in which something may begin that counts are drawn; what it may overlap is drawn around it alone. Most devices have nothing.</summary>
    private List<Planned> OfOne(SortBook book, bool isLink, int number, ulong seed, Slots all, double from, double to)
    {
        List<Planned>? planned = null;
        var slots = all.Of;
        for (var order = 0; order < slots.Length; order++)
        {
            var slot = slots[order];
            for (var slice = (long)Math.Floor(from / slot.SliceSeconds); slice * slot.SliceSeconds <= to; slice++)
            {
                if (Drawn(slot, seed, slice) is { } ailment
                    && ailment.Onset >= from + LeadInSeconds && ailment.Onset + TailSeconds <= to && !IsOverlapped(slots, order, seed, ailment)
                    && book.CanHappen(isLink, number, slot.Sort) && CanBeTold(book, number, ailment, to))
                {
                    (planned ??= []).Add(new Planned(isLink, number, ailment));
                }
            }
        }

        return planned ?? [];
    }

    /// <summary>Whether something of a higher rank is on, or fades, while it is on or fades. Each of a sort lies whole within its slice.</summary>
    private static bool IsOverlapped(Slot[] slots, int order, ulong seed, Ailment ailment)
    {
        var settled = ailment.End + slots[order].FadeSeconds;
        for (var higher = 0; higher < order; higher++)
        {
            var slot = slots[higher];
            for (var slice = (long)Math.Floor(ailment.Onset / slot.SliceSeconds); slice * slot.SliceSeconds < settled; slice++)
            {
                if (Drawn(slot, seed, slice) is { } other && other.Onset < settled && ailment.Onset < other.End + slot.FadeSeconds)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Ailment? Drawn(in Slot slot, ulong seed, long slice) =>
        Chance.Uniform(seed ^ slot.Salt, FleetPurpose.HappensIn, slice) < slot.Probability ? Happens(slot, seed ^ slot.Salt, slice) : null;

    /// <summary>What has ended by then has been findable before, so it need not be looked for, which costs.</summary>
    private bool CanBeTold(SortBook book, int number, Ailment ailment, double to) =>
        ailment.End + TailSeconds <= to || !(book.FindableAt(number, ailment) + TailSeconds > to);

    private static Ailment Happens(Slot slot, ulong seed, long slice)
    {
        // Short ones are as likely as long ones on a scale of ratios.
        var (least, most) = (slot.Sort.LeastSeconds, slot.Sort.MostSeconds);
        var seconds = least * Math.Pow(most / least, Chance.Uniform(seed, FleetPurpose.Duration, slice));
        var room = slot.SliceSeconds - seconds - slot.FadeSeconds - GapSeconds;
        var onset = Math.Floor(((slice * slot.SliceSeconds) + (room * Chance.Uniform(seed, FleetPurpose.Onset, slice))) * 1000) / 1000;
        var severity = LeastSeverity + ((1 - LeastSeverity) * Chance.Uniform(seed, FleetPurpose.Severity, slice));
        return new Ailment(slot.Sort, onset, onset + Math.Round(seconds, 3), severity);
    }

    private double RatePerSecond(Sort sort) => sort.PerDeviceYear * (sort.Kind == FleetSorts.GatewayKind ? LinkAcceleration : Acceleration) / YearSeconds;

    /// <summary>A month of accelerated time, shorter for what comes more often than twelve times a year, never shorter than the sort takes.</summary>
    private double SliceSeconds(Sort sort, double fadeSeconds)
    {
        var acceleration = sort.Kind == FleetSorts.GatewayKind ? LinkAcceleration : Acceleration;
        var wanted = YearSeconds / Math.Max(12, 2 * sort.PerDeviceYear) / acceleration;
        return Math.Max(wanted, (1.25 * (sort.MostSeconds + fadeSeconds)) + GapSeconds);
    }

    private ulong Mix(ulong seed) => Chance.Bits(seed, FleetPurpose.HappensIn, (long)Seed);

    /// <summary>The sorts of one kind in the order of their rank.</summary>
    private sealed class Slots(IEnumerable<Slot> slots)
    {
        public Slot[] Of { get; } = [.. slots];
    }

    private readonly record struct Slot(Sort Sort, double SliceSeconds, double FadeSeconds, double RatePerSecond)
    {
        public double Probability { get; } = Math.Min(1, RatePerSecond * SliceSeconds);

        /// <summary>From the sort's name, so that a new sort changes nothing about the others (FNV-1a).</summary>
        public ulong Salt { get; } = Sort.Name.Aggregate(14_695_981_039_346_656_037UL, (hash, c) => (hash ^ c) * 1_099_511_628_211UL);
    }
}
