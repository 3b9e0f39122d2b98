namespace PingAnIoT.Rules;

/// <summary>A rule in the shape the hot loop reads. Immutable.</summary>
internal sealed class CompiledRule
{
    /// <summary>One band per severity, and there are four besides normal.</summary>
    public const int BandsMax = 4;

    public CompiledRule(Rule rule)
    {
        Rule = rule;
        Bands = [.. rule.Bands];
        HasSetPoints = Bands.Any(b => b.SetPoint is not null);
        Codes = [.. rule.Codes];
        During = rule.During is null ? null : new CompiledSchedule(rule.During);
    }

    public Rule Rule { get; }

    public Band[] Bands { get; }

    public bool HasSetPoints { get; }

    public CodeRange[] Codes { get; }

    /// <summary>When it judges; null for always.</summary>
    public CompiledSchedule? During { get; }

    public WindowFunction Function => Rule.Function;

    /// <summary>A window value that crosses a band is above this or below <see cref="QuietBottom"/> (device set-points apart).</summary>
    public double QuietTop => Function switch
    {
        WindowFunction.Stuck => 0,
        WindowFunction.Code => Codes[0].From > 0 ? Math.BitDecrement(Codes[0].From) : double.PositiveInfinity,
        _ => Bands.Min(b => b.Comparison switch
        {
            Comparison.Above => b.Threshold,
            Comparison.AtOrAbove => Math.BitDecrement(b.Threshold),

            // The side on which zero lies: what is counted or switched is mostly zero.
            Comparison.Equal when b.Threshold != 0 => Math.BitDecrement(b.Threshold),
            _ => double.PositiveInfinity,
        }),
    };

    /// <inheritdoc cref="QuietTop"/>
    public double QuietBottom => Function switch
    {
        WindowFunction.Stuck => double.NegativeInfinity,
        WindowFunction.Code => Codes[0].From > 0 ? double.NegativeInfinity : Math.BitIncrement(Codes[^1].To),
        _ => Bands.Max(b => b.Comparison switch
        {
            Comparison.Below => b.Threshold,
            Comparison.AtOrBelow => Math.BitIncrement(b.Threshold),
            Comparison.Equal when b.Threshold == 0 => double.Epsilon,
            _ => double.NegativeInfinity,
        }),
    };

    public Severity SeverityOf(int band) => band >= Bands.Length ? Severity.Normal : Bands[band].Severity;

    /// <summary>The band's number for one device.</summary>
    public double ThresholdOf(int band, DeviceRecord device)
    {
        var b = Bands[band];
        return b.SetPoint is not null && device.SetPoints.TryGetValue(b.SetPoint, out var own) ? own : b.Threshold;
    }
}

/// <summary>
/// One window of a quantity and the rules on it, which lie side by side. Values within <see cref="Bottom"/> and <see cref="Top"/> cross no
/// band of any of them: nearly all values do, and two comparisons are all they cost.
/// </summary>
internal readonly struct WindowPlan
{
    public readonly WindowFunction Function;
    public readonly bool HasSetPoints;
    public readonly int First;
    public readonly int End;
    public readonly double Share;

    /// <summary>Stuck has no window: it looks at the newest two of what is kept.</summary>
    public readonly long Micros;

    /// <summary>Where every rule on the window keeps hours: outside all of them it need not be looked at. Else null.</summary>
    public readonly CompiledSchedule[]? Hours;

    public readonly double Bottom;
    public readonly double Top;

    private WindowPlan(in WindowPlan a, in WindowPlan b)
    {
        this = a;
        HasSetPoints |= b.HasSetPoints;
        Hours = a.Hours is null || b.Hours is null ? null : [.. a.Hours, .. b.Hours];
        Bottom = Math.Max(a.Bottom, b.Bottom);
        Top = Math.Min(a.Top, b.Top);
    }

    public WindowPlan(CompiledRule[] rules, int first, int end)
    {
        var own = rules[first..end];
        (First, End) = (first, end);
        Function = own[0].Function;
        Share = own[0].Rule.Share;
        Micros = Function == WindowFunction.Stuck ? long.MaxValue / 4 : own[0].Rule.WindowMicros;
        HasSetPoints = own.Any(r => r.HasSetPoints);
        Hours = own.All(r => r.During is not null) ? [.. own.Select(r => r.During!)] : null;
        Bottom = own.Max(r => r.QuietBottom);
        Top = own.Min(r => r.QuietTop);
    }

    /// <summary>The same window for the rules of both.</summary>
    public WindowPlan And(in WindowPlan other) => new(this, other);

    /// <summary>Whether its value lies between the least and the greatest reading it covers, or is told by one of them.</summary>
    public bool IsWithinReadings => IsAddedUp
        || Function is WindowFunction.Last or WindowFunction.Min or WindowFunction.Max or WindowFunction.Times or WindowFunction.Code;

    /// <summary>The same but for what is lost in adding up.</summary>
    public bool IsAddedUp => Function is WindowFunction.Mean or WindowFunction.Ewma or WindowFunction.Quantile;
}

