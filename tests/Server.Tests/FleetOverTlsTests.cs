using PingAnIoT.Simulators;

namespace PingAnIoT.Server.Tests;

/// <summary>A simulated fleet through the server's own TLS endpoint.</summary>
public sealed class FleetOverTlsTests
{
    private const int Each = 500;

    [Theory]
    [InlineData(WireVersion.Mqtt311)]
    [InlineData(WireVersion.Mqtt5)]
    public async Task A_fleet_is_acknowledged_over_TLS_by_a_server_whose_authority_it_knows(WireVersion version)
    {
        using var temp = new TempFolder("tls");
        var folder = temp.FullName;
        TlsTests.WriteCertificate(folder).Dispose();
        var certificate = Path.Combine(folder, "server.crt");
        await using var server = await TestServer.StartAsync(o => o with { Tls = new TlsSection { Certificate = certificate, Key = Path.Combine(folder, "server.key") } });
        var begin = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - Each;
        using var run = new FleetRun(
            new WireOptions { Host = "localhost", Port = server.Host.Addresses.MqttTls, ClientId = "", Password = "x", Version = version, Tls = new WireTls { AuthorityFile = certificate } },
            new Pipes(begin),
            ["gw-1", "gw-2"],
            new FleetPace { FromSeconds = begin, Speed = double.PositiveInfinity },
            TimeProvider.System);
        var result = await run.RunAsync(TimeSpan.FromSeconds(120), TestServer.Cancel);
        result.Counters.Acknowledged.Should().Be(2 * Each);
        result.Counters.Refused.Should().Be(0);

        using var stranger = new FleetRun(
            new WireOptions { Host = "localhost", Port = server.Host.Addresses.MqttTls, ClientId = "", Password = "x", Tls = new WireTls() },
            new Pipes(begin),
            ["gw-1"],
            new FleetPace { FromSeconds = begin },
            TimeProvider.System)
        { Grace = TimeSpan.FromSeconds(3) };
        var distrustful = async () => await stranger.RunAsync(null, TestServer.Cancel);
        (await distrustful.Should().ThrowAsync<IOException>()).WithMessage("*certificate*");
    }

    /// <summary>A pipe for each of two gateways, each second.</summary>
    private sealed class Pipes(double begin) : IFleetSource
    {
        private readonly int[] said = new int[2];

        public double NextSeconds(int gateway) => said[gateway] < Each ? begin + said[gateway] : double.PositiveInfinity;

        public FleetMessage Take(int gateway)
        {
            var seconds = NextSeconds(gateway);
            said[gateway]++;
            return new FleetMessage
            {
                Gateway = gateway, SendSeconds = seconds, Readings = 1,
                TopicUtf8 = System.Text.Encoding.ASCII.GetBytes($"pingan/v1/gw-{gateway + 1}/gas-pipe/gp-{gateway + 1}"),
                Payload = System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"{{\"t\": {seconds}, \"methane\": 0.{said[gateway] % 9}}}")),
            };
        }

        public bool IsUp(int gateway, double time) => true;
    }
}
