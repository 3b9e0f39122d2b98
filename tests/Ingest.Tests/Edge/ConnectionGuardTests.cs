using System.Net;

namespace PingAnIoT.Ingest.Tests;

public sealed class ConnectionGuardTests
{
    [Fact]
    public void Counts_per_address_pending_and_in_all()
    {
        var guard = new ConnectionGuard(new EdgeOptions { ConnectionsMaximum = 5, ConnectionsPerAddressMaximum = 3, ConnectionsPendingPerAddressMaximum = 2 });
        var a = IPAddress.Parse("10.0.0.1");
        var b = IPAddress.Parse("10.0.0.2");
        guard.TryEnter(a).Should().BeNull();
        guard.TryEnter(a).Should().BeNull();
        guard.TryEnter(a).Should().Contain("not logged in");
        guard.Admit(a);
        guard.TryEnter(a).Should().BeNull();
        guard.TryEnter(a).Should().Contain("of one address");
        guard.TryEnter(b).Should().BeNull();
        guard.TryEnter(b).Should().BeNull();
        guard.TryEnter(IPAddress.Parse("10.0.0.3")).Should().Be("too many connections");
        guard.Leave(a, wasAdmitted: true);
        guard.Leave(a, wasAdmitted: false);
        guard.Leave(a, wasAdmitted: false);
        guard.Leave(b, wasAdmitted: false);
        guard.Leave(b, wasAdmitted: false);
        guard.Open.Should().Be(0);
        guard.TryEnter(a).Should().BeNull();
    }

    [Theory]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::1", "::1")]
    public void One_subscriber_is_one_address(string address, string key) =>
        ConnectionGuard.Key(IPAddress.Parse(address)).Should().Be(IPAddress.Parse(key));
}