/// <summary>What is done with a reading of one quantity of one kind. Immutable.</summary>
internal sealed class QuantityPlan(int quantity, int offset, CompiledRule[] rules, int[] absents, CombinedRule[] combined, VotesRule[] votes)
{
    public int Quantity { get; } = quantity;

    /// <summary>Place of the series among those of its device.</summary>
    public int Offset { get; } = offset;

    /// <summary>The rules with bands, those of one window side by side.</summary>
    public CompiledRule[] Rules { get; } = rules;

    /// <summary>Which of the kind's absences a reading is a sign of life for.</summary>
    public int[] Absents { get; } = absents;

    /// <summary>The kind's rules over several quantities that have a part on this one.</summary>
    public CombinedRule[] Combined { get; } = combined;

    /// <summary>The rules for which a reading is a vote.</summary>
    public VotesRule[] Votes { get; } = votes;

    /// <summary>The windows of <see cref="Rules"/>, in their order.</summary>
    public WindowPlan[] Windows { get; } = WindowsOf(rules);

    /// <summary>The windows of parts on the quantity that must not cross for the rules over several to rest.</summary>
    public WindowPlan[] Restraints { get; } = [.. combined.SelectMany(c => c.Restraints(quantity))];

    /// <summary>The windows of rules and restraints that must be computed though all readings are where no band is crossed; those of one window once.</summary>
    public WindowPlan[] Computed { get; } =
    [
        .. WindowsOf(rules).Concat(combined.SelectMany(c => c.Restraints(quantity))).Where(w => !w.IsWithinReadings)
            .GroupBy(w => (w.Function, w.Micros, w.Share)).Select(g => g.Aggregate((a, b) => a.And(b))),
    ];

    public bool HasSetPoints { get; } = rules.Any(r => r.HasSetPoints) || combined.Any(c => c.HasSetPoints);

    /// <summary>The longest window.</summary>
    public long WindowMicros { get; } = rules.Select(r => r.Rule)
        .Concat(combined.SelectMany(c => c.Rule.Rule.Parts).Where(p => p.Quantity == quantity))
        .Select(r => r.WindowMicros).DefaultIfEmpty(0).Max();

    /// <summary>Whether the newest reading is kept when the next comes, however old it is.</summary>
    public bool KeepsNewest { get; } = rules.Any(r => r.Function == WindowFunction.Stuck);

    private static WindowPlan[] WindowsOf(CompiledRule[] rules)
    {
        var windows = new List<WindowPlan>();
        for (int first = 0, end = 0; first < rules.Length; first = end)
        {
            for (; end < rules.Length && IsSame(rules[end].Rule, rules[first].Rule); end++)
            {
            }

            windows.Add(new WindowPlan(rules, first, end));
        }

        return [.. windows];
    }

    private static bool IsSame(Rule a, Rule b) => a.Function == b.Function && a.WindowMicros == b.WindowMicros && a.Share.Equals(b.Share);
}

/// <summary>What is done with the readings of one kind of device. Immutable.</summary>
internal sealed class KindPlan(Rule[] rules, QuantityPlan?[] quantities, CompiledRule[] absents, CombinedRule[] combined, VotesRule[] votes)
{
    /// <summary>Of a kind that nobody is of.</summary>
    public static KindPlan None { get; } = new([], [], [], [], []);

    public QuantityPlan?[] Quantities { get; } = quantities;

    public QuantityPlan[] Series { get; } = [.. quantities.OfType<QuantityPlan>()];

    public CompiledRule[] Absents { get; } = absents;

    /// <summary>The rules over several quantities.</summary>
    public CombinedRule[] Combined { get; } = combined;

