using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Server.Tests;

/// <summary><c>rules test</c> as an operator uses it: rules and the tables that tell what they do, in a folder.</summary>
public sealed partial class RulesTestTests : IDisposable
{
    private const string Rules = """
        rules:
          - id: site-pressure
            title: { zh: 站点超压, en: Pressure on our site }
            kind: gas-pipe
            quantity: pressure
            when: last
            red: "> 500"
            hold: 10s
            clear: { deadband: 10, hold: 5s }
            basis: site
        """;

    private const string Table = """
        scenario ten seconds beyond
        rules site-pressure
        every 5s from 0s to 10s  gas-pipe/p1/pressure 510  -> site-pressure red @10s

        scenario nine seconds are not enough
        rules site-pressure
        at 0s                    gas-pipe/p1/pressure 510
        at 9s                    gas-pipe/p1/pressure 400
        at 60s                   tick
        """;

    private static readonly string Document = Path.Combine(DocumentCommands.Root(), "docs", "rules.md");

    private readonly string folder = Directory.CreateTempSubdirectory("pingan-tables-").FullName;

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Tables_are_played_against_the_rules_beside_them()
    {
        Write("site.yaml", Rules);
        var table = Write("site.scenarios.txt", Table);
        var says = $"""
            {folder}: 1 rules
            passed  {table}:1  ten seconds beyond
            passed  {table}:5  nine seconds are not enough
            2 scenarios: 2 passed, 0 failed

            """;
        (await RunAsync("test", table)).Should().Be((0, says, ""));
        (await RunAsync("test", folder)).Should().Be((0, says, ""), "a folder is all tables in it");
    }

    [Fact]
    public async Task What_does_not_come_out_as_told_fails_on_its_line_and_keeps_no_other_from_being_played()
    {
        var rules = Write("site.yaml", Rules.Replace("hold: 10s", "hold: 7s", StringComparison.Ordinal));
        var table = Write("site.scenarios.txt", Table);
        (await RunAsync("test", table, table)).Should().Be((1, $"""
            {folder}: 1 rules
            FAILED  {table}:1  ten seconds beyond
              {table}:3:1: ten seconds beyond: found site-pressure red @7s; expected site-pressure red @10s
            FAILED  {table}:5  nine seconds are not enough
              {table}:8:1: nine seconds are not enough: found site-pressure red @7s; expected nothing
              {table}:9:1: nine seconds are not enough: found site-pressure normal @14s; expected nothing
            FAILED  {table}:1  ten seconds beyond
              {table}:3:1: ten seconds beyond: found site-pressure red @7s; expected site-pressure red @10s
            FAILED  {table}:5  nine seconds are not enough
              {table}:8:1: nine seconds are not enough: found site-pressure red @7s; expected nothing
              {table}:9:1: nine seconds are not enough: found site-pressure normal @14s; expected nothing
            4 scenarios: 0 passed, 4 failed

            """, ""));
        Write("site.yaml", Rules.Replace("site-pressure", "our-pressure", StringComparison.Ordinal));
        (await RunAsync("test", table, "--rules", rules)).Out.Should().Contain($"  {table}:1:1: no rule 'site-pressure'; did you mean 'our-pressure'?\n");
    }

    [Fact]
    public async Task The_answer_that_the_document_shows_is_the_answer_given()
    {
        Write("site.yaml", Rules);
        Write("site.scenarios.txt", Table[..Table.IndexOf("at 60s", StringComparison.Ordinal)].Replace("nine", "eleven", StringComparison.Ordinal).Replace("at 9s ", "at 11s", StringComparison.Ordinal));
        var (status, output, _) = await RunAsync("test", folder);
        status.Should().Be(1);
        (await File.ReadAllTextAsync(Document, TestServer.Cancel)).Should().Contain($"```\n{output.Replace(folder, "rules", StringComparison.Ordinal)}```\n");
    }

