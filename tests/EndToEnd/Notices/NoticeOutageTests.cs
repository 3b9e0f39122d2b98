using System.Globalization;
using System.Text.Json;
using PingAnIoT.Alerts.Tests;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// From a reading over MQTT to a mail server, a web server and an Alertmanager that are all away when it is raised. Nothing here is held to a time:
/// patience is a minute, and a send is tried for eight.
/// </summary>
public sealed class NoticeOutageTests
{
    private const string Secret = "shared with the hook";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_red_that_nobody_could_be_told_of_is_told_once_to_each_when_they_are_back_and_ends_in_Alertmanager_when_it_is_closed()
    {
        var publish = Peers.Require("mosquitto_pub", "mosquitto-clients");
        await using var alertmanager = new Alertmanager();
        await using var hook = new HookSink();
        await using var smtp = new SmtpSink();
        hook.Up();
        smtp.Up();
        await hook.DownAsync();
        await smtp.DownAsync();
        using var temp = new TempFolder("notices");
        var data = temp.FullName;
        var notices = Path.Combine(data, "notices.yaml");
        await File.WriteAllTextAsync(Path.Combine(data, "secret"), Secret);
        await File.WriteAllTextAsync(notices, $$"""
            hosts: [127.0.0.1]
            channels:
              - { name: hook, type: webhook, url: "http://127.0.0.1:{{hook.Port}}/alerts", secret: "file:{{Path.Combine(data, "secret")}}", timeout: 60s }
              - { name: mail, type: mail, url: "smtp://127.0.0.1:{{smtp.Port}}", from: pingan@test, timeout: 60s }
              - { name: prometheus, type: alertmanager, url: "http://127.0.0.1:{{alertmanager.Port}}", timeout: 60s }
            contacts:
              - { name: chief, channels: [hook, mail, prometheus], mail: chief@test, language: en }
            """);
        await using var server = await PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(data, TestRules.Methane), ["Notices"] = notices,
        });
        await SayAsync(60);
        foreach (var channel in new[] { "hook", "mail", "prometheus" })
        {
            await Until.SoAsync(() => server.Lines.Any(l => l.Contains($"did not go out over {channel} ", StringComparison.Ordinal)), Long, $"a send over {channel} fails");
        }

        // Not told yet, and the web server that comes back is not yet well.
        hook.Status = 503;
        hook.Up();
        await Until.SoAsync(() => hook.Seen.Count > 0, Long, "the hook is tried again");
        hook.Status = 200;
        smtp.Up();
        await alertmanager.StartAsync();
        await Until.SoAsync(() => hook.Taken.Count > 0 && smtp.Mails.Count > 0, Long, "hook and mail have it");
        await Until.SoAsync(async () => (await alertmanager.ActiveAsync()).Count > 0, Long, "Alertmanager lists it");
        var labels = (await alertmanager.ActiveAsync()).Should().ContainSingle().Subject;
        using var officer = new Officer(server.Grpc);
        var id = (await officer.Alerts.ListAsync(new ListRequest())).Alerts.Single().Id;
        labels.Should().Contain("alertname", "methane-now").And.Contain("severity", "red").And.Contain("device", "away-1").And.Contain("kind", "gas-pipe").And.Contain("alert", id);

        // It ends there when it is closed here, and not before.
        await SayAsync(0);
        await officer.Alerts.AcknowledgeAsync(new AcknowledgeRequest { Id = id }, Named("li.na"));
        await Until.SoAsync(async () => !(await officer.Alerts.GetAsync(new GetRequest { Id = id })).Alert.Active, Long, "the plant is back to normal");
        (await alertmanager.ActiveAsync()).Should().ContainSingle("it is open still");
        await officer.Alerts.CloseAsync(new CloseRequest { Id = id, Verdict = Verdict.False }, Named("wang.wei"));
        await Until.SoAsync(async () => (await alertmanager.ActiveAsync()).Count == 0, Long, "it has ended in Alertmanager");

        // What fell due meanwhile has keys of its own; each key was taken once.
        hook.Taken.Select(r => r.Key).Should().OnlyHaveUniqueItems();
        hook.Taken.Should().ContainSingle(r => Reason(r) == "raised");
        hook.Seen.Should().OnlyContain(r => r.IsSignedBy(Secret));
        smtp.Mails.Select(m => m.Header("X-PingAn-Key")).Should().OnlyHaveUniqueItems();
        smtp.Mails.Should().OnlyContain(m => m.To.Single() == "chief@test");
        (await server.StopAsync()).Should().Be(0);
        var verified = await PinganProcess.VerbAsync("verify", "--data", data);
        verified.ExitCode.Should().Be(0, verified.ToString());

        async Task SayAsync(int methane)
        {
            string[] arguments =
            [
                "-h", "127.0.0.1", "-p", server.Mqtt.ToString(CultureInfo.InvariantCulture), "-i", "gw-away", "-u", "gw-away", "-P", "x", "-q", "1",
                "-t", "pingan/v1/gw-away/gas-pipe/away-1", "-m", $"{{\"methane\": {methane}}}",
            ];
            var said = await Tool.RunAsync(publish, arguments);
            said.ExitCode.Should().Be(0, said.ToString());
        }
    }

    private static Grpc.Core.Metadata Named(string officer) => new() { { "x-officer", officer } };

    private static string? Reason(HookRequest request) => JsonDocument.Parse(request.Text).RootElement.GetProperty("reason").GetString();
}