    /// <summary>The rules over the devices of a place.</summary>
    public VotesRule[] Votes { get; } = votes;

    public bool IsEmpty => Series.Length == 0;

    /// <summary>Is it what these rules come to, word for word and in this order?</summary>
    public bool IsOf(Rule[] others) => rules.Length == others.Length && rules.Zip(others).All(r => IsSame(r.First, r.Second));

    /// <summary>The same for devices that are laid out so, with other rules for their silences, one for each there was.</summary>
    public KindPlan With(CompiledRule[] silences) => new(rules, Quantities, silences, Combined, Votes);

    /// <summary>
    /// Do a device's series, rules and places lie where they did? What the rules say, and which are on a series, may differ. Absences lie by
    /// themselves.
    /// </summary>
    public bool IsLaidOutAs(KindPlan other) =>
        Series.Select(s => s.Quantity).SequenceEqual(other.Series.Select(s => s.Quantity))
        && Combined.Length == other.Combined.Length && Combined.Zip(other.Combined).All(c => LiesAs(c.First.Rule.Rule, c.Second.Rule.Rule))
        && Votes.Select(v => (v.Rule.Rule.Id, v.Rule.Rule.Place)).SequenceEqual(other.Votes.Select(v => (v.Rule.Rule.Id, v.Rule.Rule.Place)));

    /// <returns>The rule over several quantities that goes on with what another knew; null where none does.</returns>
    public CombinedRule? Goes(CombinedRule from)
    {
        foreach (var to in Combined)
        {
            if (to.Rule.Rule.Id == from.Rule.Rule.Id && Reload.LooksAtTheSame(from.Rule.Rule, to.Rule.Rule))
            {
                return to;
            }
        }

        return null;
    }

    /// <summary>Of a sequence something is known of each device, also where nothing waits.</summary>
    private static bool LiesAs(Rule a, Rule b) => a.Id == b.Id && ((!a.IsSequence() && !b.IsSequence()) || Reload.LooksAtTheSame(a, b));

    /// <summary>A record's lists are compared by what is in them; what a rule may come to say besides makes it another, unless it is equal.</summary>
    private static bool IsSame(Rule a, Rule b) => ReferenceEquals(a, b)
        || (a == b with { Bands = a.Bands, Codes = a.Codes, Parts = a.Parts, During = a.During }
            && a.Bands.SequenceEqual(b.Bands) && a.Codes.SequenceEqual(b.Codes) && a.During?.ToString() == b.During?.ToString()
            && a.Parts.Count == b.Parts.Count && a.Parts.Zip(b.Parts).All(p => IsSame(p.First, p.Second)));
}

/// <summary>A rule set laid out by kind and quantity. Immutable.</summary>
internal sealed class RulePlan
{
    // All kinds' quantities in one array, so that a reading costs one step and not three.
    private readonly QuantityPlan?[] table;
    private readonly int stride;

    private readonly int[] layouts;

    private RulePlan(RuleSet ruleSet, KindPlan[] kinds, int[] layouts, int gatewayKind, byte generation)
    {
        RuleSet = ruleSet;
        Layouts = kinds;
        Generation = generation;
        this.layouts = layouts;
        Votes = [.. layouts.SelectMany(l => kinds[l].Votes).OrderBy(v => v.Number)];
        stride = kinds.Select(k => k.Quantities.Length).DefaultIfEmpty(0).Max();
        table = new QuantityPlan?[kinds.Length * stride];
        Quiet.Grow(table.Length, new QuietPlan());
        foreach (var layout in layouts)
        {
            kinds[layout].Quantities.CopyTo(table, layout * stride);
            foreach (var quantity in kinds[layout].Series)
            {
                Quiet[(layout * stride) + quantity.Quantity] = new QuietPlan(quantity, kinds[layout], KindOf(layout) == gatewayKind);
            }
        }
    }

    /// <summary>Tells what was seen under these rules from what was seen under those before them; 1 and up.</summary>
    public byte Generation { get; }

    public byte NextGeneration => (byte)((Generation % byte.MaxValue) + 1);

    /// <summary>By <see cref="IndexOf"/>.</summary>
    public FlatArray<QuietPlan> Quiet { get; } = new();

    public RuleSet RuleSet { get; }

