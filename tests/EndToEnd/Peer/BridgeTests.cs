using System.Globalization;
using PingAnIoT.Ingest.Tests;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>From a broker of somebody else's to the officer's stream, while either of the two goes away and comes back.</summary>
public sealed class BridgeTests
{
    private const string Fire = "{\"methane\": 60}";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task What_is_published_to_a_mosquitto_is_an_alert_on_the_stream_whoever_restarts_in_between()
    {
        Peers.Require("mosquitto", "mosquitto");
        var publish = Peers.Require("mosquitto_pub", "mosquitto-clients");
        using var mosquitto = await Mosquitto.StartAsync();
        using var temp = new TempFolder("bridge");
        var data = temp.FullName;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(data, TestRules.Methane),
            ["Bridges__0__Name"] = "works",
            ["Bridges__0__Server"] = "127.0.0.1",
            ["Bridges__0__Port"] = mosquitto.Port.ToString(CultureInfo.InvariantCulture),
            ["Bridges__0__Routes__0__Topic"] = "site/{gateway}/{kind}/{device}/up",
            ["Bridges__0__ReconnectAfter"] = "00:00:00.1",
            ["Bridges__0__ReconnectAtMost"] = "00:00:01",
        };

        async Task SayAsync(string device)
        {
            var result = await Tool.RunAsync(publish, ["-h", "127.0.0.1", "-p", settings["Bridges__0__Port"], "-i", "site", "-q", "1", "-t", $"site/gw-site/gas-pipe/{device}/up", "-m", Fire]);
            result.ExitCode.Should().Be(0, result.ToString());
        }

        await using (var server = await PinganProcess.RunAsync(data, settings))
        {
            await Until.SoAsync(() => Connections(server) == 1, Soon, "the bridge has connected");
            await SayAsync("at-first");
            await SeesAsync(server, "at-first");

            // The broker goes away: the bridge comes back to it by itself, and what was said before it did is kept in its session.
            await mosquitto.StopAsync();
            await mosquitto.RunAsync();
            await SayAsync("broker-back");
            await SeesAsync(server, "broker-back");
            Connections(server).Should().Be(2);

            // The server goes away, the hard way.
            await server.KillAsync();
        }

        await SayAsync("while-away");
        await using var again = await PinganProcess.RunAsync(data, settings);
        await SeesAsync(again, "while-away");
        using var officer = new Officer(again.Grpc);
        (await officer.Alerts.ListAsync(new ListRequest())).Alerts.Select(a => a.Device).Should().BeEquivalentTo("at-first", "broker-back", "while-away");
        (await officer.Fleet.ListGatewaysAsync(new ListGatewaysRequest())).Gateways.Select(g => g.Name).Should().Contain("gw-site");
        (await again.StopAsync()).Should().Be(0);
    }

    private static int Connections(PinganProcess server) => server.Lines.Count(l => l.Contains("Bridge works: connected", StringComparison.Ordinal));

    private static async Task SeesAsync(PinganProcess server, string device)
    {
        using var officer = new Officer(server.Grpc);
        var seen = await officer.WatchForAsync(device, Soon);
        var alert = seen[^1].Snapshot ?? seen[^1].Event.Alert;
        (alert.Severity, alert.WindowValue).Should().Be((Severity.Red, 60));
    }
}
