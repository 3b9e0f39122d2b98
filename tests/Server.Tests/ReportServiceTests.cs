using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Reports over the wire: what is asked, what is refused, and that an officer's counts only what is his.</summary>
public sealed class ReportServiceTests
{
    [Fact]
    public async Task An_officer_counts_only_what_he_may_see()
    {
        await using var server = await StartAsync();
        var client = new V1.ReportService.ReportServiceClient(server.Channel);
        var all = await client.GetReportAsync(new V1.GetReportRequest { Level = V1.TerritoryLevel.Street }, Headers("boss", "/"));
        (all.Total.Raised, all.Total.OpenAfter).Should().Be((4L, 4L));
        all.ByTerritory.Select(t => $"{t.Name} {t.Counts.Raised}").Should().Equal(" 1", "d01/s03 1", "d01/s04 2");
        (all.Span.Zone, all.Span.UpToSequence, all.Span.Unfinished).Should().Be((server.Ledger.Policy.Calendar.Zone.Id, server.Ledger.Book.Sequence, true));
        var own = await client.GetReportAsync(new V1.GetReportRequest { Level = V1.TerritoryLevel.Grid }, Headers("wang", "d01/s03"));
        own.ByTerritory.Select(t => $"{t.Name} {t.Counts.Raised}").Should().Equal([" 1", "d01/s03/c01 1"], "what is of no known place is everybody's");
        var named = await client.GetReportAsync(new V1.GetReportRequest { Territory = "d01/s03" }, Headers("wang", "d01/s03"));
        (named.Total.Raised, named.ByTerritory.Single().Name, named.ByColour.Single().Name).Should().Be((1L, "d01", "green"));
        (await client.GetKpisAsync(new V1.GetKpisRequest(), Headers("wang", "d01/s03"))).Total.Alerts.Should().Be(2);
        var heat = await client.GetHeatMapAsync(new V1.GetHeatMapRequest { ByDay = true, Level = V1.TerritoryLevel.District }, Headers("boss", "/"));
        heat.Rows.Select(r => $"{r.Territory}/{r.Kind}: {r.Cells.Sum(c => c.Red)} red, {r.Cells.Sum(c => c.Green)} green").Should().Equal("/gas-pipe: 0 red, 1 green", "d01/gas-pipe: 2 red, 1 green");
        heat.Rows.SelectMany(r => r.Cells).Should().OnlyContain(c => c.Hour >= 0 && c.Hour < 24);
    }

    [Fact]
    public async Task The_same_entry_gives_the_same_report()
    {
        await using var server = await StartAsync();
        var client = new V1.ReportService.ReportServiceClient(server.Channel);
        var first = await client.GetReportAsync(new V1.GetReportRequest { Period = V1.ReportPeriod.Weekly }, Headers("boss", "/"));
        var request = new V1.GetReportRequest { Period = V1.ReportPeriod.Weekly, UpToSequence = first.Span.UpToSequence, Date = "2100-01-04" };
        await server.PostAsync(new Plant("later", "d01/s03/c01").To(Severity.Yellow));
        (await client.GetReportAsync(new V1.GetReportRequest { Period = V1.ReportPeriod.Weekly, UpToSequence = first.Span.UpToSequence }, Headers("boss", "/"))).Should().Be(first);
        (await client.GetReportAsync(new V1.GetReportRequest { Period = V1.ReportPeriod.Weekly }, Headers("boss", "/"))).Total.Raised.Should().Be(5);
        var future = await client.GetReportAsync(request, Headers("boss", "/"));
        (future.Total.OpenBefore, future.Total.Raised, future.Span.Unfinished).Should().Be((4L, 0L, true));
    }

    [Theory]
    [InlineData("/v1/reports?date=yesterday", HttpStatusCode.BadRequest, "is a day such as 2026-11-23")]
    [InlineData("/v1/reports?upToSequence=-1", HttpStatusCode.BadRequest, "no such entry")]
    [InlineData("/v1/reports?upToSequence=99", HttpStatusCode.BadRequest, "no such entry")]
    [InlineData("/v1/reports?period=9", HttpStatusCode.BadRequest, "Invalid value")]
    [InlineData("/v1/reports?level=9", HttpStatusCode.BadRequest, "Invalid value")]
    [InlineData("/v1/reports?territory=no%20where", HttpStatusCode.NotFound, "There is no territory")]
    [InlineData("/v1/reports?period=REPORT_PERIOD_QUARTERLY&date=2026-11-23", HttpStatusCode.OK, "2026-10-01T00:00:00Z")]
    [InlineData("/v1/reports:kpis", HttpStatusCode.OK, "\"floodBeginsOver\":10")]
    [InlineData("/v1/reports:heatMap", HttpStatusCode.OK, "span")]
    public async Task As_JSON(string path, HttpStatusCode status, string having)
    {
        await using var server = await TestServer.StartAsync();
        var response = await server.Http.GetAsync(path, TestServer.Cancel);
        var text = await response.Content.ReadAsStringAsync(TestServer.Cancel);
        response.StatusCode.Should().Be(status, text);
        text.Replace(" ", "", StringComparison.Ordinal).Should().Contain(having.Replace(" ", "", StringComparison.Ordinal));
    }

    private static Metadata Headers(string name, string territory)
    {
        var exp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        return AuthenticationTests.Headers(AuthenticationTests.Token(new { sub = name, territory, roles = "officer", aud = "pingan", exp }));
    }

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = AuthenticationTests.Key } });
        await server.PostAsync(
            new Plant("own", "d01/s03/c01").To(Severity.Green), new Plant("far-1", "d01/s04/c01").To(Severity.Red),
            new Plant("far-2", "d01/s04").To(Severity.Red), new Plant("nowhere", "").To(Severity.Green));
        return server;
    }
}