    [Fact]
    public async Task Where_no_rules_stand_beside_the_default_rules_are_meant_and_others_can_be_named()
    {
        Directory.CreateDirectory(Path.Combine(folder, "rules"));
        var rules = Write("rules/site.yaml", Rules);
        var table = Write("site.scenarios.txt", Table);
        var leak = Write("leak.scenarios.txt", "scenario leak\nrules gas-pipe-leak\nevery 5s from 0s to 5s gas-pipe/p1/methane 60 -> gas-pipe-leak red @5s\n");
        (await RunAsync("test", leak)).Out.Should().StartWith("the default rules: ").And.EndWith("1 scenarios: 1 passed, 0 failed\n");
        (await RunAsync("test", table)).Status.Should().Be(1, "the default rules have no such rule");
        (await RunAsync("test", table, "--rules", rules)).Status.Should().Be(0);
        (await RunAsync("test", table, "--rules", Path.Combine(folder, "rules"))).Status.Should().Be(0);
    }

    [Fact]
    public async Task What_is_wrong_with_a_table_or_with_the_rules_is_said_with_its_line()
    {
        var table = Write("site.scenarios.txt", Table);
        var slip = Write("slip.scenarios.txt", "scenario slip\nat 0s gas-pipe/p1/presure 1\n");
        var rules = Write("site.yaml", Rules);
        var (status, output, _) = await RunAsync("test", slip, table);
        status.Should().Be(1);
        output.Should().StartWith($"{slip}:2:1: unknown quantity 'presure' of gas-pipe; did you mean 'pressure'?\n").And.EndWith("2 scenarios: 2 passed, 0 failed\n");

        Write("site.yaml", Rules.Replace("hold: 10s", "hld: 10s", StringComparison.Ordinal));
        (await RunAsync("test", table, table)).Should().Be((1, $"{rules}:8:5: unknown key 'hld' in a rule; did you mean 'hold'?\n0 scenarios: 0 passed, 0 failed\n", ""));
    }

    [Fact]
    public async Task What_is_not_there_is_wrong_usage()
    {
        var table = Write("site.scenarios.txt", Table);
        (await RunAsync("test")).Status.Should().Be(2);
        (await RunAsync("test", table, "--rules", "/none.yaml")).Should().Be((2, "0 scenarios: 0 passed, 0 failed\n", "/none.yaml: no such file or folder\n"));
        foreach (var nothing in new[] { "", " " })
        {
            var empty = await RunAsync("test", table, "--rules", nothing);
            (empty.Status, empty.Error).Should().Be((2, "--rules is empty; expected a rule file or a folder of them.\nTry --help.\n"), "an unset variable is not the default rules");
        }

        Write("site.yaml", Rules);
        var (status, output, error) = await RunAsync("test", "/none.scenarios.txt", table);
        status.Should().Be(2);
        output.Should().EndWith("2 scenarios: 2 passed, 0 failed\n");
        error.Should().Contain("/none.scenarios.txt");
        File.Delete(table);
        (await RunAsync("test", folder)).Error.Should().Contain("*.scenarios.txt");
    }

    [Fact]
    public async Task The_commands_of_the_document_run()
    {
        var commands = Block.Matches(await File.ReadAllTextAsync(Document, TestServer.Cancel))
            .SelectMany(m => m.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        commands.Should().HaveCountGreaterThanOrEqualTo(4);
        foreach (var command in commands)
        {
            var words = command.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select((w, i) => i > 2 && w.StartsWith("rules", StringComparison.Ordinal) ? Path.Combine(DocumentCommands.Root(), w) : w).ToArray();
            words[..2].Should().Equal("out/pinganiot", "rules");
            var (status, output, error) = await RunAsync(words[2..]);
            status.Should().Be(0, $"{command}: {output}{error}");
        }
    }

    private static async Task<(int Status, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var status = await CommandLine.RunAsync(["rules", .. arguments], new Terminal(TextReader.Null, output, error, TimeProvider.System), TestServer.Cancel);
        return (status, output.ToString(), error.ToString());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
