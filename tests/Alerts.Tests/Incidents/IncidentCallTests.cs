using Grpc.Core;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The call that reads an incident.</summary>
public sealed class IncidentCallTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("00")]
    [InlineData("-1")]
    [InlineData("1")]
    [InlineData("9223372036854775808")]
    [InlineData("")]
    [InlineData("x")]
    public async Task What_is_no_incident_is_not_found(string id)
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        await ledger.WriteAsync(t => SystemAlerts.Set(t, SystemAlerts.Deadlines, 1, "an alert of no incident"), TestContext.Current.CancellationToken);
        kit.OnlyAlert().Incident.Should().BeNull();
        var service = new IncidentService(ledger);
        foreach (var withClosed in new[] { false, true })
        {
            var reading = () => service.GetIncident(new V1.GetIncidentRequest { Id = id, IncludeClosed = withClosed }, new OfficerCall(""));
            (await reading.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
        }
    }
}
