using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>From a gateway's publish to a duty officer's stream, through everything.</summary>
public sealed class SpineTests
{
    [Fact]
    public async Task A_publish_becomes_an_event_and_both_are_in_one_trace()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name.StartsWith("PingAnIoT", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestServer.StartAsync();
        using var watcher = Watcher.Of(server, after: 0);
        await watcher.NextAsync(Content.SnapshotEnd);
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"alarm":true}""");

        var raised = (await watcher.NextAsync(Content.Event)).Event;
        raised.ToSeverity.Should().Be(V1.Severity.Red);
        raised.Alert.Device.Should().Be("sd-1");
        var trace = raised.Traceparent.Split('-')[1];
        await Until.TrueAsync(() => spans.Count(s => s.TraceId.ToHexString() == trace) >= 3, TimeSpan.FromSeconds(120));
        var names = spans.Where(s => s.TraceId.ToHexString() == trace).OrderBy(s => s.StartTimeUtc).Select(s => s.OperationName);
        names.Should().Contain(["publish to transition", "ledger commit", "stream"]);
    }

    [Fact]
    public async Task What_cannot_be_read_is_listed_with_its_reason_and_counted()
    {
        await using var server = await TestServer.StartAsync();
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/gas-pipe/gp-1", """{"pressure":101.5}""");
        await gateway.PublishAsync("pingan/v1/gw-7/gas-pipe/gp-1", """{"pressure":1e999}""");
        await gateway.PublishAsync("pingan/v1/gw-8/gas-pipe/gp-1", """{"pressure":101.5}""");

        var fleet = new V1.FleetService.FleetServiceClient(server.Channel);
        var counters = await fleet.GetCountersAsync(new V1.GetCountersRequest());
        (counters.ReceivedMessages, counters.AcceptedMessages, counters.DeadLetteredMessages).Should().Be((3, 1, 2));
        V1.ListDeadLettersResponse letters = new();
        await Until.TrueAsync(() => (letters = fleet.ListDeadLetters(new V1.ListDeadLettersRequest())).TotalCount == 2, TimeSpan.FromSeconds(120));
        letters.DeadLetters.Select(l => l.Reason).Should().Equal("GatewayForeign", "ValueNotFinite");
        letters.DeadLetters[1].Payload.ToStringUtf8().Should().Contain("1e999");
        (await fleet.GetDeviceAsync(new V1.GetDeviceRequest { Kind = "gas-pipe", Device = "gp-1" })).Device.Unregistered.Should().BeTrue();
        var spoken = (await fleet.ListGatewaysAsync(new V1.ListGatewaysRequest())).Gateways.Single(g => g.Name == "gw-7");
        (spoken.Online, spoken.Watermark is not null, spoken.Watermark <= spoken.ReceiveTime, spoken.HasLagSeconds).Should().Be((true, true, true, true));
        var json = await server.Http.GetFromJsonAsync<JsonElement>("/v1/deadLetters?pageSize=1");
        json.GetProperty("deadLetters").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_stop_drains_what_was_acknowledged_into_the_ledger()
    {
        using var temp = new TempFolder("server");
        var data = temp.FullName;
        await using (var server = await TestServer.StartAsync(data: data))
        {
            using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
            for (var i = 0; i < 20; i++)
            {
                await gateway.PublishAsync($"pingan/v1/gw-7/smoke-detector/sd-{i}", """{"alarm":true}""");
            }
        }

        await using (var server = await TestServer.StartAsync(data: data))
        {
            (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts.Select(a => a.Device).Should().BeEquivalentTo(
                Enumerable.Range(0, 20).Select(i => $"sd-{i}"));
        }
    }

    [Fact]
    public async Task Rules_come_into_force_when_their_file_changes_and_a_bad_file_changes_nothing()
    {
        using var temp = new TempFolder("rules");
        var file = temp.PathOf("rules.yaml");
        const string Rule = """
            rules:
              - id: hot
                title: { zh: 高温, en: Hot }
                kind: smoke-detector
                quantity: temperature
                when: last
                red: "> LIMIT"
                basis: site
            """;
        await File.WriteAllTextAsync(file, Rule.Replace("LIMIT", "90", StringComparison.Ordinal));
        await using var server = await TestServer.StartAsync(o => o with { Rules = file });
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        await File.WriteAllTextAsync(file, Rule.Replace("LIMIT", "warm", StringComparison.Ordinal));
        await Until.TrueAsync(() => rules.GetLastErrors(new V1.GetLastErrorsRequest()).Errors.Count > 0, TimeSpan.FromSeconds(120));
        (await rules.ListRulesAsync(new V1.ListRulesRequest())).Rules[0].Bands[0].Threshold.Should().Be(90);
        await File.WriteAllTextAsync(file, Rule.Replace("LIMIT", "60", StringComparison.Ordinal));
        await Until.TrueAsync(() => rules.ListRules(new V1.ListRulesRequest()).Rules[0].Bands[0].Threshold == 60, TimeSpan.FromSeconds(120));

        using var watcher = Watcher.Of(server, after: 0);
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":70}""");
        (await watcher.EventsAsync(1))[0].Alert.RuleId.Should().Be("hot");
    }
}
