using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;

namespace PingAnIoT.Server.Tests;

/// <summary>A live series explained: over gRPC, as JSON and at the terminal.</summary>
public sealed class ExplainTests
{
    private const string Rule = """
        rules:
          - id: hot
            title: { zh: 高温, en: Hot }
            kind: smoke-detector
            quantity: temperature
            when: mean(60s)
            red: "> $heat-level or 85"
            yellow: "> 60"
            hold: 1h
            basis: site
          - id: silent
            title: { zh: 失联, en: Silent }
            kind: smoke-detector
            when: absent(10m)
            fault: true
            basis: site
          - id: unseen
            title: { zh: 有烟未报警, en: Smoke without alarm }
            kind: smoke-detector
            first: { quantity: smoke, when: last, is: "> 0.3" }
            then not: { quantity: alarm, when: last, is: "== true" }
            within: 1h
            red: true
            basis: site
        """;

    private const string Devices = """
        device,kind,gateway,territory,set:heat-level
        sd-1,smoke-detector,gw-7,d01/s03,65
        """;

    [Fact]
    public async Task Over_gRPC_and_as_JSON()
    {
        await using var server = await StartAsync();
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":70}""");
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        V1.ExplainSeriesResponse answer = new();
        await Until.TrueAsync(() => (answer = rules.ExplainSeries(Of("smoke-detector/sd-1/temperature"))).Readings.Count == 1, TimeSpan.FromSeconds(120));

        (answer.Unit, answer.Territory, answer.ReadingsKept).Should().Be(("Cel", "d01/s03", 1));
        var hot = answer.Rules.Should().ContainSingle().Which;
        (hot.RuleId, hot.When, hot.Value, hot.Says).Should().Be(("hot", "mean(60s)", 70, V1.Severity.Normal));
        hot.Bands.Select(b => (b.Severity, b.Comparison, b.Threshold, b.SetPoint, b.Crossed)).Should().Equal(
            (V1.Severity.Red, ">", 65, "heat-level", true), (V1.Severity.Yellow, ">", 60, "", true));
        (hot.Bands[0].DueTime.ToDateTimeOffset() - hot.Bands[0].PendingTime.ToDateTimeOffset()).Should().Be(TimeSpan.FromHours(1));
        hot.Bands[0].DueWithReading.Should().BeTrue("no reading speaks for an hour");
        var silent = answer.Silences.Should().ContainSingle().Which;
        silent.Gateways.Should().ContainSingle().Which.Should().Be(new V1.GatewayOnSeries { Name = "gw-7", Online = true });
        rules.ExplainSeries(Of("smoke-detector/sd-1/temperature", "silent")).Rules.Should().BeEmpty();

