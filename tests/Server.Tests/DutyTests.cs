using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Territories, rosters, rights by roster and the import of officers, over the wire.</summary>
public sealed class DutyTests
{
    private const string Territories = "path,zh,en,neighbours\nd01,东城,East,\nd01/s03,三街,Third,\nd01/s04,四街,Fourth,\nd01/s03/c01,,,\n";

    [Theory]
    [InlineData("record", StatusCode.OK)]
    [InlineData("refuse", StatusCode.PermissionDenied)]
    public async Task Who_is_not_on_duty_is_refused_or_put_on_record(string setting, StatusCode code)
    {
        await using var server = await StartAsync(o => o with { Officers = o.Officers with { OffDuty = setting } });
        await server.PostAsync([.. Enumerable.Range(0, 4).Select(i => new Plant($"gp-{i}", "d01/s03/c01").To(Severity.Yellow))]);
        var ids = server.Ledger.Book.Alerts.Values.OrderBy(a => a.Device).Select(a => a.Id).ToList();
        (await AcknowledgeAsync(server, ids[0], "free")).Should().Be(StatusCode.OK, "there is no roster");
        await SetRosterAsync(server, "on");
        (await AcknowledgeAsync(server, ids[1], "on")).Should().Be(StatusCode.OK);
        (await AcknowledgeAsync(server, ids[2], "boss", "supervisor")).Should().Be(StatusCode.OK);
        (await AcknowledgeAsync(server, ids[3], "free")).Should().Be(code);
        var entries = await server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel);
        var noted = entries.SingleOrDefault(e => e.Kind == EntryKind.ActedOffDuty);
        if (setting == "record")
        {
            noted!.Actor.Should().Be("free");
            noted.Body.Duty!.OffDuty.Should().BeEquivalentTo(new OffDutyFacts("AlertService/Acknowledge", ids[3], ["on"]));
        }
        else
        {
            noted.Should().BeNull();
            var refused = async () => await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = ids[3] }, Headers("free"));
            (await refused.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Contain("on duty: on");
            await server.Ledger.FlushAsync(TestServer.Cancel);
            (await server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel)).Should().Contain(e => e.Kind == EntryKind.Refused && e.Actor == "free" && e.Body.Refusal!.Rpc == "AlertService/Acknowledge");
        }
    }

    [Fact]
    public async Task An_officer_sees_his_territory_and_the_names_above_it()
    {
        await using var server = await StartAsync();
        var fleet = new V1.FleetService.FleetServiceClient(server.Channel);
        var all = await fleet.ListTerritoriesAsync(new V1.ListTerritoriesRequest(), Headers("x"));
        all.Territories.Select(t => t.Path).Should().Equal("d01", "d01/s03", "d01/s03/c01");
        all.Territories[0].NameZh.Should().Be("东城");
        all.Territories[0].Children.Should().BeEmpty("of what lies above only the name is said");
        var street = await fleet.GetTerritoryAsync(new V1.GetTerritoryRequest { Path = "d01/s03" }, Headers("x"));
        street.Territory.Children.Should().Equal("d01/s03/c01");
        street.Territory.Neighbours.Should().BeEmpty("the neighbour is not his");
        street.Above.Select(t => t.Path).Should().Equal("d01");
        (await fleet.GetTerritoryAsync(new V1.GetTerritoryRequest { Path = "d01/s03" }, Headers("x", territory: "/"))).Territory.Neighbours.Should().Equal("d01/s04");
        var missing = async () => await fleet.GetTerritoryAsync(new V1.GetTerritoryRequest { Path = "d01/s33" }, Headers("x"));
        (await missing.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Contain("did you mean 'd01/s03'?");
    }

    [Fact]
    public async Task Who_is_asked_sees_it_on_the_stream_and_nobody_else()
    {
        await using var server = await StartAsync();
        await SetRosterAsync(server, "on");
        using var early = Watcher.Of(server, 0, Headers("on"));
        using var other = Watcher.Of(server, 0, Headers("free"));
        await early.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        await other.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var check = (await duty.StartCheckAsync(new V1.StartCheckRequest { Territory = "d01/s03", AnswerSeconds = 3600 }, Headers("boss", "supervisor"))).Check;
        (await early.NextAsync(V1.WatchResponse.ContentOneofCase.DutyCheck)).DutyCheck.Id.Should().Be(check.Id);
        using var late = Watcher.Of(server, 0, Headers("on"));
        (await late.NextAsync(V1.WatchResponse.ContentOneofCase.DutyCheck)).DutyCheck.Id.Should().Be(check.Id);
        await server.PostAsync(new Plant("gp-1", "d01/s03/c01").To(Severity.Yellow));
        V1.WatchResponse next;
        do
        {
            next = await other.NextAsync();
        }
        while (next.ContentCase == V1.WatchResponse.ContentOneofCase.Heartbeat);

        next.ContentCase.Should().Be(V1.WatchResponse.ContentOneofCase.Event, "he was not asked");
        (await duty.AnswerCheckAsync(new V1.AnswerCheckRequest { Id = check.Id }, Headers("on"))).Check.State.Should().Be(V1.CheckState.Answered);
    }

    [Fact]
    public async Task The_same_as_json()
    {
        await using var server = await StartAsync();
        await SetRosterAsync(server, "on");
        async Task<JsonElement> GetAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("authorization", Headers("x", territory: "/")[0].Value);
            using var response = await server.Http.SendAsync(request, TestServer.Cancel);
            response.IsSuccessStatusCode.Should().BeTrue(path);
            return await response.Content.ReadFromJsonAsync<JsonElement>(TestServer.Cancel);
        }

        (await GetAsync("/v1/territories/d01/s03")).GetProperty("territory").GetProperty("nameZh").GetString().Should().Be("三街");
        (await GetAsync("/v1/duty:who?territory=d01/s03")).GetProperty("officers")[0].GetProperty("officer").GetString().Should().Be("on");
        (await GetAsync("/v1/roster?territory=d01/s03")).GetProperty("stretches").GetArrayLength().Should().BeGreaterThan(0);
        (await GetAsync("/v1/roster/gaps")).TryGetProperty("gaps", out _).Should().BeTrue();
        (await GetAsync("/v1/checks")).TryGetProperty("checks", out _).Should().BeTrue();
    }

    [Fact]
    public async Task Officers_are_imported_all_or_none_and_twice_is_once()
    {
        await using var server = await OfficerTests.StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await OfficerTests.MakeChiefAsync(server);
        const string Csv = "name,zh,role,territory\nli.na,李娜,officer,d01/s03\nwang.wei,王伟,officer supervisor,d01\n";
        async Task<(int Added, int Changed, int Unchanged)> ImportAsync(string csv, bool dry = false)
        {
            var done = await duty.ImportOfficersAsync(new V1.ImportOfficersRequest { Csv = csv, DryRun = dry }, chief);
            return (done.Added, done.Changed, done.Unchanged);
        }

        (await ImportAsync(Csv, dry: true)).Should().Be((2, 0, 0));
        server.Ledger.Book.Duty.Officers.Should().ContainSingle();
        (await ImportAsync(Csv)).Should().Be((2, 0, 0));
        (await ImportAsync(Csv)).Should().Be((0, 0, 2));
        (await ImportAsync(Csv.Replace("李娜", "李楠", StringComparison.Ordinal))).Should().Be((0, 1, 1));
        var bad = async () => await ImportAsync(Csv + "zhao,赵,oficer,d01\nsun,孙,officer,d01\n");
        (await bad.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Be("csv:4:8: 'oficer' is no role; did you mean 'officer'?");
        var last = async () => await ImportAsync("name,role\nchief,officer\nsun,officer\n");
        (await last.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Contain("csv:2:1: No operator and supervisor of the whole city is left");
        server.Ledger.Book.Duty.Officers.Keys.Should().BeEquivalentTo("chief", "li.na", "wang.wei");
    }

    private static Task<TestServer> StartAsync(Func<ServerOptions, ServerOptions>? change = null)
    {
        return TestServer.StartAsync(o =>
        {
            var file = Path.Combine(o.Data, "territories.csv");
            File.WriteAllText(file, Territories);
            o = o with { Territories = file, Officers = new OfficersSection { SigningKey = AuthenticationTests.Key } };
            return change?.Invoke(o) ?? o;
        });
    }

    private static Metadata Headers(string name, string role = "officer", string territory = "d01/s03")
    {
        var exp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        return AuthenticationTests.Headers(AuthenticationTests.Token(new { sub = name, territory, roles = role, aud = "pingan", exp }));
    }

    private static async Task SetRosterAsync(TestServer server, string officer)
    {
        var roster = new V1.Roster { Territory = "d01/s03", Zone = "Asia/Shanghai", Start = "2020-01-01", RotateDays = 7 };
        roster.Shifts.Add(new V1.RosterShift { Name = "all day", From = "00:00", To = "24:00" });
        roster.Teams.Add(new V1.RosterTeam { Officers = { officer } });
        await new V1.DutyService.DutyServiceClient(server.Channel).SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, Headers("boss", "supervisor"));
    }

    private static async Task<StatusCode> AcknowledgeAsync(TestServer server, string id, string name, string role = "officer")
    {
        try
        {
            await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id }, Headers(name, role));
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
