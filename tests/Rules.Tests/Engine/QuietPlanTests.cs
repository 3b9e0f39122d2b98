using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>What a quantity's readings need besides their place in the window: no less than its rules ask for, and no more, or each reading would pay for it.</summary>
public sealed class QuietPlanTests
{
    private const long Lateness = 2_000_000;
    private static readonly int Pressure = Scenario.Rule().Quantity;
    private static readonly int Methane = Scenario.Rule(quantity: "methane").Quantity;
    private static readonly Rule Delta = Scenario.Rule("delta", WindowFunction.Delta, "10s", bands: [new Band(Severity.Red, Comparison.Above, 15, null)]);
    private static readonly Schedule Hours = new("UTC", [new WeekRange(0, 1)]);

    /// <summary>Where no rule is over several quantities all of them rest.</summary>
    private const QuietNeeds None = QuietNeeds.CombinedRest;
    private const QuietNeeds Combined = QuietNeeds.Combined | QuietNeeds.CombinedRest;

    private static readonly (string What, Rule[] Rules, int Quantity, QuietNeeds Needs, CombinedRest RestNeeded)[] Table =
    [
        ("a threshold", [Scenario.Rule()], Pressure, None, CombinedRest.Unknown),
        ("a mean", [Scenario.Rule(function: WindowFunction.Mean, window: "10s")], Pressure, None, CombinedRest.Unknown),
        ("a difference", [Delta], Pressure, QuietNeeds.Computed | None, CombinedRest.Unknown),
        ("another's difference", [Scenario.Rule(), Delta with { Quantity = Methane }], Pressure, None, CombinedRest.Unknown),
        ("stuck", [Scenario.Rule(function: WindowFunction.Stuck)], Pressure, QuietNeeds.Computed | QuietNeeds.Stuck | QuietNeeds.KeepsNewest | None, CombinedRest.Unknown),
        ("a set-point", [Scenario.Rule(bands: [new Band(Severity.Red, Comparison.Above, 1, "limit")])], Pressure, QuietNeeds.SetPoints | None, CombinedRest.Unknown),
        ("a set-point beside a number", [Scenario.Rule(), Scenario.Rule("own", bands: [new Band(Severity.Red, Comparison.Above, 1, "limit")])], Pressure, QuietNeeds.SetPoints | None, CombinedRest.Unknown),
        ("any silence", [Scenario.Absent("a", "10s")], Methane, QuietNeeds.Absents | None, CombinedRest.Unknown),
        ("its own silence", [Scenario.Absent("a", "10s", anyQuantity: false)], Pressure, QuietNeeds.Absents | QuietNeeds.OwnAbsents | None, CombinedRest.Unknown),
        ("another's silence", [Scenario.Rule(quantity: "methane"), Scenario.Absent("a", "10s", anyQuantity: false)], Methane, None, CombinedRest.Unknown),
        ("votes", [Scenario.Rule("v", WindowFunction.Votes, "10s") with { Times = 2, Place = Place.Grid }], Pressure, QuietNeeds.Votes | None, CombinedRest.Unknown),
        ("all", [Scenario.Combined("c", Combination.All)], Pressure, Combined, CombinedRest.NoState),
        ("another's all", [Scenario.Combined("c", Combination.All), Scenario.Rule(quantity: "flow")], Scenario.Rule(quantity: "flow").Quantity, None, CombinedRest.Unknown),
        ("any", [Scenario.Combined("c", Combination.Any)], Methane, Combined, CombinedRest.NoState),
        ("any that keeps hours", [Scenario.Combined("c", Combination.Any) with { During = Hours }], Methane, QuietNeeds.Combined, CombinedRest.Never),
        ("all that keep hours", [Scenario.Combined("c", Combination.All) with { During = Hours }], Methane, Combined, CombinedRest.NoState),
        ("the first of a sequence", [Then()], Pressure, Combined | QuietNeeds.SequenceFirst, CombinedRest.All),
        ("the second", [Then()], Methane, Combined, CombinedRest.NoState),
        ("a first that has no value at first", [Then(Delta)], Pressure, QuietNeeds.Combined | QuietNeeds.SequenceFirst | QuietNeeds.Computed, CombinedRest.Never),
        ("one that rests and one that does not", [Scenario.Combined("a", Combination.All), Then(Delta)], Pressure, QuietNeeds.Combined | QuietNeeds.SequenceFirst | QuietNeeds.Computed, CombinedRest.Never),
    ];

