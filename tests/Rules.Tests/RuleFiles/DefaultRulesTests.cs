using System.Text.RegularExpressions;

namespace PingAnIoT.Rules.Tests;

public partial class DefaultRulesTests
{
    private static IReadOnlyList<Rule> Rules()
    {
        var result = RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default);
        string.Join("\n", result.Errors).Should().BeEmpty();
        return result.RuleSet!.Rules;
    }

    [GeneratedRegex("^  # ---- (?<kind>[a-z-]+): (?<category>[a-z -]+) ----$|^  - id: (?<id>[a-z0-9-]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex HeadingOrId { get; }

    /// <summary>Every rule with the heading it stands below; the headings are comments, so they are read from the text.</summary>
    private static List<(string Kind, string Category, string Id)> Filed()
    {
        var filed = new List<(string Kind, string Category, string Id)>();
        var (kind, category) = ("", "");
        foreach (Match match in HeadingOrId.Matches(DefaultRules.Text.ReplaceLineEndings("\n")))
        {
            if (match.Groups["id"].Success)
            {
                filed.Add((kind, category, match.Groups["id"].Value));
            }
            else
            {
                (kind, category) = (match.Groups["kind"].Value, match.Groups["category"].Value);
            }
        }

        return filed;
    }

    [Fact]
    public void Are_valid_and_as_many_as_an_officer_can_know() => Rules().Count.Should().BeInRange(40, 60);

    [Fact]
    public void Stand_below_a_heading_of_their_kind_over_all_kinds_and_at_least_twenty_risks()
    {
        var filed = Filed();
        filed.Select(f => f.Id).Should().Equal(Rules().Select(r => r.Id));
        foreach (var (kind, category, id) in filed)
        {
            category.Should().NotBeEmpty(id);
            Catalog.Default.Kinds[Rules().Single(r => r.Id == id).Kind].Name.Should().Be(kind, id);
        }

        filed.Select(f => f.Kind).Distinct().Should().BeEquivalentTo(Catalog.Default.Kinds.Select(k => k.Name));
        var risks = filed.Select(f => f.Category).Distinct().Count();
        risks.Should().BeGreaterThanOrEqualTo(20);
        Resources.Text("rules.md").Should().Contain($"{filed.Count} rules over all kinds of devices, below headings that name {risks} risks");
        DefaultRules.Text.Split("# ---- ").Should().HaveCount(filed.DistinctBy(f => (f.Kind, f.Category)).Count() + 1, "no heading is empty, misspelt or said twice");
    }

    [Fact]
    public void What_a_type_test_measures_is_told_from_what_a_room_needs()
    {
        foreach (var rule in Rules().Where(r => r.Bands.Any(b => b.SetPoint is "smoke-alarm" or "heat-alarm")))
        {
            rule.Basis.Should().Contain("type-test values and not used as thresholds").And.Contain("site (example; set on site)");
            rule.Bands.Should().OnlyContain(b => b.SetPoint != null, "each detector has levels of its own");
        }
    }

    [Theory]
    [InlineData("gas-pipe")]
    [InlineData("elevator")]
    [InlineData("smoke-detector")]
    [InlineData("charging-pile")]
    [InlineData("pipe-network")]
    [InlineData("lpg-cylinder")]
    public void Every_kind_can_turn_every_colour_and_be_missed(string kind)
    {
        var rules = Rules().Where(r => Catalog.Default.Kinds[r.Kind].Name == kind).ToList();
        rules.SelectMany(r => r.Bands).Select(b => b.Severity).Distinct()
            .Should().BeEquivalentTo([Severity.Red, Severity.Yellow, Severity.Green, Severity.Fault]);
        rules.Should().ContainSingle(r => r.Function == WindowFunction.Absent && r.AnyQuantity);
    }

    /// <summary>Or a device that reports every ten minutes never raises them. Why the others need not is said at the head of the pack.</summary>
    [Fact]
    public void A_red_that_wants_several_readings_counts_one_that_stands_alone_too()
    {
        var wanting = Rules().Where(r => r.Function == WindowFunction.Times && r.Bands[0].Severity == Severity.Red).ToList();
        foreach (var parts in wanting.Select(r => r.Parts).Where(p => p.Count > 0))
        {
            parts.Select(p => p.Function).Should().Equal(WindowFunction.Times, WindowFunction.Min);
            parts.Select(p => (p.Quantity, p.WindowMicros, p.Deadband)).Distinct().Should().ContainSingle();
            parts[1].Bands.Should().Equal(parts[0].Bands);
        }

        wanting.Where(r => r.Combination != Combination.Any || r.HoldMicros == 0).Select(r => r.Id)
            .Should().Equal("gas-pipe-underpressure", "elevator-overspeed-up", "elevator-overspeed-down");
    }

    [Fact]
    public void A_gateway_that_goes_is_a_fault() =>
        Rules().Should().ContainSingle(r => r.Kind == Catalog.Default.FindKind(Catalog.GatewayKind))
            .Which.Bands.Should().Equal(new Band(Severity.Fault, Comparison.Equal, 0, null));

    [Fact]
    public void Every_number_is_a_verified_clause_or_field_practice_or_marked_as_the_sites()
    {
        string[] verified = ["GB/T 50493-2019", "GB 4715-2024", "EN 54-5", "EN 54-7", "field practice"];
        foreach (var rule in Rules())
        {
            (rule.Basis.Contains("site (example; set on site)", StringComparison.Ordinal)
                || verified.Any(v => rule.Basis.Contains(v, StringComparison.Ordinal))).Should().BeTrue(rule.Id);
        }
    }

    [Fact]
    public void A_rule_is_named_after_its_kind()
    {
        foreach (var rule in Rules())
        {
            rule.Id.Should().StartWith(Catalog.Default.Kinds[rule.Kind].Name + "-");
        }
    }
}
