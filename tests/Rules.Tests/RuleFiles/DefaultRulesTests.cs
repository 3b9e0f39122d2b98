namespace PingAnIoT.Rules.Tests;

public class DefaultRulesTests
{
    private static IReadOnlyList<Rule> Rules()
    {
        var result = RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default);
        string.Join("\n", result.Errors).Should().BeEmpty();
        return result.RuleSet!.Rules;
    }

    [Fact]
    public void Are_valid_and_as_many_as_an_officer_can_know() => Rules().Count.Should().BeInRange(20, 40);

    [Theory]
    [InlineData("gas-pipe")]
    [InlineData("elevator")]
    [InlineData("smoke-detector")]
    [InlineData("charging-pile")]
    public void Every_kind_can_turn_every_colour_and_be_missed(string kind)
    {
        var rules = Rules().Where(r => Catalog.Default.Kinds[r.Kind].Name == kind).ToList();
        rules.SelectMany(r => r.Bands).Select(b => b.Severity).Distinct()
            .Should().BeEquivalentTo([Severity.Red, Severity.Yellow, Severity.Green, Severity.Fault]);
        rules.Should().ContainSingle(r => r.Function == WindowFunction.Absent && r.AnyQuantity);
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