    private static Rule Then(Rule? first = null) => Scenario.Combined("then", Combination.Then) with
    {
        WithinMicros = 5_000_000, Parts = [first ?? Scenario.Rule(), Scenario.Rule(quantity: "methane")],
    };

    [Fact]
    public void Each_needs_what_its_rules_ask_for_and_no_more()
    {
        foreach (var (what, rules, quantity, needs, rest) in Table)
        {
            var plan = RulePlan.Compile(new RuleSet(rules), Catalog.Default, null, Lateness);
            ref readonly var quiet = ref plan.Quiet[quantity];
            (quiet.Needs, quiet.RestNeeded).Should().Be((needs, rest), what);
            quiet.NewestKept.Should().Be(needs.HasFlag(QuietNeeds.KeepsNewest) ? 1 : 0, what);
        }
    }

    [Fact]
    public void A_gateways_own_quantity_is_one()
    {
        var kind = Catalog.Default.FindKind(Catalog.GatewayKind);
        var plan = RulePlan.Compile(new RuleSet([Scenario.Rule() with { Kind = kind, Quantity = 0 }, Scenario.Rule("other")]), Catalog.Default);
        (plan.Quiet[kind * plan.Stride].Has(QuietNeeds.Gateway), plan.Quiet[Pressure].Has(QuietNeeds.Gateway)).Should().Be((true, false));
    }

    /// <summary>What one quantity needs some quantity needs, whatever the others need.</summary>
    [Fact]
    public void The_plan_knows_what_any_quantity_needs()
    {
        var plan = RulePlan.Compile(new RuleSet([Delta, Delta with { Id = "other", Quantity = Methane }, Delta with { Id = "third", Kind = 1, Quantity = 0 }, Delta with { Id = "fourth", Kind = 1, Quantity = 1 }]), Catalog.Default);
        (plan.Has(QuietNeeds.Computed), plan.Has(QuietNeeds.Votes)).Should().Be((true, false));
    }

    [Theory]
    [InlineData("1s", Lateness)]
    [InlineData("2s", Lateness)]
    [InlineData("10s", 10_000_000 - 1)]
    public void As_long_is_kept_as_the_longest_window_or_the_lateness_needs(string window, long kept) =>
        RulePlan.Compile(new RuleSet([Scenario.Rule("a", WindowFunction.Mean, window), Scenario.Rule("b", WindowFunction.Max, "1s")]), Catalog.Default, null, Lateness)
            .Quiet[Pressure].KeptMicros.Should().Be(kept);

    [Fact]
    public void Parts_on_other_quantities_and_seconds_restrain_nothing_and_of_all_one_does()
    {
        var twice = Scenario.Combined("c", Combination.Any) with { Parts = [Scenario.Rule(), Delta, Scenario.Rule(quantity: "methane")] };
        Restraints(twice, Pressure).Should().Equal(WindowFunction.Last, WindowFunction.Delta);
        Restraints(twice with { Combination = Combination.All }, Pressure).Should().Equal(WindowFunction.Last);
        Restraints(twice with { Combination = Combination.All, Parts = [Delta, Scenario.Rule()] }, Pressure).Should().Equal([WindowFunction.Last], "what lies within its readings is cheaper");
        Restraints(twice, Methane).Should().Equal(WindowFunction.Last);
        Restraints(Then() with { Parts = [Delta, Scenario.Rule()] }, Pressure).Should().Equal(WindowFunction.Delta);
        Restraints(Then(), Methane).Should().BeEmpty();

        static IEnumerable<WindowFunction> Restraints(Rule rule, int quantity) => new CombinedRule(new CompiledRule(rule), 0).Restraints(quantity).Select(w => w.Function);
    }

