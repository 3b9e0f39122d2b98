using System.Globalization;

namespace PingAnIoT.EndToEnd;

/// <summary>Clients that others wrote publish, and clients that others wrote see the alert.</summary>
public sealed class IndependentClientTests(PeerServer peers) : IClassFixture<PeerServer>
{
    private const string Payload = "{\"methane\": 60}";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    private string Port => peers.Server.Mqtt.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_pub_raises_an_alert(string version)
    {
        var mosquitto = Peers.Require("mosquitto_pub", "mosquitto-clients");
        var device = "mosquitto-" + version;
        var result = await Tool.RunAsync(mosquitto, ["-h", "127.0.0.1", "-p", Port, "-V", version, "-i", "gw-" + device, "-u", "gw-" + device, "-P", "x", "-q", "1", "-t", Topic(device), "-m", Payload]);
        result.ExitCode.Should().Be(0, result.ToString());
        await SeesAsync(device);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("5")]
    public async Task Paho_for_python_raises_an_alert(string version)
    {
        var python = await Peers.RequirePahoAsync();
        var device = "paho-" + version;
        var result = await Tool.RunAsync(python, [Path.Combine(Peers.ClientsFolder, "publish.py"), Port, "gw-" + device, Topic(device), Payload, version]);
        result.ExitCode.Should().Be(0, result.ToString());
        await SeesAsync(device);
    }

    [Theory]
    [InlineData("mqtt", "4")]
    [InlineData("mqtt", "5")]
    [InlineData("ws", "4")]
    [InlineData("ws", "5")]
    public async Task Npm_mqtt_raises_an_alert(string scheme, string version)
    {
        var node = Peers.RequireNodeClients();
        var device = $"node-{scheme}-{version}";
        var url = scheme == "ws" ? $"ws://127.0.0.1:{peers.Server.Http}/mqtt" : $"mqtt://127.0.0.1:{Port}";
        var result = await Tool.RunAsync(node, ["publish.mjs", url, "gw-" + device, Topic(device), Payload, version], Peers.ClientsFolder);
        result.ExitCode.Should().Be(0, result.ToString());
        await SeesAsync(device);
    }

    [Fact]
    public async Task Grpc_js_with_proto_loader_and_curl_see_the_alert()
    {
        var node = Peers.RequireNodeClients();
        var curl = Peers.Require("curl", "curl");
        var mosquitto = Peers.Require("mosquitto_pub", "mosquitto-clients");
        const string Device = "seen-from-outside";
        var watching = Tool.RunAsync(node, ["watch.mjs", $"127.0.0.1:{peers.Server.Grpc}", Device, "20"], Peers.ClientsFolder);
        var result = await Tool.RunAsync(mosquitto, ["-h", "127.0.0.1", "-p", Port, "-i", "gw-out", "-u", "gw-out", "-q", "1", "-t", $"pingan/v1/gw-out/gas-pipe/{Device}", "-m", Payload]);
        result.ExitCode.Should().Be(0, result.ToString());
        var seen = await watching;
        seen.ExitCode.Should().Be(0, seen.ToString());
        seen.Output.Should().Contain("SEVERITY_RED").And.Contain("methane-now").And.Contain("甲烷");

        var listed = await Tool.RunAsync(curl, ["-fsS", $"http://127.0.0.1:{peers.Server.Http}/v1/alerts?page_size=1000"]);
        listed.ExitCode.Should().Be(0, listed.ToString());
        listed.Output.Should().Contain($"\"device\": \"{Device}\"".Replace(": ", ":", StringComparison.Ordinal)).And.Contain("SEVERITY_RED");
    }

    [Fact]
    public async Task Mosquitto_pub_over_TLS_raises_an_alert_that_curl_sees_over_TLS()
    {
        var mosquitto = Peers.Require("mosquitto_pub", "mosquitto-clients");
        var curl = Peers.Require("curl", "curl");
        using var temp = new TempFolder("tls");
        var data = temp.FullName;
        var (certificate, key) = TestCertificate.Write(data);
        await using var server = await PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(data, TestRules.Methane), ["Tls__Certificate"] = certificate, ["Tls__Key"] = key,
        });
        var published = await Tool.RunAsync(mosquitto, ["-h", "localhost", "-p", server.MqttTls.ToString(CultureInfo.InvariantCulture), "--cafile", certificate, "-i", "gw-tls", "-u", "gw-tls", "-P", "x", "-q", "1", "-t", "pingan/v1/gw-tls/gas-pipe/tls-1", "-m", Payload]);
        published.ExitCode.Should().Be(0, published.ToString());
        await Until.SoAsync(
            async () => (await Tool.RunAsync(curl, ["-sS", "--cacert", certificate, $"https://localhost:{server.Http}/v1/alerts"])).Output.Contains("tls-1", StringComparison.Ordinal),
            Soon,
            "the alert on the JSON route over TLS");
    }

    private static string Topic(string device) => $"pingan/v1/gw-{device}/gas-pipe/{device}";

    private async Task SeesAsync(string device)
    {
        using var officer = new Officer(peers.Server.Grpc);
        var seen = await officer.WatchForAsync(device, Soon);
        var alert = seen[^1].Snapshot ?? seen[^1].Event.Alert;
        alert.Severity.Should().Be(V1.Severity.Red);
        alert.WindowValue.Should().Be(60);
    }
}
