using RuleScenario = PingAnIoT.Rules.Scenario;

namespace PingAnIoT.Rules.Tests;

public class ScenarioTests
{
    private static RuleSet Defaults => RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).RuleSet!;

    private static IReadOnlyList<RuleScenario> Tables()
    {
        var result = RuleScenario.Parse(Resources.Text("default.scenarios.txt"), "default.scenarios.txt", Catalog.Default);
        string.Join("\n", result.Errors).Should().BeEmpty();
        return result.Scenarios;
    }

    private static string Run(string text)
    {
        var result = RuleScenario.Parse(text, "s", Catalog.Default);
        return string.Join("\n", result.Errors.Concat(result.Scenarios.SelectMany(s => s.Run(Defaults, Catalog.Default))));
    }

    [Fact]
    public void The_default_rules_do_what_their_tables_tell() =>
        string.Join("\n", Tables().SelectMany(s => s.Run(Defaults, Catalog.Default))).Should().BeEmpty();

    [Fact]
    public void Every_default_rule_is_raised_and_ends_in_a_table()
    {
        var told = Tables().SelectMany(s => s.Steps).SelectMany(s => s.Expected).ToList();
        foreach (var rule in Defaults.Rules)
        {
            var severities = told.Where(e => e.RuleId == rule.Id).Select(e => e.To).ToHashSet();
            severities.Should().Contain(rule.Bands.Select(b => b.Severity).Append(Severity.Normal), rule.Id);
        }
    }

    [Theory]
    [InlineData("at 0s elevator/e1/trapped true\nat 20s tick", "s:4:1: x: found elevator-entrapment red @5s; expected nothing")]
    [InlineData("at 0s elevator/e1/trapped true -> elevator-entrapment red", "s:3:1: x: found nothing; expected elevator-entrapment red")]
    [InlineData("at 0s elevator/e1/trapped true\nat 20s tick -> elevator-entrapment yellow", "s:4:1: x: found elevator-entrapment red @5s; expected elevator-entrapment yellow")]
    [InlineData("at 0s elevator/e1/trapped true\nat 20s tick -> elevator-entrapment red @6s", "s:4:1: x: found elevator-entrapment red @5s; expected elevator-entrapment red @6s")]
    [InlineData("at 0s elevator/e1/trapped true\nat 20s tick -> elevator-entrapment red @5s", "")]
    public void A_table_that_tells_something_else_fails_on_its_line(string steps, string failure) =>
        Run("scenario x\nrules elevator-entrapment\n" + steps).Should().Be(failure);

    [Theory]
    [InlineData("", "s:1:1: no scenario in the file; expected 'scenario NAME'")]
    [InlineData("at 0s tick", "s:1:1: 'at' before any scenario; expected 'scenario NAME'")]
    [InlineData("scenario x\natt 0s tick", "s:2:1: found 'att'; did you mean 'at'?")]
    [InlineData("scenario x\nrules gas-pipe-leek", "s:1:1: no rule 'gas-pipe-leek'; did you mean 'gas-pipe-leak'?")]
    [InlineData("scenario x\nat 0s", "s:2:1: expected at TIME KIND/DEVICE/QUANTITY VALUE, or at TIME tick")]
    [InlineData("scenario x\nat noon tick", "s:2:1: 'noon' as a time; expected a whole number with ms, s, m, h or d, such as 500ms, 10s, 5m, 2h or 1d")]
    [InlineData("scenario x\nat 5s tick\nat 1s tick", "s:3:1: 1s after 5s; expected lines in the order of time")]
    [InlineData("scenario x\nat 0s gas-pipe/p1 5", "s:2:1: found 'gas-pipe/p1'; expected KIND/DEVICE/QUANTITY")]
    [InlineData("scenario x\nat 0s gas-pip/p1/methane 5", "s:2:1: unknown kind 'gas-pip'; did you mean 'gas-pipe'?")]
    [InlineData("scenario x\nat 0s gas-pipe/p1/methan 5", "s:2:1: unknown quantity 'methan' of gas-pipe; did you mean 'methane'?")]
    [InlineData("scenario x\nat 0s gas-pipe/p1/methane much", "s:2:1: found 'much'; expected a number, true or false")]
    [InlineData("scenario x\nat 0s tick -> r purple", "s:2:1: found 'r purple'; expected RULE COLOUR [@TIME] after '->', the colour one of red, yellow, green, fault, normal")]
    [InlineData("scenario x\nevery 5s gas-pipe/p1/methane 1", "s:2:1: expected every STEP from TIME to TIME KIND/DEVICE/QUANTITY VALUE")]
    [InlineData("scenario x\ndevice p1", "s:2:1: expected device KIND/DEVICE [via GATEWAY] [in TERRITORY] [SETPOINT=NUMBER ...]")]
    [InlineData("scenario x\ndevice gas-pipe/p1 alarm", "s:2:1: found 'alarm'; expected via GATEWAY, in TERRITORY or SETPOINT=NUMBER")]
    public void Says_what_is_wrong_with_a_table(string text, string error) => Run(text).Split('\n')[0].Should().Be(error);
}
