using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Server.Tests;

/// <summary>The commands of docs/duty.md, one after the other, on a Monday of the example's rotation.</summary>
public sealed partial class DutyDocumentTests
{
    private static readonly DateTimeOffset Monday = new(2026, 12, 14, 10, 0, 0, TimeSpan.FromHours(8));

    [GeneratedRegex("(?:override|swap|hand-over|check) ([0-9]+)  ")]
    private static partial Regex Number { get; }

    [Fact]
    public async Task The_commands_run_and_say_what_the_document_says()
    {
        var clock = new ShiftedWall(Monday - TimeProvider.System.GetUtcNow());
        var territories = Path.Combine(DocumentCommands.Root(), "docs", "territories.example.csv");
        await using var server = await TestServer.StartAsync(o => o with { Territories = territories }, time: clock);
        var commands = DocumentCommands.Of("duty.md");
        commands.Should().HaveCount(16);
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = "";
        foreach (var command in commands)
        {
            var words = DocumentCommands.Words(command.Replace(" ID", " " + number, StringComparison.Ordinal));
            var verb = string.Join(' ', words.Take(words[1] == "swap" ? 3 : 2));
            if (verb == "duty check")
            {
                // No machine is so slow.
                words.AddRange(["--seconds", "3600"]);
            }

            if (words.FindIndex(w => w.StartsWith("docs/", StringComparison.Ordinal)) is >= 0 and var file)
            {
                words[file] = Path.Combine(DocumentCommands.Root(), words[file]);
            }

            var (status, output) = await RunAsync(clock, verb == "roster check" ? words : [.. words, "--server", server.Host.Addresses.GrpcUri.ToString()]);
            status.Should().Be(0, $"{command}: {output}");
            said[verb] = output;
            number = Number.Match(output) is { Success: true } match ? match.Groups[1].Value : number;
        }

        said["roster show"].Should().Contain("on duty: li.na (shift day of 2026-12-14, team 1), wang.wei");
        said["roster gaps"].Should().BeEmpty();
        said["roster override"].Should().Contain("not wang.wei but sun.li  ill");
        said["roster cancel"].Should().MatchRegex("^override [0-9]+ is over\n$");
        said["duty schedule"].Should().Be("d01/s03: 3 checks a day\n");
        said["roster swap ask"].Should().Contain("Asked").And.Contain("li.na gives");
        said["roster swap agree"].Should().Contain("Agreed");
        said["roster swap approve"].Should().Contain("InForce");
        said["duty handover"].Should().Contain("li.na to zhao.min, 0 open");
        said["duty takeover"].Should().Contain("taken by zhao.min");
        said["duty check"].Should().Contain("asked li.na, wang.wei");
        said["duty checks"].Should().Contain("answered li.na");
        server.Ledger.Book.Duty.Schedules.Should().ContainSingle();
    }

    [Fact]
    public async Task What_is_wrong_with_a_roster_file_is_said_with_line_and_column()
    {
        using var temp = new TempFolder("roster");
        var file = temp.PathOf("roster.yaml");
        await File.WriteAllTextAsync(file, "zone: UTC\nstart: today\n", TestServer.Cancel);
        var (status, output) = await RunAsync(TimeProvider.System, ["roster", "check", file]);
        status.Should().Be(1);
        output.Should().Contain($"{file}:2:8: start is 'today'");
        (await RunAsync(TimeProvider.System, ["roster", "override", "d01", "--from", "noon", "--to", "2026-12-15T20:00+08:00"])).Status.Should().Be(2);
    }

    private static async Task<(int Status, string Output)> RunAsync(TimeProvider clock, List<string> words)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var input = new StringReader("");
        var status = await CommandLine.RunAsync([.. words], new Terminal(input, output, output, clock), TestServer.Cancel);
        return (status, output.ToString());
    }

    /// <summary>The clock, put to another day.</summary>
    private sealed class ShiftedWall(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
