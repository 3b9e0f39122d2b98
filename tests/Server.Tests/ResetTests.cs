using Google.Rpc;
using Grpc.Core;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>A latched rule from its reading to its reset, judged by its territory's set-point.</summary>
public sealed class ResetTests
{
    private const string Rules = """
        rules:
          - id: over
            title: { zh: 超压, en: Over-pressure }
            kind: gas-pipe
            quantity: pressure
            when: last
            red: "> $limit or 480"
            latch: true
            basis: site
          - id: over-now
            title: { zh: 超压, en: Over-pressure now }
            kind: gas-pipe
            quantity: pressure
            when: last
            yellow: "> 480"
            basis: site
        """;

    [Fact]
    public async Task Only_a_reset_ends_it_and_the_reset_is_on_record()
    {
        using var temp = new TempFolder("reset");
        var folder = temp.FullName;
        string Write(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
            return Path.Combine(folder, name);
        }

        ServerOptions Options(ServerOptions o) => o with
        {
            Rules = Write("rules.yaml", Rules),
            Register = Write("register.csv", "device,kind,gateway,territory\ngp-1,gas-pipe,gw-7,d01/s03"),
            SetPoints = Write("set-points.csv", "scope,code,name,value\nterritory,d01,limit,300"),
        };

        string id;
        await using (var server = await TestServer.StartAsync(Options, folder))
        {
            using var watcher = Watcher.Of(server, after: 0);
            await watcher.NextAsync(Content.SnapshotEnd);
            using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
            await gateway.PublishAsync("pingan/v1/gw-7/gas-pipe/gp-1", """{"pressure":500}""");
            var raised = (await watcher.EventsAsync(2)).ToDictionary(e => e.Alert.RuleId, e => e.Alert);
            raised["over"].Threshold.Should().Be(300);
            id = raised["over"].Id;
            await gateway.PublishAsync("pingan/v1/gw-7/gas-pipe/gp-1", """{"pressure":100}""");
            (await watcher.NextAsync(Content.Event)).Event.Alert.RuleId.Should().Be("over-now");

            await RefusedAsync(() => server.Alerts.ResetAsync(new V1.ResetRequest { Id = raised["over-now"].Id }).ResponseAsync);
            (await server.Alerts.ResetAsync(new V1.ResetRequest { Id = id, Note = "valve shut" })).Alert.Comments.Should().Be(1);
            var events = await watcher.EventsAsync(2);
            events.Should().OnlyContain(e => e.Alert.Id == id);
            events[0].Note.Should().Be("Reset: valve shut");
            events[1].Alert.Active.Should().BeFalse();
            await RefusedAsync(() => server.Alerts.ResetAsync(new V1.ResetRequest { Id = id }).ResponseAsync);
        }

        await using (var again = await TestServer.StartAsync(Options, folder))
        {
            (await again.Alerts.GetAsync(new V1.GetRequest { Id = id })).Alert.Active.Should().BeFalse();
            (await again.Alerts.GetAsync(new V1.GetRequest { Id = id })).History.Should().HaveCount(3);
        }
    }

    private static async Task RefusedAsync(Func<Task> reset) =>
        (await reset.Should().ThrowAsync<RpcException>()).Which.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason.Should().Be("NOT_LATCHED");
}
