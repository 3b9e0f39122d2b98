namespace PingAnIoT.Rules.Tests;

/// <summary>Rules that do not fit the catalog, themselves or each other are refused by name; what is just within is taken.</summary>
public sealed class RulePlanTests
{
    private const string NotOfTheCatalog = "Rule 'high' is about no kind or quantity of the catalog.*";
    private const string Bands = "Rule 'high' needs 1 to 4 bands, each of its own severity.*";
    private const string Window = "Rule 'high' has a window, hold or deadband that cannot be.*";
    private const string Count = "Rule 'high' has a count, share, codes or bands that cannot be.*";
    private const string Parts = "Rule 'high' has parts that do not fit together.*";
    private const string Sequence = "Rule 'high' is no sequence that can be.*";

    private static readonly Rule Plain = Scenario.Rule();
    private static readonly Band[] Five = [.. new[] { Severity.Fault, Severity.Red, Severity.Yellow, Severity.Green, Severity.Fault }.Select(s => new Band(s, Comparison.Above, 1, null))];
    private static readonly Rule All = Plain with { Combination = Combination.All, Parts = [Plain, Plain] };
    private static readonly Rule Then = All with { Combination = Combination.Then, WithinMicros = 5 };
    private static readonly Rule ThenNot = Then with { Combination = Combination.ThenNot, HoldMicros = 5 };
    private static readonly Rule Mean = Scenario.Rule(function: WindowFunction.Mean, window: "1s");

