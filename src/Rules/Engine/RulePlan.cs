namespace PingAnIoT.Rules;

/// <summary>A rule set laid out by kind and quantity. Immutable.</summary>
internal sealed unsafe class RulePlan
{
    // All kinds' quantities in one array, so that a reading costs one step and not three.
    private readonly QuantityPlan?[] table;
    private readonly int[] layouts;
    private readonly QuietNeeds needs;

    private RulePlan(RuleSet ruleSet, KindPlan[] kinds, int[] layouts, int gatewayKind, byte generation, long latenessMicros)
    {
        RuleSet = ruleSet;
        Layouts = kinds;
        Generation = generation;
        this.layouts = layouts;
        Votes = [.. layouts.SelectMany(l => kinds[l].Votes).OrderBy(v => v.Number)];
        Stride = kinds.Select(k => k.Quantities.Length).DefaultIfEmpty(0).Max();
        table = new QuantityPlan?[kinds.Length * Stride];
        Quiet.Grow(table.Length, new QuietPlan());
        foreach (var layout in layouts)
        {
            kinds[layout].Quantities.CopyTo(table, layout * Stride);
            foreach (var quantity in kinds[layout].Series)
            {
                var quiet = new QuietPlan(quantity, kinds[layout], KindOf(layout) == gatewayKind, latenessMicros);
                Quiet[(layout * Stride) + quantity.Quantity] = quiet;
                needs |= quiet.Needs;
            }
        }
    }

    /// <summary>Tells what was seen under these rules from what was seen under those before them; 1 and up.</summary>
    public byte Generation { get; }

    public byte NextGeneration => (byte)((Generation % byte.MaxValue) + 1);

    /// <summary>How many quantities the kind has that has the most.</summary>
    public int Stride { get; }

    /// <summary>By layout times <see cref="Stride"/> plus quantity.</summary>
    public FlatArray<QuietPlan> Quiet { get; } = new();

    /// <summary>Whether some quantity's readings need one of these: a branch on that goes the same way for all, where one on each's own needs would not.</summary>
    public bool Has(QuietNeeds any) => (needs & any) != QuietNeeds.None;

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
    public QuantityPlan? Find(int layout, ushort quantity) => quantity < Stride ? table[(layout * Stride) + quantity] : null;

    /// <summary>The plan of a quantity that a rule watches.</summary>
    /// <param name="quiet">Of <see cref="Quiet"/>.</param>
    public QuantityPlan At(QuietPlan* quiet) => table[quiet - Quiet.Start]!;

    /// <param name="ruleSet">Another rule set.</param>
    /// <param name="catalog">Of its kinds.</param>
    /// <param name="before">What is in force until then; null for nothing. Kinds of which all rules stay as they are keep their plans.</param>
    /// <param name="latenessMicros">As <see cref="EngineOptions.AllowedLatenessMicros"/>.</param>
    /// <exception cref="ArgumentException">The rules do not fit the catalog or each other; rule files are checked before they come here.</exception>
    public static RulePlan Compile(RuleSet ruleSet, Catalog catalog, RulePlan? before = null, long latenessMicros = 0)
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

        return new RulePlan(ruleSet, plans, layouts, catalog.FindKind(Catalog.GatewayKind), before?.NextGeneration ?? 1, latenessMicros);
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
                quantities[q] = new QuantityPlan(q, offset++, banded, alive, alive.Any(i => !absents[i].Rule.AnyQuantity), partOf, votesOn);
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
