using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Pages and fields as Google's AIPs have them (132, 157, 158), the same for every call that reads.</summary>
public sealed class PagingTests
{
    /// <summary>These tell all there is at once, within a bound of their own.</summary>
    private static readonly string[] Whole = ["ListGaps", "ListNotices", "ListChannels"];

    /// <summary>These ask, or come to the same however often they come.</summary>
    private static readonly string[] WithoutId =
    [
        "SetUp", "SignIn", "RefreshSession", "SignOut", "SetPassword", "ImportOfficers", "WhoIsOnDuty", "CheckPolicy", "CheckRules", "ExplainSeries", "Watch", "ConfirmDelivery",
    ];

    private static IEnumerable<MethodDescriptor> Calls() => typeof(V1.Alert).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal) && t.Namespace == typeof(V1.Alert).Namespace)
        .Select(t => (FileDescriptor)t.GetProperty("Descriptor")!.GetValue(null)!).SelectMany(f => f.Services).SelectMany(s => s.Methods);

    private static IEnumerable<MethodDescriptor> Reads() => Calls()
        .Where(m => m.Name.StartsWith("List", StringComparison.Ordinal) || m.Name.StartsWith("Get", StringComparison.Ordinal));

    [Fact]
    public void Every_call_that_reads_takes_a_mask_and_every_list_has_pages()
    {
        var reads = Reads().ToList();
        reads.Count.Should().BeGreaterThan(18);
        reads.Where(m => m.InputType.FindFieldByName("read_mask")?.MessageType != FieldMask.Descriptor).Select(m => m.FullName).Should().BeEmpty();
        var lists = reads.Where(m => m.Name.StartsWith("List", StringComparison.Ordinal) && !Whole.Contains(m.Name)).ToList();
        lists.Where(m => m.InputType.FindFieldByName("page_size") is null || m.InputType.FindFieldByName("page_token") is null
            || m.OutputType.FindFieldByName("next_page_token") is null).Select(m => m.FullName).Should().BeEmpty();
    }

    [Fact]
    public void Every_command_takes_a_request_id() =>
        Calls().Except(Reads()).Where(m => m.InputType.FindFieldByName("request_id")?.FieldType != FieldType.String).Select(m => m.Name).Should().BeEquivalentTo(WithoutId);

    [Fact]
    public async Task A_token_goes_on_where_the_page_ended_and_is_good_for_its_request_alone()
    {
        await using var server = await StartAsync(7);
        var seen = new List<string>();
        var request = new V1.ListRequest { PageSize = 3 };
        do
        {
            var page = await server.Alerts.ListAsync(request);
            seen.AddRange(page.Alerts.Select(a => a.Device));
            request.PageToken = page.NextPageToken;
            request.PageSize = 2;
        }
        while (request.PageToken.Length > 0);
        seen.Should().Equal("gp-6", "gp-5", "gp-4", "gp-3", "gp-2", "gp-1", "gp-0");

        var token = (await server.Alerts.ListAsync(new V1.ListRequest { PageSize = 3 })).NextPageToken;
        token.Should().MatchRegex("^[A-Za-z0-9_-]+$");
        (await RefusalAsync(server, new V1.ListRequest { PageToken = token, Device = "gp-1" })).Should().Contain("is of another request");
        (await RefusalAsync(server, new V1.ListRequest { PageToken = token, IncludeClosed = true })).Should().Contain("is of another request");
        (await RefusalAsync(server, new V1.ListRequest { PageToken = "3" })).Should().Contain("is not one that this server gave");
        for (var i = 0; i < token.Length; i++)
        {
            var altered = token.Remove(i, 1).Insert(i, token[i] == 'x' ? "y" : "x");
            (await RefusalAsync(server, new V1.ListRequest { PageToken = altered })).Should().StartWith("page_token: is ", altered);
        }

        var again = (await server.Alerts.ListAsync(new V1.ListRequest { PageSize = 3 })).NextPageToken;
        (again.Length, again == token).Should().Be((token.Length, false), "nobody can tell by it where the page begins");
        var fleet = new V1.FleetService.FleetServiceClient(server.Channel);
        var other = async () => await fleet.ListDevicesAsync(new V1.ListDevicesRequest { PageToken = token });
        (await other.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
        (await RefusalAsync(server, new V1.ListRequest { PageSize = -1 })).Should().Be("page_size: must not be negative");
    }

    [Fact]
    public async Task Only_the_fields_that_are_asked_for_are_sent()
    {
        await using var server = await StartAsync(3);
        var page = await server.Alerts.ListAsync(new V1.ListRequest { PageSize = 2, ReadMask = Mask("alerts.id", "alerts.title.en") });
        page.Alerts.Should().HaveCount(2).And.OnlyContain(a => a.Id.Length > 0 && a.Title.En.Length > 0 && a.Title.Zh.Length == 0 && a.Device.Length == 0 && a.Evidence.Count == 0);
        page.NextPageToken.Should().NotBeEmpty("it is always there");
        (await server.Alerts.ListAsync(new V1.ListRequest { PageSize = 2, PageToken = page.NextPageToken })).Alerts.Should().ContainSingle("the mask may change from page to page");
        var id = page.Alerts[0].Id;
        var got = await server.Alerts.GetAsync(new V1.GetRequest { Id = id, ReadMask = Mask("history.type", "history") });
        got.Alert.Should().BeNull();
        (got.History.Single().Type, got.History.Single().AlertId).Should().Be((V1.EventType.Raised, id), "all of it was asked for, too");
        (await server.Alerts.GetAsync(new V1.GetRequest { Id = id, ReadMask = Mask("*") })).Should().Be(await server.Alerts.GetAsync(new V1.GetRequest { Id = id }));
        foreach (var wrong in new[] { "alerts.colour", "Alerts", "", "alerts.id.x", "next_page_token.x", "alerts..id" })
        {
            (await RefusalAsync(server, new V1.ListRequest { ReadMask = Mask(wrong) })).Should().StartWith("read_mask: ", wrong);
        }

        (await (await server.Http.GetAsync("/v1/alerts?readMask=alerts.peakSeverity&pageSize=1", TestServer.Cancel)).Content.ReadAsStringAsync(TestServer.Cancel)).Should().Contain("SEVERITY_GREEN").And.Contain("\"device\":\"\"");
        (await server.Http.GetAsync("/v1/alerts?readMask=alerts.nothing", TestServer.Cancel)).StatusCode.Should().Be(System.Net.HttpStatusCode.BadRequest);
        var reports = new V1.ReportService.ReportServiceClient(server.Channel);
        var report = await reports.GetReportAsync(new V1.GetReportRequest { ReadMask = Mask("total.raised") });
        report.Should().Be(new V1.GetReportResponse { Total = new V1.AlertCounts { Raised = 3 } });
    }

    [Fact]
    public async Task An_officer_is_made_once_however_often_it_is_asked_for()
    {
        await using var server = await OfficerTests.StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        await duty.SetUpAsync(new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "chief", Password = "correct horse battery" });
        var session = (await duty.SignInAsync(new V1.SignInRequest { Name = "chief", Password = "correct horse battery" })).Session;
        var headers = new Metadata { { "authorization", "Bearer " + session.AccessToken } };
        var request = new V1.CreateOfficerRequest { Officer = new V1.DutyOfficer { Name = "li.na", Roles = { V1.Role.Officer } }, RequestId = "r1" };
        await duty.CreateOfficerAsync(request, headers);
        var entries = server.Ledger.Book.Sequence;
        (await duty.CreateOfficerAsync(request, headers)).Officer.Name.Should().Be("li.na");
        server.Ledger.Book.Sequence.Should().Be(entries, "nothing was written");
        request.RequestId = "r2";
        var again = async () => await duty.CreateOfficerAsync(request, headers);
        (await again.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.AlreadyExists);
        request.RequestId = "r1";
        request.Officer.Name = "wang";
        (await again.Should().ThrowAsync<RpcException>()).Which.Status.Detail.Should().Contain("used for something else");
    }

    private static FieldMask Mask(params string[] paths) => new() { Paths = { paths } };

    private static async Task<string> RefusalAsync(TestServer server, V1.ListRequest request)
    {
        var ask = async () => await server.Alerts.ListAsync(request);
        var refusal = (await ask.Should().ThrowAsync<RpcException>(((IMessage)request).ToString())).Which;
        refusal.StatusCode.Should().Be(StatusCode.InvalidArgument);
        return refusal.Status.Detail;
    }

    private static async Task<TestServer> StartAsync(int alerts)
    {
        var server = await TestServer.StartAsync();
        await server.PostAsync([.. Enumerable.Range(0, alerts).Select(i => new Plant($"gp-{i}").To(Severity.Green))]);
        return server;
    }
}
