using System.Security.Cryptography;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Over TLS the same, and to nobody whose certificate is not trusted.</summary>
public sealed class WireTlsTests : IDisposable
{
    private const double Noon = 1_760_068_800;
    private static readonly FleetPace AsAcknowledged = new() { FromSeconds = Noon, Speed = double.PositiveInfinity };
    private readonly TestAuthority authority = new();
    private readonly TestAuthority other = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        authority.Dispose();
        other.Dispose();
    }

    [Theory]
    [InlineData("authority", "127.0.0.1", null)]
    [InlineData("authority", "localhost", null)]
    [InlineData("authority", "127.0.0.1", "localhost")]
    [InlineData("pin", "127.0.0.1", "who.cares")]
    [InlineData("insecure", "127.0.0.1", "who.cares")]
    public async Task Everything_arrives_in_order_where_the_certificate_is_trusted(string check, string host, string? serverName)
    {
        using var broker = new TestBroker(authority.Certificate);
        using var run = Run(broker, Check(check, authority) with { ServerName = serverName }, host, 3, 1_000);
        var result = await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        result.Counters.Acknowledged.Should().Be(3_000);
        foreach (var client in broker.Messages.GroupBy(m => m.Client, StringComparer.Ordinal))
        {
            client.Select(m => m.Payload.TrimEnd()).Should().Equal(Enumerable.Range(0, 1_000).Select(i => $"{i}"));
        }
    }

    [Theory]
    [InlineData("authority", null)]
    [InlineData("pin", null)]
    [InlineData("machine", null)]
    [InlineData("right authority", "who.cares")]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_it_is_said_why(string check, string? serverName)
    {
        using var broker = new TestBroker(authority.Certificate);
        var tls = check == "right authority" ? Check("authority", authority) : Check(check, other);
        using var run = Run(broker, tls with { ServerName = serverName }, "127.0.0.1", 1, 1);
        var running = async () => await run.RunAsync(null, Cancel);
        (await running.Should().ThrowAsync<IOException>()).WithMessage("*certificate*");
        run.Counters.Connected.Should().Be(0);
        broker.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task A_server_without_TLS_is_refused()
    {
        using var broker = new TestBroker();
        using var run = Run(broker, Check("insecure", authority), "127.0.0.1", 1, 1);
        var running = async () => await run.RunAsync(null, Cancel);
        await running.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task It_goes_on_after_the_server_was_killed()
    {
        using var broker = new TestBroker(authority.Certificate);
        using var run = Run(broker, Check("authority", authority), "127.0.0.1", 2, 3_000);
        var running = run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        await Until.SoAsync(() => broker.Messages.Count > 1_000, TimeSpan.FromSeconds(120), "it goes on");
        broker.Kill();
        (await running).Counters.Acknowledged.Should().Be(6_000);
        run.Counters.Connected.Should().Be(4);
        broker.Messages.Select(m => (m.Client, m.Payload.TrimEnd())).ToHashSet().Should().HaveCount(6_000);
    }

    private static WireTls Check(string how, TestAuthority of) => how switch
    {
        "authority" => new WireTls { AuthorityFile = of.AuthorityFile },
        "pin" => new WireTls { PinnedSha256 = Convert.ToHexString(SHA256.HashData(of.Certificate.RawData)) },
        "insecure" => new WireTls { IsInsecure = true },
        _ => new WireTls(),
    };

    private static FleetRun Run(TestBroker broker, WireTls tls, string host, int gateways, int each) => new(
        FleetWireLoadTests.Target(broker.Port, 100) with { Host = host, Tls = tls },
        new NumberSource(gateways, each, Noon, 1) { PayloadBytes = number => number % 700 },
        [.. Enumerable.Range(0, gateways).Select(NumberSource.Name)],
        AsAcknowledged,
        TimeProvider.System)
    { Grace = TimeSpan.FromSeconds(each == 1 ? 3 : 15) };
}