    // What is changed, what is said of it; nothing where it is taken.
    private static readonly (string What, Rule Rule, string? Refused)[] Table =
    [
        ("as it is", Plain, null),
        ("no kind", Plain with { Kind = -1 }, NotOfTheCatalog),
        ("last kind", Plain with { Kind = Catalog.Default.Kinds.Count - 1, Quantity = 0 }, null),
        ("kind beyond", Plain with { Kind = Catalog.Default.Kinds.Count }, NotOfTheCatalog),
        ("no quantity", Plain with { Quantity = -1 }, NotOfTheCatalog),
        ("last quantity", Plain with { Quantity = Catalog.Default.Kinds[0].Quantities.Count - 1 }, null),
        ("quantity beyond", Plain with { Quantity = Catalog.Default.Kinds[0].Quantities.Count }, NotOfTheCatalog),
        ("no band", Plain with { Bands = [] }, Bands),
        ("four bands", Plain with { Bands = Five[..4] }, null),
        ("five bands", Plain with { Bands = Five }, Bands),
        ("a band twice", Plain with { Bands = [Five[0], Five[4]] }, Bands),
        ("a band of normal", Plain with { Bands = [new Band(Severity.Normal, Comparison.Above, 1, null)] }, Bands),
        ("window below nothing", Plain with { WindowMicros = -1 }, Window),
        ("mean of no window", Mean with { WindowMicros = 0 }, Window),
        ("mean of the shortest", Mean with { WindowMicros = 1 }, null),
        ("code without window", Plain with { Function = WindowFunction.Code, Codes = [new CodeRange(1, 2)] }, null),
        ("stuck without window", Plain with { Function = WindowFunction.Stuck }, null),
        ("hold below nothing", Plain with { HoldMicros = -1 }, Window),
        ("clear hold below nothing", Plain with { ClearHoldMicros = -1 }, Window),
        ("deadband below nothing", Plain with { Deadband = -1 }, Window),
        ("no deadband", Plain with { Deadband = double.NaN }, Window),
        ("times none", Mean with { Function = WindowFunction.Times, Times = 0 }, Count),
        ("times one", Mean with { Function = WindowFunction.Times, Times = 1 }, null),
        ("one vote", Mean with { Function = WindowFunction.Votes, Times = 1, Place = Place.Grid }, Count),
        ("two votes", Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.Grid }, null),
        ("votes of a district", Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.District }, null),
        ("votes of nowhere", Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.None }, Count),
        ("votes of less than a grid", Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.Grid + 1 }, Count),
        ("share 0", Mean with { Function = WindowFunction.Quantile, Share = 0 }, null),
        ("share 1", Mean with { Function = WindowFunction.Quantile, Share = 1 }, null),
        ("share below", Mean with { Function = WindowFunction.Quantile, Share = -0.01 }, Count),
        ("share above", Mean with { Function = WindowFunction.Quantile, Share = 1.01 }, Count),
        ("share that is none", Mean with { Function = WindowFunction.Quantile, Share = double.NaN }, Count),
        ("no codes", Plain with { Function = WindowFunction.Code }, Count),
        ("codes of two colours", Plain with { Function = WindowFunction.Code, Codes = [new CodeRange(1, 2)], Bands = Five[..2] }, Count),
        ("stuck in two colours", Plain with { Function = WindowFunction.Stuck, Bands = Five[..2] }, Count),
        ("all", All, null),
        ("all of none", All with { Parts = [] }, Parts),
        ("parts of nothing", All with { Combination = Combination.None }, Parts),
        ("a part that cannot be", All with { Parts = [Plain, Plain with { WindowMicros = -1 }] }, Window),
        ("a part of another kind", All with { Parts = [Plain, Plain with { Kind = 1, Quantity = 0 }] }, Parts),
        ("a part that is silent", All with { Parts = [Plain, Mean with { Function = WindowFunction.Absent }] }, Parts),
        ("a part that is stuck", All with { Parts = [Plain, Plain with { Function = WindowFunction.Stuck }] }, Parts),
        ("a part of votes", All with { Parts = [Plain, Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.Grid }] }, Parts),
        ("a part of parts", All with { Parts = [Plain, All] }, Parts),
        ("a part with hours", All with { Parts = [Plain, Plain with { During = new Schedule("UTC", [new WeekRange(0, 1)]) }] }, Parts),
        ("a part of another colour", All with { Parts = [Plain, Plain with { Bands = Five[2..3] }] }, Parts),
        ("all within", All with { WithinMicros = 1 }, Sequence),
        ("then", Then, null),
        ("then not", ThenNot, null),
        ("then of three", Then with { Parts = [Plain, Plain, Plain] }, Sequence),
        ("then in two colours", Then with { Bands = Five[..2], Parts = [Plain with { Bands = Five[..2] }, Plain with { Bands = Five[..2] }] }, Sequence),
        ("then at once", Then with { WithinMicros = 0 }, Sequence),
        ("then with a hold", Then with { HoldMicros = 9 }, null),
        ("then not with another hold", ThenNot with { HoldMicros = 9 }, Sequence),
    ];

    [Fact]
    public void What_cannot_be_is_refused()
    {
        foreach (var (what, rule, refused) in Table)
        {
            var compile = () => RulePlan.Compile(new RuleSet([rule]), Catalog.Default);
            if (refused is null)
            {
                compile.Should().NotThrow(what);
            }
            else
            {
                compile.Should().Throw<ArgumentException>(what).WithMessage(refused, what);
            }
        }

        var twice = () => RulePlan.Compile(new RuleSet([Plain, Mean]), Catalog.Default);
        twice.Should().Throw<ArgumentException>().WithMessage("Two rules are named 'high'.*");
    }

    [Fact]
    public void Generations_go_round_and_leave_out_none_at_all()
    {
        var plan = RulePlan.Compile(new RuleSet([Plain]), Catalog.Default);
        for (var turn = 0; turn < 600; turn++)
        {
            plan.Generation.Should().Be((byte)((turn % 255) + 1), "after {0} changes", turn);
            plan = RulePlan.Compile(new RuleSet([Plain]), Catalog.Default, plan);
        }
    }

    [Fact]
    public void A_kind_of_which_no_rule_changed_keeps_its_plan_and_one_that_lies_otherwise_takes_the_other_layout()
    {
        var other = Plain with { Id = "other", Kind = 1, Quantity = 0 };
        var first = RulePlan.Compile(new RuleSet([Plain, other]), Catalog.Default);
        var second = RulePlan.Compile(new RuleSet([Plain with { HoldMicros = 1 }, other with { Version = other.Version }]), Catalog.Default, first);
        second.OfKind(1).Should().BeSameAs(first.OfKind(1));
        second.OfKind(0).Should().NotBeSameAs(first.OfKind(0));
        second.LayoutOf(0).Should().Be(first.LayoutOf(0), "its series lie as they did");

        var third = RulePlan.Compile(new RuleSet([Plain with { Quantity = 1 }, other]), Catalog.Default, second);
        (third.IsGivenUp(second.LayoutOf(0)), third.IsGivenUp(third.LayoutOf(0)), third.IsGivenUp(third.LayoutOf(1))).Should().Be((true, false, false));
        third.KindOf(third.LayoutOf(0)).Should().Be(0);
        third.Find(second.LayoutOf(0), 0).Should().BeNull("what has not moved is found by nothing");
        third.Find(third.LayoutOf(0), 1).Should().NotBeNull();
        third.Find(third.LayoutOf(0), ushort.MaxValue).Should().BeNull();
        second.Find(second.LayoutOf(0), (ushort)Catalog.Default.Kinds.Max(k => k.Quantities.Count)).Should().BeNull("that is where another layout begins");
        var onlySecond = RulePlan.Compile(new RuleSet([Plain with { Quantity = 1 }]), Catalog.Default);
        (onlySecond.Find(0, 0), onlySecond.Find(0, ushort.MaxValue)).Should().Be((null, null));
        third.Layouts[second.LayoutOf(0)].Series.Should().Equal(second.OfKind(0).Series);
    }

    /// <summary>Where nothing is changed the plan stays as it is, though a rule file was read again and its lists are others.</summary>
    [Fact]
    public void Any_word_of_a_rule_that_is_another_makes_another_plan()
    {
        var during = new Schedule("UTC", [new WeekRange(0, 5)]);
        var rule = All with { During = during, Codes = [new CodeRange(1, 2)] };
        var plan = RulePlan.Compile(new RuleSet([rule]), Catalog.Default);
        Rule[] same = [rule with { Bands = [.. rule.Bands], Codes = [.. rule.Codes], Parts = [.. rule.Parts.Select(p => p with { Bands = [.. p.Bands] })], During = new Schedule("UTC", [.. during.Ranges]) }];
        RulePlan.Compile(new RuleSet(same), Catalog.Default, plan).OfKind(0).Should().BeSameAs(plan.OfKind(0));
        foreach (var other in new[]
        {
            rule with { TitleEn = "other" }, rule with { Version = "00000002" }, rule with { HoldMicros = 1 }, rule with { Deadband = 1 },
            rule with { Codes = [new CodeRange(1, 3)] }, rule with { During = null }, rule with { During = new Schedule("UTC", [new WeekRange(0, 6)]) },
            rule with { Bands = [rule.Bands[0] with { Threshold = 91 }] }, rule with { Parts = [Plain] }, rule with { Parts = [Plain, Plain, Plain] },
            rule with { Parts = [Plain, Plain with { Deadband = 1 }] }, rule with { Parts = [Plain, Plain with { Bands = [Plain.Bands[0] with { Threshold = 91 }] }] },
        })
        {
            RulePlan.Compile(new RuleSet([other]), Catalog.Default, plan).OfKind(0).Should().NotBeSameAs(plan.OfKind(0), "{0}", other);
        }

        RulePlan.Compile(new RuleSet([rule, Plain with { Id = "more" }]), Catalog.Default, plan).OfKind(0).Should().NotBeSameAs(plan.OfKind(0));
    }

    [Fact]
    public void Rules_over_places_are_numbered_through_all_kinds_and_keep_their_plans_with_their_numbers()
    {
        var votes = Mean with { Function = WindowFunction.Votes, Times = 2, Place = Place.Grid };
        Rule[] two = [votes, votes with { Id = "other", Kind = 1, Quantity = 0 }];
        var first = RulePlan.Compile(new RuleSet(two), Catalog.Default);
        var second = RulePlan.Compile(new RuleSet(two), Catalog.Default, first);
        (ReferenceEquals(second.OfKind(0), first.OfKind(0)), ReferenceEquals(second.OfKind(1), first.OfKind(1))).Should().Be((true, true));
        var third = RulePlan.Compile(new RuleSet([.. two, votes with { Id = "another" }]), Catalog.Default, second);
        foreach (var plan in new[] { first, second, third })
        {
            plan.Votes.Select(v => v.Number).Should().Equal(Enumerable.Range(0, plan.RuleSet.Rules.Count));
        }

        third.Votes.Select(v => v.Rule.Rule.Id).Should().Equal("another", "high", "other");
    }
}
