using System.Diagnostics;
using PingAnIoT.Ingest.Tests;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Against a broker that others wrote: every message is received once by a subscriber of theirs.</summary>
public sealed class MosquittoTests
{
    private const double Noon = 1_760_068_800;
    private const int Each = 1_000;
    private const int Gateways = 5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(WireVersion.Mqtt311, 1, false)]
    [InlineData(WireVersion.Mqtt5, 1, false)]
    [InlineData(WireVersion.Mqtt5, 0, false)]
    [InlineData(WireVersion.Mqtt311, 1, true)]
    [InlineData(WireVersion.Mqtt5, 1, true)]
    public async Task A_mosquitto_hands_on_each_message_once(WireVersion version, int qos, bool isTls)
    {
        using var authority = new TestAuthority();
        using var mosquitto = await Mosquitto.StartAsync(
            ["queue_qos0_messages true", .. isTls ? [$"certfile {authority.CertificateFile}", $"keyfile {authority.KeyFile}"] : Array.Empty<string>()]);
        string[] subscriber = ["-h", "127.0.0.1", "-p", $"{mosquitto.Port}", "-i", "counter", "-c", "-q", "1", "-t", "#", .. isTls ? ["--cafile", authority.AuthorityFile] : Array.Empty<string>()];
        await SubscribeAsync([.. subscriber, "-E"]);

        using var run = new FleetRun(
            new WireOptions { Host = "127.0.0.1", Port = mosquitto.Port, ClientId = "", Version = version, Tls = isTls ? new WireTls { AuthorityFile = authority.AuthorityFile } : null },
            new NumberSource(Gateways, Each, Noon, 1),
            [.. Enumerable.Range(0, Gateways).Select(NumberSource.Name)],
            new FleetPace { FromSeconds = Noon, Speed = double.PositiveInfinity, Qos = qos },
            TimeProvider.System);
        var result = await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        result.Counters.Published.Should().Be(Each * Gateways);
        result.Counters.Acknowledged.Should().Be(qos * Each * Gateways);

        var received = await SubscribeAsync([.. subscriber, "-C", $"{Each * Gateways}", "-W", "60", "-F", "%t %p"]);
        var wanted = Enumerable.Range(0, Gateways).SelectMany(g => Enumerable.Range(0, Each).Select(n => $"{NumberSource.Name(g)} {n}"));
        received.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Should().Equal(wanted.Order(StringComparer.Ordinal));
    }

    private static async Task<string> SubscribeAsync(string[] arguments)
    {
        const string Program = "/usr/bin/mosquitto_sub";
        if (!File.Exists(Program))
        {
            const string reason = "mosquitto_sub is not installed (apt-get install mosquitto-clients)";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") == "1", reason);
            Assert.Fail(reason);
        }

        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.Should().Be(0, errors);
        return output;
    }
}
