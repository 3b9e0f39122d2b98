using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server.Tests;

/// <summary>
/// No change of the default rules goes without its scorecard difference: <c>rules/default.scorecard.json</c> is that of <c>rules/default.yaml</c> for the run below. When
/// another comes out, the test fails and prints what is different; the command that it names accepts the new one, and the commit shows it.
/// </summary>
public sealed class DefaultScorecardTests
{
    private const string Run = "--fleet district --minutes 90 --acceleration 2000 --seed 7";
    private const string Accept = "ACCEPT_SCORECARD=1 dotnet run -c Release --project tests/Server.Tests -- --filter-class '*DefaultScorecardTests'";
    private const string Hash = "rulesSha256";

    [Fact]
    public async Task The_scorecard_of_the_default_rules_is_the_accepted_one()
    {
        var card = Score(DefaultRules.Text);
        if (Environment.GetEnvironmentVariable("ACCEPT_SCORECARD") == "1")
        {
            var json = JsonNode.Parse(ScorecardJson.Write(card))!.AsObject();
            json.Insert(0, Hash, HashOf(DefaultRules.Text));
            await File.WriteAllTextAsync(CardFile(), json.ToJsonString(new() { WriteIndented = true }) + "\n", TestContext.Current.CancellationToken);
        }

        var accepted = await AcceptedAsync();
        var difference = ScorecardDifference.Of(accepted.Card, card).Text();
        var cause = accepted.Hash == HashOf(DefaultRules.Text) ? "The rules are those of the card: what changed is the simulator, the engine or the scoring." : "The rules are not those of the card.";
        difference.Trim().Should().Be("no difference", $"rules/default.scorecard.json tells what the default rules do. {cause} If it is meant to be so: {Accept}\n{difference}");
    }

    /// <summary>So that the test above is not blind.</summary>
    [Theory]
    [InlineData("elevator-entrapment")]
    [InlineData("gas-pipe-valve-shut")]
    public async Task A_rule_that_is_gone_is_named_in_the_difference(string rule)
    {
        var difference = ScorecardDifference.Of((await AcceptedAsync()).Card, Score(VirtualScoreTests.Without(rule)));
        difference.Differences.Should().BeEmpty();
        difference.Rules.Should().Contain(r => r.Of == rule && r.Before > 0 && r.After == null);
        difference.Text().Should().Contain(rule);
    }

    /// <summary>What <c>pinganiot simulate --virtual</c> plays; without stories and without what differs from run to run.</summary>
    private static Scorecard Score(string rules)
    {
        var (choice, command) = (new FleetChoice(), new Command("score"));
        choice.AddTo(command);
        var plan = choice.Read(command.Parse(Run), null, TextWriter.Null)!;
        var set = RuleFile.Parse(rules, DefaultRules.FileName, Catalog.Default).RuleSet!;
        var card = VirtualScore.Of(plan, set, 0, TimeProvider.System, null, TestContext.Current.CancellationToken);
        return card with { Run = card.Run with { ElapsedSeconds = 0 }, Stories = [], FalseAlerts = [] };
    }

    private static async Task<(string? Hash, Scorecard Card)> AcceptedAsync()
    {
        var json = await File.ReadAllTextAsync(CardFile(), TestContext.Current.CancellationToken);
        return (JsonNode.Parse(json)![Hash]?.GetValue<string>(), ScorecardJson.Read(json, out _)!);
    }

    private static string HashOf(string rules) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rules.ReplaceLineEndings("\n"))));

    private static string CardFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "rules", "default.scorecard.json");
    }
}
