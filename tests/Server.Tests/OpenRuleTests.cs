using System.Reactive.Concurrency;
using System.Reactive.Linq;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Open rules in a whole server: alerts like any other, over restarts too.</summary>
public sealed class OpenRuleTests
{
    [Fact]
    public async Task What_they_raise_is_an_alert_that_goes_on_over_a_restart_and_their_quarantine_is_one_too()
    {
        using var temp = new TempFolder("server");
        var data = temp.FullName;
        string id;
        await using (var server = await TestServer.StartAsync(data: data, openRules: [new Warm()]))
        {
            using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
            await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":45}""");
            id = (await OneAsync(server, a => a.RuleId == "warm")).Id;
        }

        await using (var server = await TestServer.StartAsync(data: data, openRules: [new Warm()]))
        {
            using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
            await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":20}""");
            var over = await OneAsync(server, a => a.RuleId == "warm" && !a.Active);
            over.Id.Should().Be(id);
            await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":-1}""");
            var quarantine = await OneAsync(server, a => a.RuleId == "open-rule-quarantined");
            (quarantine.Severity, quarantine.Device, quarantine.Title.En).Should().Be((V1.Severity.Red, "warm", "Open rule quarantined: Warm"));
        }

        await using (var server = await TestServer.StartAsync(data: data, openRules: [new Warm()]))
        {
            await OneAsync(server, a => a.RuleId == "open-rule-quarantined" && !a.Active);
            (await server.Alerts.ListAsync(new V1.ListRequest { IncludeClosed = true })).Alerts.Count(a => a.RuleId is "warm" or "open-rule-quarantined").Should().Be(2);
        }
    }

    private static async Task<V1.Alert> OneAsync(TestServer server, Func<V1.Alert, bool> which)
    {
        V1.Alert? found = null;
        await Until.TrueAsync(
            () => (found = server.Alerts.List(new V1.ListRequest { IncludeClosed = true }).Alerts.SingleOrDefault(which)) is not null, TimeSpan.FromSeconds(20));
        return found!;
    }

    private sealed class Warm : IOpenRule
    {
        public string Id => "warm";

        public string Revision => "1";

        public string TitleZh => "试";

        public string TitleEn => "Warm";

        public string Basis => "site";

        public IReadOnlyList<string> Series => ["smoke-detector/*/temperature"];

        public TimeSpan WarmUp => TimeSpan.Zero;

        public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => readings.Select(r => r.Value >= 0
            ? new OpenFinding(r.Series, r.Value > 40 ? Severity.Yellow : Severity.Normal, r.EventTime, r.Value, 40)
            : throw new InvalidOperationException("below zero"));
    }
}
