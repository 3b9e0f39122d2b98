using System.Globalization;

namespace PingAnIoT.EndToEnd;

/// <summary>The seven steps of a red alert as docs/api.md shows them: its snippets are run, against the real server.</summary>
public sealed class TourTests
{
    private static readonly string[] Steps =
    [
        "EVENT_TYPE_RAISED", "EVENT_TYPE_NORMAL", "EVENT_TYPE_SEEN", "EVENT_TYPE_ACKNOWLEDGED", "EVENT_TYPE_TRIAGED", "EVENT_TYPE_REPORTED",
        "EVENT_TYPE_DISPATCHED", "EVENT_TYPE_ARRIVED", "EVENT_TYPE_RECTIFIED", "EVENT_TYPE_CLOSED",
    ];

    /// <summary>The clock is the real one: nothing of the tour may fall due however slow the machine is.</summary>
    private const string Calm =
        """
        deadlines:
          red: { rectified: 7d }
        """;

    [Fact]
    public async Task By_curl_alone()
    {
        Peers.Require("curl", "curl");
        using var temp = new TempFolder("tour");
        await using var server = await StartAsync(temp.FullName);
        var script = Snippet("curl").Replace("127.0.0.1:5080", $"127.0.0.1:{server.Http}", StringComparison.Ordinal);
        var result = await Tool.RunAsync(Peers.Require("bash", "bash"), ["-euo", "pipefail", "-c", script]);
        result.ExitCode.Should().Be(0, result.ToString());
        InOrder(result);
        result.Output.Should().Contain("STEP_CLOSED");
    }

    [Fact]
    public async Task By_grpc_js_alone()
    {
        var node = Peers.RequireNodeClients();
        using var temp = new TempFolder("tour");
        await using var server = await StartAsync(temp.FullName);
        var script = Snippet("js").Replace("127.0.0.1:5081", $"127.0.0.1:{server.Grpc}", StringComparison.Ordinal)
            .Replace("'proto'", $"'{Repository.PathOf("proto")}'", StringComparison.Ordinal);
        var result = await Tool.RunAsync(node, ["--input-type=commonjs", "-e", script], Peers.ClientsFolder);
        result.ExitCode.Should().Be(0, result.ToString());
        InOrder(result);
        result.Output.Should().StartWith("STEP_CLOSED");
    }

    private static void InOrder(ToolResult result)
    {
        var history = result.Output[result.Output.LastIndexOf("EVENT_TYPE_RAISED", StringComparison.Ordinal)..];
        var at = Steps.Select(s => history.IndexOf(s, StringComparison.Ordinal)).ToList();
        at.Should().NotContain(-1, result.ToString()).And.BeInAscendingOrder();
    }

    /// <summary>A server with a red that has returned to normal.</summary>
    private static async Task<PinganProcess> StartAsync(string data)
    {
        var mosquitto = Peers.Require("mosquitto_pub", "mosquitto-clients");
        var server = await PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(data, TestRules.Methane), ["Policy"] = TestRules.Write(data, Calm, "policy"),
        });
        var port = server.Mqtt.ToString(CultureInfo.InvariantCulture);
        foreach (var payload in new[] { "{\"methane\": 60}", "{\"methane\": 1}" })
        {
            var sent = await Tool.RunAsync(mosquitto, ["-h", "127.0.0.1", "-p", port, "-i", "gw-1", "-u", "gw-1", "-q", "1", "-t", "pingan/v1/gw-1/gas-pipe/valve-7", "-m", payload]);
            sent.ExitCode.Should().Be(0, sent.ToString());
        }

        using var officer = new Officer(server.Grpc);
        await officer.WatchAsync(0, m => (m.Snapshot ?? m.Event?.Alert) is { Active: false, PeakSeverity: V1.Severity.Red }, TimeSpan.FromSeconds(120));
        return server;
    }

    private static string Snippet(string name)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "api.md"));
        var from = page[page.IndexOf($"<!-- tour: {name} -->", StringComparison.Ordinal)..];
        from = from[(from.IndexOf("```", StringComparison.Ordinal) + 3)..];
        return from[(from.IndexOf('\n', StringComparison.Ordinal) + 1)..from.IndexOf("```", StringComparison.Ordinal)];
    }
}