        var json = await server.Http.GetFromJsonAsync<JsonElement>("/v1/rules:explain?series=smoke-detector/sd-1/temperature&ruleId=hot", TestServer.Cancel);
        json.GetProperty("rules")[0].GetProperty("bands")[0].GetProperty("setPoint").GetString().Should().Be("heat-level");
    }

    [Fact]
    public async Task A_sequence_tells_since_when_it_waits()
    {
        await using var server = await StartAsync();
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"smoke":0.01}""");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"smoke":0.5}""");
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        V1.RuleOnSeries waiting = new();
        await Until.TrueAsync(
            () => rules.ExplainSeries(Of("smoke-detector/sd-1/smoke", "unseen")).Rules is [{ WaitingTime: not null } rule] && (waiting = rule) is not null, TimeSpan.FromSeconds(120));

        waiting.When.Should().Be("last of smoke then not last of alarm within 1h");
        (waiting.WaitingUntilTime.ToDateTimeOffset() - waiting.WaitingTime.ToDateTimeOffset()).Should().Be(TimeSpan.FromHours(1));
        waiting.Bands.Should().ContainSingle().Which.DueWithReading.Should().BeFalse("no carry limits the wait");
        var (status, output) = await RunAsync(server, "smoke-detector/sd-1/smoke", "--rule", "unseen");
        status.Should().Be(0, output);
        output.ReplaceLineEndings(" ").Should().Contain("for the second since").And.Contain("until");
    }

    [Theory]
    [InlineData("smoke-detector/sd-1/temprature", "", "There is no series 'smoke-detector/sd-1/temprature'; did you mean 'smoke-detector/sd-1/temperature'?")]
    [InlineData("smoke-detektor/sd-1/temperature", "", "There is no series 'smoke-detektor/sd-1/temperature'; did you mean 'smoke-detector/sd-1/temperature'?")]
    [InlineData("smoke-detector/sd-l/temperature", "", "There is no series 'smoke-detector/sd-l/temperature'; did you mean 'smoke-detector/sd-1/temperature'?")]
    [InlineData("gas-pipe/sd-1/pressure", "", "There is no series 'gas-pipe/sd-1/pressure'.")]
    [InlineData("smoke-detector", "", "There is no series 'smoke-detector'.")]
    [InlineData("", "", "There is no series ''.")]
    [InlineData("smoke-detector/sd-1/temperature", "hut", "There is no rule on this series 'hut'; did you mean 'hot'?")]
    public async Task What_there_is_not_is_said_with_what_was_likely_meant(string series, string rule, string message)
    {
        await using var server = await StartAsync();
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        await Until.TrueAsync(() => rules.ExplainSeries(Of("smoke-detector/sd-1/temperature")).Rules.Count == 1, TimeSpan.FromSeconds(120));
        var ask = () => rules.ExplainSeriesAsync(Of(series, rule)).ResponseAsync;
        var status = (await ask.Should().ThrowAsync<RpcException>()).Which.Status;
        (status.StatusCode, status.Detail).Should().Be((StatusCode.NotFound, message));
    }

    [Fact]
    public async Task Of_another_territory_there_is_nothing_to_be_found_nor_guessed()
    {
        await using var server = await StartAsync(o => o with { Officers = new OfficersSection { SigningKey = AuthenticationTests.Key } });
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        await Until.TrueAsync(() => rules.ExplainSeries(Of("smoke-detector/sd-1/temperature"), Officer("d01")).Rules.Count == 1, TimeSpan.FromSeconds(120));
        foreach (var series in new[] { "smoke-detector/sd-1/temperature", "smoke-detector/sd-2/temperature" })
        {
            var ask = () => rules.ExplainSeriesAsync(Of(series), Officer("d02")).ResponseAsync;
            (await ask.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Be($"There is no series '{series}'.");
        }
    }

    [Fact]
    public async Task At_the_terminal()
    {
        await using var server = await StartAsync();
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", """{"temperature":63}""");
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        await Until.TrueAsync(() => rules.ExplainSeries(Of("smoke-detector/sd-1/temperature")).Readings.Count == 1, TimeSpan.FromSeconds(120));

        var (status, output) = await RunAsync(server, "smoke-detector/sd-1/temperature");
        status.Should().Be(0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        output.Should().Contain("smoke-detector/sd-1/temperature in d01/s03").And.Contain("mean(60s) = 63 Cel of 1")
            .And.MatchRegex(@"red > 65 \(set-point heat-level\) +- ").And.MatchRegex(@"yellow > 60 \(the rule's\) +crossed +to come on since .* with a reading")
            .And.Contain("gw-7 online").And.Contain("normal");
        (await RunAsync(server, "smoke-detector/sd-1/temperature", "--json")).Output.Should().Contain("\"setPoint\": \"heat-level\"");
        (await RunAsync(server, "smoke-detector/sd-1/smoke", "--rule", "silent")).Output.Should().Contain("absent(600s)").And.NotContain("mean");
        var (unknown, error) = await RunAsync(server, "smoke-detector/sd-9/smoke");
        unknown.Should().Be(1);
        error.Should().Contain("did you mean 'smoke-detector/sd-1/smoke'?");
    }

    [Fact]
    public async Task As_it_was_at_a_time_that_is_past()
    {
        await using var server = await StartAsync();
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        var between = await PublishAsync(63, 1);
        var after = await PublishAsync(64, 2);

        var answer = await rules.ExplainSeriesAsync(new V1.ExplainSeriesRequest { Series = "smoke-detector/sd-1/temperature", AtTime = between });
        answer.Readings.Should().ContainSingle().Which.Value.Should().Be(63);
        (answer.Rules[0].Value, answer.AsOfTime <= between).Should().Be((63, true));
        var at = Text(between);
        var json = await server.Http.GetFromJsonAsync<JsonElement>($"/v1/rules:explain?series=smoke-detector/sd-1/temperature&atTime={at}", TestServer.Cancel);
        json.GetProperty("readings").GetArrayLength().Should().Be(1);
        (await RunAsync(server, "smoke-detector/sd-1/temperature", "--at", at)).Output.Should().Contain("mean(60s) = 63 Cel of 1");
        (await RunAsync(server, "smoke-detector/sd-1/temperature", "--at", Text(after))).Output.Should().Contain("mean(60s) = 63.5 Cel of 2");
        (await RunAsync(server, "smoke-detector/sd-1/temperature", "--at", "noon")).Should().Match<(int Status, string Output)>(
            r => r.Status == 2 && r.Output.Contains("'noon' is not a time; expected one such as 2026-05-01T12:00:00Z."));
        (await RunAsync(server, "smoke-detector/sd-1/temperature", "--at", "2999-01-01")).Should().Match<(int Status, string Output)>(
            r => r.Status != 0 && r.Output.Contains("at_time: is in the future"));
        var tooOld = () => rules.ExplainSeriesAsync(new V1.ExplainSeriesRequest { Series = "smoke-detector/sd-1/temperature", AtTime = new() { Seconds = -1 } }).ResponseAsync;
        var status = (await tooOld.Should().ThrowAsync<RpcException>()).Which.Status;
        status.StatusCode.Should().Be(StatusCode.OutOfRange);
        status.Detail.Should().MatchRegex(@"^The journal does not go back so far; the oldest time that can be shown is \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\.$");

        async Task<Google.Protobuf.WellKnownTypes.Timestamp> PublishAsync(double value, int readings)
        {
            await gateway.PublishAsync("pingan/v1/gw-7/smoke-detector/sd-1", $$"""{"temperature":{{value}}}""");
            V1.ExplainSeriesResponse now = new();
            await Until.TrueAsync(() => (now = rules.ExplainSeries(Of("smoke-detector/sd-1/temperature"))).Readings.Count == readings, TimeSpan.FromSeconds(120));
            return now.Readings[^1].EventTime;
        }

        static string Text(Google.Protobuf.WellKnownTypes.Timestamp time) =>
            time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }

    private static async Task<(int Status, string Output)> RunAsync(TestServer server, string series, params string[] more)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var input = new StringReader("");
        string[] arguments = ["rules", "explain", "--series", series, "--server", server.Host.Addresses.GrpcUri.ToString(), .. more];
        var status = await CommandLine.RunAsync(arguments, new Terminal(input, output, output, TimeProvider.System), TestServer.Cancel);
        return (status, output.ToString());
    }

    private static V1.ExplainSeriesRequest Of(string series, string rule = "") => new() { Series = series, RuleId = rule };

    private static Metadata Officer(string territory)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return AuthenticationTests.Headers(AuthenticationTests.Token(new { sub = "li.na", territory = territory.Length > 0 ? territory : "/", roles = "officer", aud = "pingan", exp = now + 600 }));
    }

    private static Task<TestServer> StartAsync(Func<ServerOptions, ServerOptions>? change = null) => TestServer.StartAsync(o =>
    {
        var (rules, devices) = (Path.Combine(o.Data, "rules.yaml"), Path.Combine(o.Data, "devices.csv"));
        File.WriteAllText(rules, Rule);
        File.WriteAllText(devices, Devices);
        return (change ?? (x => x))(o with { Rules = rules, Register = devices });
    });
}
