using System.Text.RegularExpressions;
using RuleScenario = PingAnIoT.Rules.Scenario;

namespace PingAnIoT.Rules.Tests;

/// <summary>Every example in docs/rules.md is run.</summary>
public partial class RulesDocumentTests
{
    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence { get; }

    private static List<string> Blocks(string language) =>
        [.. Fence.Matches(Resources.Text("rules.md")).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["text"].Value)];

    private static IEnumerable<Rule> Examples => Blocks("yaml").SelectMany(b => Parse(b).Rules);

    private static List<RuleScenario> Scenarios => [.. Blocks("scenario").SelectMany(b =>
    {
        var result = RuleScenario.Parse(b, "rules.md", Catalog.Default);
        string.Join("\n", result.Errors).Should().BeEmpty();
        return result.Scenarios;
    })];

    private static RuleSet Defaults => RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).RuleSet!;

    [Fact]
    public void Every_yaml_example_is_a_valid_rule_file_and_raised_by_a_scenario_beside_it()
    {
        var told = Scenarios.SelectMany(s => s.Steps).SelectMany(s => s.Expected).Where(e => e.To != Severity.Normal).Select(e => e.RuleId).ToHashSet();
        Examples.Should().HaveCountGreaterThanOrEqualTo(14);
        Examples.Select(r => r.Id).Where(id => !told.Contains(id)).Should().BeEmpty();
    }

    /// <summary>An example may have the id of a default rule and mean something else: it is the example that is tried.</summary>
    [Fact]
    public void Every_scenario_example_comes_out_as_told()
    {
        var rules = new RuleSet([.. Examples.Concat(Defaults.Rules).DistinctBy(r => r.Id)]);
        string.Join("\n", Scenarios.SelectMany(s => s.Run(rules, Catalog.Default))).Should().BeEmpty();
    }

    [Fact]
    public void The_errors_shown_are_the_errors_given()
    {
        string[] changes = ["yelow: \"> 450\"", "when: means(60s)", "yellow: \"> 490\""];
        var given = changes.Select(change => "rules.yaml:" + ErrorTable.Actual(change));
        Blocks("").Should().Contain(string.Join('\n', given) + "\n");
    }

    private static RuleSet Parse(string text)
    {
        var result = RuleFile.Parse(text, "rules.md", Catalog.Default);
        string.Join("\n", result.Errors).Should().BeEmpty();
        return result.RuleSet!;
    }
}