    /// <summary>
    /// By the layout that a device's slot names. Each kind has two, and one of them is in use: when a change of rules makes its devices' series
    /// lie otherwise, the other takes over, and a device that has not yet moved is found by nothing (<see cref="Find"/>) until it has.
    /// </summary>
    public KindPlan[] Layouts { get; }

    /// <summary>How many kinds there are.</summary>
    public int KindCount => layouts.Length;

    /// <summary>All rules over the devices of a place, by their number.</summary>
    public VotesRule[] Votes { get; }

    /// <summary>The layout in use for a kind of the catalog.</summary>
    public int LayoutOf(int kind) => layouts[kind];

    /// <summary>What is done with the readings of a kind of the catalog.</summary>
    public KindPlan OfKind(int kind) => Layouts[layouts[kind]];

    /// <summary>The kind that a layout is of.</summary>
    public int KindOf(int layout) => layout % layouts.Length;

    /// <summary>Has the layout been given up, so that devices which are still in it must move?</summary>
    public bool IsGivenUp(int layout) => layouts[layout % layouts.Length] != layout;

    /// <returns>What is done with a quantity in a layout; null where no rule watches it, the kind has no such quantity, or the layout is given up.</returns>
    public QuantityPlan? Find(int layout, ushort quantity) => IndexOf(layout, quantity) is >= 0 and var index ? table[index] : null;

    /// <returns>Where a quantity in a layout is in <see cref="Quiet"/>; -1 where no kind has such a quantity.</returns>
    public int IndexOf(int layout, ushort quantity) => quantity < stride ? (layout * stride) + quantity : -1;

    /// <summary>The plan at an index of <see cref="Quiet"/> where a rule watches.</summary>
    public QuantityPlan At(int index) => table[index]!;

