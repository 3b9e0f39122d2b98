using System.Text;

namespace PingAnIoT.Alerts.Tests;

/// <summary>docs/life-cycle.md shows the table that the ledger reads, and not another one; docs/scenarios.md shows scenarios that come true.</summary>
public sealed class LifeCycleDocTests
{
    [Fact]
    public void The_table_of_steps_is_the_ledgers() => Between("steps").Should().Be(Steps());

    [Fact]
    public void The_needs_are_what_refusals_say() => Between("needs").Should().Be(Needs());

    [Fact]
    public async Task The_scenarios_of_the_page_about_them_go_as_they_are_written()
    {
        var scenarios = Page("scenarios.md").Split("```\nscenario ")[1..].SelectMany(s => TimelineFile.Read("scenarios.md", "scenario " + s.Split("```")[0])).ToList();
        scenarios.Should().HaveCount(2);
        foreach (var scenario in scenarios)
        {
            await using var player = new TimelinePlayer(scenario);
            await player.PlayAsync();
        }
    }

    [Fact]
    public void The_policy_of_the_page_has_no_errors() =>
        PolicyFile.Parse(Page().Split("```yaml\n")[1].Split("```")[0], "life-cycle.md").Errors.Should().BeEmpty();

    private static string Steps()
    {
        var text = new StringBuilder("| step | from | to | needs |\n|---|---|---|---|\n");
        foreach (var group in WorkTable.Steps.GroupBy(s => (s.Action, To: s.To == s.From ? "" : Word(s.To), s.Needs)))
        {
            var needs = Enum.GetValues<StepNeeds>().Where(n => n != StepNeeds.Nothing && group.Key.Needs.HasFlag(n)).Select(Name);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{WireNames.Of(group.Key.Action)}` | {string.Join(", ", group.Select(s => Word(s.From)))} | {group.Key.To} | {string.Join(", ", needs)} |\n");
        }

        return text.ToString();
    }

    private static string Needs() => "| need | a refusal says |\n|---|---|\n" + string.Concat(
        Enum.GetValues<StepNeeds>().Where(n => n != StepNeeds.Nothing).Select(n => $"| {Name(n)} | {WorkTable.Say(n)} |\n"));

    private static string Name(StepNeeds need) => string.Concat(need.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static string Word(WorkState state) => state.ToString().ToLowerInvariant();

    private static string Between(string mark) => Page().Split($"<!-- {mark} -->\n")[1].Split($"<!-- /{mark} -->")[0];

    private static string Page(string name = "life-cycle.md")
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent!;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", name));
    }
}
