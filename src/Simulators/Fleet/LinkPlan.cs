namespace PingAnIoT.Simulators;

/// <summary>How links do at any moment, all from what was planned for them. Threading: immutable.</summary>
internal sealed class LinkPlan
{
    private readonly Fleet fleet;
    private readonly Gap[][] gaps;
    private readonly Gap[][] losses;
    private readonly Ailment[][] ailments;

    public LinkPlan(Fleet fleet, IEnumerable<Planned> planned)
    {
        this.fleet = fleet;
        var lists = new List<Ailment>[fleet.Gateways.Length];
        foreach (var one in planned.Where(p => p.IsLink))
        {
            (lists[one.Number] ??= []).Add(one.Ailment);
        }

        ailments = [.. lists.Select(l => l is null ? [] : l.OrderBy(a => a.Onset).ToArray())];
        gaps = [.. ailments.Select((list, g) => Merge(list.SelectMany(a => Gaps(g, a))))];
        losses = [.. ailments.Select((list, g) => Merge(list.Where(a => a.Sort == FleetSorts.GatewayLoss).SelectMany(a => Gaps(g, a))))];
    }

    public bool IsUp(int gateway, long millis) => UpFrom(gateway, millis) == millis;

    /// <summary>The first moment from this on at which the link is up.</summary>
    public long UpFrom(int gateway, long millis) => Find(gaps[gateway], millis) is { } gap ? gap.To : millis;

    /// <summary>Whether the link is up from one moment to another, both included.</summary>
    public bool IsUpThrough(int gateway, long from, long to)
    {
        foreach (var gap in gaps[gateway])
        {
            if (gap.From <= to && gap.To > from)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether what is measured at a moment is lost: the gateway is off.</summary>
    public bool IsLost(int gateway, long millis) => Find(losses[gateway], millis) is not null;

    /// <summary>Until when nothing at all ails a link; the moment itself when something does.</summary>
    public long QuietUntil(int gateway, long millis)
    {
        var until = long.MaxValue;
        foreach (var ailment in ailments[gateway])
        {
            // What a mass reconnect does may begin late and end after it.
            var (from, to) = ((long)(ailment.Onset * 1000), (long)(ailment.End * 1000) + 60_000);
            if (to > millis)
            {
                until = Math.Min(until, Math.Max(from, millis));
            }
        }

        return until;
    }

    /// <summary>How severe a sort is on a link at a moment; 0 for not at all.</summary>
    public double Severity(int gateway, Sort sort, long millis)
    {
        foreach (var ailment in ailments[gateway])
        {
            if (ailment.Sort == sort && ailment.Age(millis / 1000.0) >= 0)
            {
                return ailment.Severity;
            }
        }

        return 0;
    }

    /// <summary>By how much the gateway's clock is ahead at a moment.</summary>
    public long SkewMillis(int gateway, long millis)
    {
        foreach (var ailment in ailments[gateway])
        {
            if (ailment.Sort == FleetSorts.ClockSkew && ailment.Age(millis / 1000.0) is >= 0 and var age)
            {
                var seed = fleet.GatewaySeed(gateway);
                var index = (long)ailment.Onset;
                var sign = (Chance.Bits(seed, FleetPurpose.SkewSign, index) & 1) == 0 ? 1 : -1;
                var share = (Chance.Bits(seed, FleetPurpose.SkewDrifts, index) & 1) == 0 ? 1 : age / (ailment.End - ailment.Onset);
                return (long)(sign * share * ailment.Severity * FleetSorts.SkewSeconds * 1000);
            }
        }

        return 0;
    }

    /// <summary>
    /// The first moment at which the gateway's clock showed a time or a later one. So a time that it showed twice, before and after it was put back, is the
    /// first of the two, as the engine has it too: what is stamped behind what came before is late to it and makes no alarm.
    /// </summary>
    public long FirstShown(int gateway, long shown)
    {
        const long Most = (long)(FleetSorts.SkewSeconds * 1000);
        var skews = Array.FindAll(ailments[gateway], a => a.Sort == FleetSorts.ClockSkew);
        if (skews.Length == 0)
        {
            return shown;
        }

        // Between two of these the clock only ever goes forward.
        var turns = skews.SelectMany(a => new[] { (long)Math.Ceiling(a.Onset * 1000), (long)Math.Ceiling(a.End * 1000) }).Append(shown + Most + 1).Order();
        var low = shown - Most;
        foreach (var turn in turns)
        {
            if (turn > low && turn - 1 + SkewMillis(gateway, turn - 1) >= shown)
            {
                for (var high = turn - 1; low < high;)
                {
                    var middle = low + ((high - low) / 2);
                    (low, high) = middle + SkewMillis(gateway, middle) >= shown ? (low, middle) : (middle + 1, high);
                }

                return low;
            }

            low = Math.Max(low, turn);
        }

        return low;
    }

    private IEnumerable<Gap> Gaps(int gateway, Ailment ailment)
    {
        var (from, to) = ((long)(ailment.Onset * 1000), (long)(ailment.End * 1000));
        if (ailment.Sort == FleetSorts.Outage || ailment.Sort == FleetSorts.Blink || ailment.Sort == FleetSorts.GatewayLoss)
        {
            return [new Gap(from, to)];
        }

        var seed = fleet.GatewaySeed(gateway);
        if (ailment.Sort == FleetSorts.MassReconnect)
        {
            return [new Gap(from, from + 2_000 + (long)(18_000 * Chance.Uniform(seed, FleetPurpose.Reconnect, from)))];
        }

        return ailment.Sort == FleetSorts.Flapping ? Flaps(seed, from, to) : [];
    }

    /// <summary>Down for 3 to 20 s, up for 10 to 40 s, over and over.</summary>
    private static IEnumerable<Gap> Flaps(ulong seed, long from, long to)
    {
        var at = from;
        for (var i = 0L; at < to; i++)
        {
            var down = 3_000 + (long)(17_000 * Chance.Uniform(seed, FleetPurpose.Flap, from + (2 * i)));
            yield return new Gap(at, Math.Min(to, at + down));
            at += down + 10_000 + (long)(30_000 * Chance.Uniform(seed, FleetPurpose.Flap, from + (2 * i) + 1));
        }
    }

    private static Gap? Find(Gap[] gaps, long millis)
    {
        var (low, high) = (0, gaps.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = gaps[middle].To <= millis ? (middle + 1, high) : (low, middle);
        }

        return low < gaps.Length && gaps[low].From <= millis ? gaps[low] : null;
    }

    /// <summary>In order, and none touches another.</summary>
    private static Gap[] Merge(IEnumerable<Gap> gaps)
    {
        var merged = new List<Gap>();
        foreach (var gap in gaps.Where(g => g.To > g.From).OrderBy(g => g.From))
        {
            if (merged.Count > 0 && gap.From <= merged[^1].To)
            {
                merged[^1] = new Gap(merged[^1].From, Math.Max(merged[^1].To, gap.To));
            }
            else
            {
                merged.Add(gap);
            }
        }

        return [.. merged];
    }

    /// <summary>Unix milliseconds: from, up to but not including.</summary>
    private readonly record struct Gap(long From, long To);
}