    /// <summary>A window that one rule looks at always is looked at always.</summary>
    [Fact]
    public void A_window_keeps_the_hours_of_its_rules_only_where_all_keep_some()
    {
        var kept = Delta with { Id = "kept", During = Hours };
        var both = Scenario.Combined("both", Combination.All) with { Parts = [Delta, Scenario.Rule(quantity: "methane")] };
        var windows = RulePlan.Compile(new RuleSet([kept, both]), Catalog.Default).OfKind(0).Series[0].Computed;
        windows.Should().ContainSingle().Which.Hours.Should().BeNull();
        RulePlan.Compile(new RuleSet([kept]), Catalog.Default).OfKind(0).Series[0].Computed[0].Hours.Should().ContainSingle();
        new WindowPlan([new CompiledRule(kept)], 0, 1).And(new WindowPlan([new CompiledRule(kept)], 0, 1)).Hours.Should().HaveCount(2);
        new WindowPlan([new CompiledRule(kept), new CompiledRule(Delta)], 0, 2).Hours.Should().BeNull();
    }

    /// <summary>No value within crosses a band, the next one beyond does, and where there is one band there is something within.</summary>
    [Fact]
    public void Just_beyond_where_nothing_is_crossed_something_is() => Gen.Select(
        Gen.Select(Gen.Enum<Comparison>(), Gen.Int[-3, 3]).Array[1, 3], Gen.Int[0, 2], Gen.Int[-2, 2], Gen.Int[0, 2]).Sample((bands, function, code, deadband) =>
    {
        var severities = new[] { Severity.Red, Severity.Yellow, Severity.Green };
        var isCode = function == 2;
        var rule = new CompiledRule(Scenario.Rule(
            function: isCode ? WindowFunction.Code : WindowFunction.Last, deadband: deadband,
            bands: [.. bands.Take(isCode ? 1 : 3).Select((b, i) => new Band(severities[i], b.Item1, b.Item2, null))]) with { Codes = isCode ? [new CodeRange(code, code + 1)] : [] });
        double bottom = rule.QuietBottom, top = rule.QuietTop;
        foreach (var value in new[] { bottom, top, -4, -3.5, -1, -double.Epsilon, 0, double.Epsilon, 0.5, 1, 3, 4 }.Where(v => v >= bottom && v <= top && double.IsFinite(v)))
        {
            IsCrossed(rule, value).Should().BeFalse("{0} is within {1} to {2}", value, bottom, top);
        }

        (!double.IsFinite(top) || IsCrossed(rule, Math.BitIncrement(top))).Should().BeTrue("{0} is the last", top);
        (!double.IsFinite(bottom) || IsCrossed(rule, Math.BitDecrement(bottom))).Should().BeTrue("{0} is the first", bottom);
        (rule.Bands.Length > 1 || bottom <= top).Should().BeTrue();

        // The same of what violates, as votes are told: but for what is near a number from both sides.
        if (!isCode && bands.All(b => b.Item1 != Comparison.Equal))
        {
            var votes = new VotesRule(rule, 0, 0);
            (!double.IsFinite(votes.QuietTop) || Violates(rule, Math.BitIncrement(votes.QuietTop)) && !(votes.QuietTop >= votes.QuietBottom && Violates(rule, votes.QuietTop))).Should().BeTrue();
            (!double.IsFinite(votes.QuietBottom) || Violates(rule, Math.BitDecrement(votes.QuietBottom)) && !(votes.QuietTop >= votes.QuietBottom && Violates(rule, votes.QuietBottom))).Should().BeTrue();
        }

        if (!isCode && deadband > 0 && bands.Any(b => b.Item1 == Comparison.Equal))
        {
            var votes = new VotesRule(rule, 0, 0);
            (votes.QuietTop < votes.QuietBottom || double.IsNegativeInfinity(votes.QuietTop)).Should().BeTrue("nothing is worth keeping");
        }
    }, iter: 300);

    private static bool IsCrossed(CompiledRule rule, double value) =>
        Verdict.Of(rule, null, value, [new Sample { EventTimeMicros = 1, Value = value }]).IsCrossed(rule);

    private static bool Violates(CompiledRule rule, double value) => Verdict.OfValue(rule, null, value).Violated < rule.Bands.Length;
}
