using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>What an officer or operator may call has a verb, and docs/terminal.md tells of every verb.</summary>
public sealed partial class VerbTests
{
    private const string Password = "correct horse battery";

    /// <summary>Calls that need no verb, with the reason.</summary>
    private static readonly Dictionary<string, string> WithoutVerb = new(StringComparer.Ordinal)
    {
        ["CheckPolicy"] = "`policy check` reads files where they are, with the same reader, and needs no server",
        ["CheckRules"] = "`rules check` does, too",
    };

    [GeneratedRegex(@"\bV1\.(\w+)Request\b")]
    private static partial Regex Request { get; }

    [Fact]
    public void Every_call_has_a_verb_or_a_reason_to_have_none()
    {
        var made = Made();
        var calls = Rights.Table.Keys.Select(c => c[(c.LastIndexOf('/') + 1)..]).ToList();
        calls.Should().OnlyHaveUniqueItems();
        calls.Except(WithoutVerb.Keys).Except(made).Should().BeEmpty("each needs a verb in src/Server/Cli, or a line above");
        WithoutVerb.Keys.Except(calls).Should().BeEmpty();
        WithoutVerb.Keys.Intersect(made).Should().BeEmpty("they have a verb by now");
    }

    [Fact]
    public void Every_step_that_is_listed_is_a_verb() =>
        WorkTable.Steps.Select(s => AlertText.Verbs([WireNames.Of(s.Action)])).Except(Root().Subcommands.Select(c => c.Name)).Should().BeEmpty();

    [Fact]
    public void The_document_tells_of_every_verb_what_its_help_does() =>
        DocumentCommands.Text("terminal.md").Split("<!-- verbs -->\n")[1].Split("<!-- /verbs -->")[0].Should().Be("| verb | does |\n|---|---|\n" + string.Concat(
            Leaves(Root(), "").Select(v => $"| `{v.Name}` | {v.Does} |\n")));

    [Fact]
    public async Task The_first_day_of_the_document_goes_as_it_is_written()
    {
        await using var server = await TestServer.StartAsync(o => o with
        {
            Territories = Path.Combine(DocumentCommands.Root(), "docs", "territories.example.csv"), Officers = new OfficersSection { Local = true },
        });
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await OfficerTests.MakeChiefAsync(server);
        foreach (var name in new[] { "li.na", "zhao.min" })
        {
            await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = new V1.DutyOfficer { Name = name, Territory = "d01/s03", Roles = { V1.Role.Officer } }, Password = Password }, chief);
        }

        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var roster = new V1.Roster { Territory = "d01/s03", Zone = "UTC", Start = yesterday, RotateDays = 7 };
        roster.Shifts.Add(new V1.RosterShift { Name = "x", From = "00:00", To = "24:00" });
        roster.Teams.Add(new V1.RosterTeam { Officers = { "li.na" } });
        roster.Teams.Add(new V1.RosterTeam { Officers = { "zhao.min" } });
        await duty.SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, chief);
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Yellow), plant.To(Severity.Normal));
        var alert = server.Ledger.Book.Alerts.Values.Single().Id;
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var command in DocumentCommands.Of("terminal.md"))
        {
            var words = DocumentCommands.Words(command.Replace("ALERT", alert, StringComparison.Ordinal));
            words.AddRange(words[0] is "sign-in" or "password" ? ["--password-stdin"] : words[0] == "watch" ? ["--after", "1", "--count", "1"] : []);
            using var input = new StringReader($"{Password}\nanother horse battery\n");
            using var output = new StringWriter(CultureInfo.InvariantCulture);
            var terminal = new Terminal(input, output, output, TimeProvider.System) { TokenFile = Path.Combine(server.Data, "session") };
            var status = await CommandLine.RunAsync([.. words, "--server", server.Host.Addresses.GrpcUri.ToString()], terminal, TestServer.Cancel);
            status.Should().Be(0, $"{command}: {output}");
            said[words[0]] = output.ToString();
        }

        said["password"].Should().Be("li.na has a new password\n");
        said["alerts"].Should().Contain(alert);
        said["show"].Should().Contain("Steps that may be taken now: ");
        said["close"].Should().Contain("closed");
        said.Keys.Should().EndWith("sign-out");
    }

    private static RootCommand Root() => CommandLine.Root(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, TimeProvider.System));

    /// <summary>Every verb that does something, with its description.</summary>
    private static IEnumerable<(string Name, string Does)> Leaves(Command command, string path)
    {
        foreach (var verb in command.Subcommands.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var name = $"{path} {verb.Name}".TrimStart();
            foreach (var leaf in (verb.Action is null ? [] : new[] { (name, verb.Description!) }).Concat(Leaves(verb, name)))
            {
                yield return leaf;
            }
        }
    }

    /// <summary>The calls of which a verb makes the request: by their names alone, of which no two services have the same.</summary>
    private static HashSet<string> Made() =>
    [
        .. Directory.GetFiles(Path.Combine(DocumentCommands.Root(), "src", "Server", "Cli"), "*.cs").SelectMany(f => Request.Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value),
    ];
}