    /// <param name="ruleSet">Another rule set.</param>
    /// <param name="catalog">Of its kinds.</param>
    /// <param name="before">What is in force until then; null for nothing. Kinds of which all rules stay as they are keep their plans.</param>
    /// <exception cref="ArgumentException">The rules do not fit the catalog or each other; rule files are checked before they come here.</exception>
    public static RulePlan Compile(RuleSet ruleSet, Catalog catalog, RulePlan? before = null)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in ruleSet.Rules)
        {
            if (!ids.Add(rule.Id))
            {
                throw new ArgumentException($"Two rules are named '{rule.Id}'.", nameof(ruleSet));
            }

            Check(rule, catalog);
            CheckParts(rule, catalog);
        }

        var byKind = ruleSet.Rules.ToLookup(r => r.Kind);
        var layouts = new int[catalog.Kinds.Count];
        var plans = new KindPlan[2 * layouts.Length];
        var votes = 0;
        for (var k = 0; k < layouts.Length; k++)
        {
            KindPlan? old = before?.OfKind(k);
            Rule[] rules = [.. byKind[k]];
            var plan = old is not null && old.IsOf(rules) && (old.Votes.Length == 0 || old.Votes[0].Number == votes)
                ? old : CompileKind(rules, catalog.Kinds[k].Quantities.Count, votes);
            votes += plan.Votes.Length;
            var layout = before?.LayoutOf(k) ?? k;
            var other = (layout + layouts.Length) % plans.Length;
            var isMoved = old is not null && !plan.IsLaidOutAs(old);
            layouts[k] = isMoved ? other : layout;
            plans[layouts[k]] = plan;

            // Where a device is that has not moved yet: its series lie as ever, its silences are listened for by the rules in force.
            plans[isMoved ? layout : other] = (isMoved ? old : before?.Layouts[other])?.With(plan.Absents) ?? KindPlan.None;
        }

        return new RulePlan(ruleSet, plans, layouts, catalog.FindKind(Catalog.GatewayKind), before?.NextGeneration ?? 1);
    }

    private static KindPlan CompileKind(Rule[] rules, int quantityCount, int votesBefore)
    {
        var absents = rules.Where(r => r.Function == WindowFunction.Absent).Select(r => new CompiledRule(r)).ToArray();
        var combined = rules.Where(r => r.Combination != Combination.None).OrderBy(r => r.Id, StringComparer.Ordinal)
            .Select((r, i) => new CombinedRule(new CompiledRule(r), i)).ToArray();
        var votes = rules.Where(r => r.Function == WindowFunction.Votes).OrderBy(r => r.Id, StringComparer.Ordinal)
            .Select((r, i) => new VotesRule(new CompiledRule(r), i, votesBefore + i)).ToArray();
        var quantities = new QuantityPlan?[quantityCount];
        var offset = 0;
        for (var q = 0; q < quantityCount; q++)
        {
            var alive = Enumerable.Range(0, absents.Length)
                .Where(i => absents[i].Rule.AnyQuantity || absents[i].Rule.Quantity == q).ToArray();
            var banded = rules.Where(r => r.Function is not (WindowFunction.Absent or WindowFunction.Votes) && r.Combination == Combination.None && r.Quantity == q)
                .OrderBy(r => r.Function).ThenBy(r => r.WindowMicros).ThenBy(r => r.Share).ThenBy(r => r.Id, StringComparer.Ordinal)
                .Select(r => new CompiledRule(r)).ToArray();
            var partOf = combined.Where(c => c.Rule.Rule.Parts.Any(p => p.Quantity == q)).ToArray();
            var votesOn = votes.Where(v => v.Rule.Rule.Quantity == q).ToArray();
            if (banded.Length + alive.Length + partOf.Length + votesOn.Length > 0)
            {
                quantities[q] = new QuantityPlan(q, offset++, banded, alive, partOf, votesOn);
            }
        }

        foreach (var rule in combined)
        {
            rule.Place(quantities);
        }

        return new KindPlan(rules, quantities, absents, combined, votes);
    }

    private static void CheckParts(Rule rule, Catalog catalog)
    {
        foreach (var part in rule.Parts)
        {
            Check(part with { Id = rule.Id }, catalog);
        }

        if ((rule.Combination == Combination.None) != (rule.Parts.Count == 0)
            || rule.Parts.Any(p => p.Kind != rule.Kind || p.Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Votes || p.Parts.Count > 0 || p.During is not null
                || !p.Bands.Select(b => b.Severity).SequenceEqual(rule.Bands.Select(b => b.Severity))))
        {
            throw new ArgumentException($"Rule '{rule.Id}' has parts that do not fit together.", nameof(rule));
        }

        if (rule.IsSequence()
            ? rule.Parts.Count != 2 || rule.Bands.Count != 1 || rule.WithinMicros <= 0 || (rule.Combination == Combination.ThenNot && rule.HoldMicros != rule.WithinMicros)
            : rule.WithinMicros != 0)
        {
            throw new ArgumentException($"Rule '{rule.Id}' is no sequence that can be.", nameof(rule));
        }
    }

    private static void Check(Rule rule, Catalog catalog)
    {
        if ((uint)rule.Kind >= (uint)catalog.Kinds.Count || (uint)rule.Quantity >= (uint)catalog.Kinds[rule.Kind].Quantities.Count)
        {
            throw new ArgumentException($"Rule '{rule.Id}' is about no kind or quantity of the catalog.", nameof(rule));
        }

        if (rule.Bands.Count is 0 or > CompiledRule.BandsMax || rule.Bands.DistinctBy(b => b.Severity).Count() != rule.Bands.Count
            || rule.Bands.Any(b => b.Severity == Severity.Normal))
        {
            throw new ArgumentException($"Rule '{rule.Id}' needs 1 to {CompiledRule.BandsMax} bands, each of its own severity.", nameof(rule));
        }

        var hasNoWindow = rule.Function is WindowFunction.Last or WindowFunction.Code or WindowFunction.Stuck;
        if (rule.WindowMicros < 0 || (rule.WindowMicros == 0 && !hasNoWindow)
            || rule.HoldMicros < 0 || rule.ClearHoldMicros < 0 || !(rule.Deadband >= 0))
        {
            throw new ArgumentException($"Rule '{rule.Id}' has a window, hold or deadband that cannot be.", nameof(rule));
        }

        if (rule.Function switch
        {
            WindowFunction.Times => rule.Times < 1,
            WindowFunction.Votes => rule.Times < 2 || rule.Place is < Place.District or > Place.Grid,
            WindowFunction.Quantile => rule.Share is not (>= 0 and <= 1),
            WindowFunction.Code => rule.Codes.Count == 0 || rule.Bands.Count > 1,
            WindowFunction.Stuck => rule.Bands.Count > 1,
            _ => false,
        })
        {
            throw new ArgumentException($"Rule '{rule.Id}' has a count, share, codes or bands that cannot be.", nameof(rule));
        }
    }
}
