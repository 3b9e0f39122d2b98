using System.Globalization;
using PingAnIoT.Ingest.Tests;

namespace PingAnIoT.EndToEnd;

/// <summary>The simulator's verb against a real server.</summary>
public sealed class SimulateTests(PeerServer peers) : IClassFixture<PeerServer>
{
    [Theory]
    [InlineData("0", false)]
    [InlineData("30", true)]
    public async Task Simulate_prints_its_seed_and_has_everything_acknowledged_and_nothing_lost(string packs, bool mqtt5)
    {
        string[] version = mqtt5 ? ["--mqtt5"] : [];
        var result = await PinganProcess.VerbAsync([
            "simulate", "--port", Text(peers.Server.Mqtt), "--server", $"http://127.0.0.1:{Text(peers.Server.Grpc)}", "--minutes", "0.2", "--speed", "4",
            "--packs", packs, "--acceleration", "0", "--seed", "7", "--fail-if", "lost>0,doubled>0,refused>0", .. version]);
        result.ExitCode.Should().Be(0, result.ToString());
        result.Output.Should().StartWith("seed 7").And.Contain("Scorecard of district, seed 7").And.Contain(" 0 lost, 0 doubled");
    }

    /// <summary>The commands of docs/simulate.md in their order, for a shorter time and on free ports: the register, the server that reads it, and the fleets.</summary>
    [Fact]
    public async Task The_documented_commands_run()
    {
        using var temp = new TempFolder("simulate");
        var folder = temp.FullName;
        var commands = Commands(folder);
        commands.Should().HaveCount(6);
        await using var server = await ServerAsync(commands[0], commands[1]);
        foreach (var words in commands.Skip(2).Where(w => !w.Contains("--publish-only")))
        {
            var result = await SimulateAsync([.. words, "--port", Text(server.Mqtt), "--server", $"http://127.0.0.1:{Text(server.Grpc)}"]);
            result.Output.Should().Contain("Scorecard of district, seed 7");
        }

        (await File.ReadAllLinesAsync(Path.Combine(folder, "register.csv"), TestContext.Current.CancellationToken)).Should().HaveCount(321);
    }

    [Fact]
    public async Task What_the_server_has_heard_of_before_is_told_beforehand()
    {
        string[] words = ["simulate", "--seed", "7", "--minutes", "10", "--speed", "0", "--port", Text(peers.Server.Mqtt), "--server", $"http://127.0.0.1:{Text(peers.Server.Grpc)}"];
        await SimulateAsync(words);
        (await SimulateAsync(words)).Errors.Should().Contain("comes late and raises nothing");
    }

    [Fact]
    public async Task The_documented_command_for_another_broker_runs()
    {
        Peers.Require("mosquitto", "mosquitto");
        using var mosquitto = await Mosquitto.StartAsync(["max_queued_messages 0"]);
        using var temp = new TempFolder("simulate");
        var words = Commands(temp.FullName).Single(w => w.Contains("--publish-only"));
        words[words.IndexOf("--port") + 1] = Text(mosquitto.Port);
        (await SimulateAsync(words)).Output.Should().Contain("Published of district").And.Contain(" 0 refused").And.NotContain("recall");
    }

    /// <summary>The first writes the register, the second is the server: settings, then <c>pinganiot run</c>.</summary>
    private static async Task<PinganProcess> ServerAsync(List<string> register, List<string> run)
    {
        (await SimulateAsync(register)).Output.Should().Contain("320 devices in ");
        var environment = PinganProcess.FreePorts();
        foreach (var setting in run.TakeWhile(w => w.Contains('=', StringComparison.Ordinal)))
        {
            environment[setting.Split('=')[0]] = setting.Split('=')[1];
        }

        return await PinganProcess.StartAsync([.. run.SkipWhile(w => w != "run")], environment);
    }

    /// <summary>Those of the program, as words; what they write goes to a folder, and minutes are few.</summary>
    private static List<List<string>> Commands(string folder) =>
    [
        .. MarkdownFile.All().Single(f => f.Name.EndsWith("simulate.md", StringComparison.Ordinal)).Commands()
            .Where(c => c.Contains("pinganiot ", StringComparison.Ordinal))
            .Select(c => c.Replace("register.csv", Path.Combine(folder, "register.csv"), StringComparison.Ordinal).Replace("load-test", Path.Combine(folder, "data"), StringComparison.Ordinal))
            .Select(c => c.Replace("\"", "", StringComparison.Ordinal).Split(' ').ToList())
            .Select(w => w.Select((word, i) => i > 0 && w[i - 1] == "--minutes" ? "0.1" : word).ToList()),
    ];

    private static async Task<ToolResult> SimulateAsync(IEnumerable<string> words)
    {
        var result = await PinganProcess.VerbAsync([.. words.SkipWhile(w => w != "simulate")]);
        result.ExitCode.Should().Be(0, result.ToString());
        result.Output.Should().StartWith("seed 7");
        return result;
    }

    [Fact]
    public async Task The_same_seed_sends_the_same_bytes_to_any_broker()
    {
        Peers.Require("mosquitto", "mosquitto");
        var first = await PublishedAsync(7);
        first.Should().HaveCountGreaterThan(500);
        (await PublishedAsync(7)).Should().Equal(first);
        (await PublishedAsync(8)).Should().NotEqual(first);
    }

    /// <summary>What a mosquitto hands on of a fleet's half minute, sorted: the order between gateways is the network's.</summary>
    private static async Task<IReadOnlyList<string>> PublishedAsync(int seed)
    {
        var subscriber = Peers.Require("mosquitto_sub", "mosquitto-clients");
        using var mosquitto = await Mosquitto.StartAsync(["max_queued_messages 0"]);
        string[] arguments = ["-h", "127.0.0.1", "-p", Text(mosquitto.Port), "-i", "all", "-c", "-q", "1", "-t", "#"];
        (await Tool.RunAsync(subscriber, [.. arguments, "-E"])).ExitCode.Should().Be(0);
        var run = await PinganProcess.VerbAsync([
            "simulate", "--publish-only", "--port", Text(mosquitto.Port), "--seed", Text(seed), "--minutes", "0.5", "--speed", "0",
            "--start", "2026-03-01T06:00+08:00", "--link-acceleration", "0", "--fail-if", "unacknowledged>0,refused>0"]);
        run.ExitCode.Should().Be(0, run.ToString());
        var count = run.Output.Split('\n').Single(l => l.Contains(" published, ", StringComparison.Ordinal) && l.Contains("messages:", StringComparison.Ordinal))
            .Trim().Split(' ')[1].Replace(",", "", StringComparison.Ordinal);
        var got = await Tool.RunAsync(subscriber, [.. arguments, "-C", count, "-W", "30", "-F", "%t %x"]);
        got.ExitCode.Should().Be(0, got.ToString());
        return [.. got.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Simulate_says_so_when_nobody_answers()
    {
        var result = await PinganProcess.VerbAsync("simulate", "--port", "1", "--publish-only", "--minutes", "0.01");
        result.ExitCode.Should().Be(3);
        result.Errors.Should().Contain("nobody lets us in at 127.0.0.1:1");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
