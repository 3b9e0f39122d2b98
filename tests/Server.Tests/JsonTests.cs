using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Every RPC is JSON over HTTP/1.1 too, and probes and scrapers find what they look for.</summary>
public sealed class JsonTests
{
    [Fact]
    public async Task An_alert_is_listed_acknowledged_commented_on_and_closed_with_curl_alone()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Yellow), plant.To(Severity.Normal));
        var list = await server.Http.GetFromJsonAsync<JsonElement>("/v1/alerts");
        var alert = list.GetProperty("alerts")[0];
        alert.GetProperty("peakSeverity").GetString().Should().Be("SEVERITY_YELLOW");
        var id = alert.GetProperty("id").GetString();
        var incident = (await server.Http.GetFromJsonAsync<JsonElement>("/v1/incidents")).GetProperty("incidents")[0];
        incident.GetProperty("id").GetString().Should().Be(alert.GetProperty("incident").GetString());
        (await server.Http.GetFromJsonAsync<JsonElement>($"/v1/incidents/{incident.GetProperty("id").GetString()}")).GetProperty("alerts")[0].GetProperty("id").GetString().Should().Be(id);

        (await PostAsync(server, $"/v1/alerts/{id}:close", """{"verdict":"VERDICT_REAL"}""")).Status.Should().Be(HttpStatusCode.BadRequest, "it is not acknowledged");
        (await PostAsync(server, $"/v1/alerts/{id}:acknowledge", "{}")).Body.GetProperty("alert").GetProperty("step").GetString().Should().Be("STEP_ACKNOWLEDGED");
        (await PostAsync(server, $"/v1/alerts/{id}:comment", """{"note":"on site"}""")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(server, $"/v1/alerts/{id}:close", """{"verdict":"VERDICT_REAL"}""")).Status.Should().Be(HttpStatusCode.BadRequest, "it is not rectified");
        (await PostAsync(server, $"/v1/alerts/{id}:triage", """{"verdict":"VERDICT_REAL"}""")).Body.GetProperty("alert").GetProperty("triaged").GetProperty("verdict").GetString().Should().Be("VERDICT_REAL");
        (await PostAsync(server, $"/v1/alerts/{id}:report", "{}")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(server, $"/v1/alerts/{id}:dispatch", """{"to":"team 3"}""")).Body.GetProperty("alert").GetProperty("dispatched").GetProperty("to").GetString().Should().Be("team 3");
        (await PostAsync(server, $"/v1/alerts/{id}:arrive", "{}")).Body.GetProperty("alert").GetProperty("step").GetString().Should().Be("STEP_ARRIVED");
        (await PostAsync(server, $"/v1/alerts/{id}:rectify", """{"note":"valve changed"}""")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(server, $"/v1/alerts/{id}:shelve", """{"note":"parts","duration":"60s"}""")).Body.GetProperty("alert").TryGetProperty("shelvedUntil", out _).Should().BeTrue();
        (await PostAsync(server, $"/v1/alerts/{id}:close", """{"verdict":"VERDICT_REAL"}""")).Body.GetProperty("alert").GetProperty("step").GetString().Should().Be("STEP_CLOSED");

        (await server.Http.GetFromJsonAsync<JsonElement>("/v1/alerts")).TryGetProperty("alerts", out var open).Should().BeTrue();
        open.GetArrayLength().Should().Be(0);
        (await server.Http.GetFromJsonAsync<JsonElement>("/v1/alerts?includeClosed=true")).GetProperty("alerts").GetArrayLength().Should().Be(1);
        var history = (await server.Http.GetFromJsonAsync<JsonElement>($"/v1/alerts/{id}")).GetProperty("history");
        history.EnumerateArray().Select(e => e.GetProperty("type").GetString()).Should().Equal(
            "EVENT_TYPE_RAISED", "EVENT_TYPE_NORMAL", "EVENT_TYPE_ACKNOWLEDGED", "EVENT_TYPE_COMMENTED", "EVENT_TYPE_TRIAGED",
            "EVENT_TYPE_REPORTED", "EVENT_TYPE_DISPATCHED", "EVENT_TYPE_ARRIVED", "EVENT_TYPE_RECTIFIED", "EVENT_TYPE_SHELVED", "EVENT_TYPE_CLOSED");
    }

    [Fact]
    public async Task The_stream_is_lines_of_JSON()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        await using var stream = await server.Http.GetStreamAsync("/v1/alerts:watch", TestServer.Cancel);
        using var reader = new StreamReader(stream);
        JsonDocument.Parse((await reader.ReadLineAsync(TestServer.Cancel))!).RootElement.GetProperty("snapshot").GetProperty("device").GetString().Should().Be("gp-1");
        JsonDocument.Parse((await reader.ReadLineAsync(TestServer.Cancel))!).RootElement.GetProperty("snapshotEnd").GetProperty("alertCount").GetInt32().Should().Be(1);
    }

    [Theory]
    [InlineData("/healthz/live", "Healthy")]
    [InlineData("/healthz/ready", "Healthy")]
    [InlineData("/metrics", "pingan_ledger_queue_depth")]
    [InlineData("/v1/rules", "gas-pipe-overpressure")]
    [InlineData("/v1/rules:lastErrors", "errors")]
    [InlineData("/v1/devices", "devices")]
    [InlineData("/v1/gateways", "gateways")]
    [InlineData("/v1/deadLetters", "totalCount")]
    [InlineData("/v1/counters", "receivedMessages")]
    public async Task Answers(string path, string having)
    {
        await using var server = await TestServer.StartAsync();
        var response = await server.Http.GetAsync(path, TestServer.Cancel);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync(TestServer.Cancel)).Should().Contain(having);
    }

    [Theory]
    [InlineData("/v1/alerts/NONE", HttpStatusCode.NotFound)]
    [InlineData("/v1/alerts?pageToken=x", HttpStatusCode.BadRequest)]
    [InlineData("/v1/alerts?pageSize=-1", HttpStatusCode.BadRequest)]
    [InlineData("/v1/devices/gas-pipe/none", HttpStatusCode.NotFound)]
    [InlineData("/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("/mqtt", HttpStatusCode.BadRequest)]
    public async Task Refuses(string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync();
        (await server.Http.GetAsync(path, TestServer.Cancel)).StatusCode.Should().Be(status);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(TestServer server, string path, string json)
    {
        var response = await server.Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), TestServer.Cancel);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestServer.Cancel));
    }
}
