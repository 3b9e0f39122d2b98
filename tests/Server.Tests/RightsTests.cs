using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>
/// Who may call what, and what an officer of one street is told: a matrix over every call of every service, found by reflection, so that a call
/// that is added without a line here fails.
/// </summary>
public sealed class RightsTests
{
    /// <summary>What only the other street has: none of it may be in anything that an officer of this one is sent.</summary>
    private static readonly string[] Foreign = ["zz-foreign", "gw-foreign", "d01/s04", "officer.foreign"];

    /// <summary>One line a call: the request as JSON (FOREIGN is the other street's alert), then what officer, supervisor, operator and auditor of d01/s03 get.</summary>
    private const string Table = """
        AlertService/Watch            {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        AlertService/ConfirmDelivery  {"cursor":"1"}                                            officer:OK supervisor:OK operator:OK auditor:OK
        AlertService/List             {"includeClosed":true}                                    officer:OK supervisor:OK operator:OK auditor:OK
        AlertService/Get              {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        AlertService/Acknowledge      {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Close            {"id":"FOREIGN","verdict":"VERDICT_REAL"}                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Reset            {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Comment          {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/See              {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Triage           {"id":"FOREIGN","verdict":"VERDICT_REAL"}                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Report           {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Dispatch         {"id":"FOREIGN","to":"x"}                                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Arrive           {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Rectify          {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Confirm          {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Shelve           {"id":"FOREIGN","note":"x","duration":"60s"}              officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/Unshelve         {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/TakeOutOfService {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        AlertService/ReturnToService  {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        IncidentService/ListIncidents {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        IncidentService/GetIncident   {"id":"INCIDENT","includeClosed":true}                    officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        PolicyService/GetPolicy       {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        PolicyService/CheckPolicy     {"text":"deadlines: {}"}                                  officer:OK supervisor:OK operator:OK auditor:OK
        MaintenanceService/PlanMaintenance {"window":{"scope":{"territory":"d01/s04"},"from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z","reason":"x"},"validateOnly":true} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        MaintenanceService/ConfirmRedMaintenance {"id":"WINDOW"}                                officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        MaintenanceService/EndMaintenance {"id":"WINDOW"}                                       officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        MaintenanceService/ListMaintenance {"includeEnded":true}                                officer:OK supervisor:OK operator:OK auditor:OK
        FleetService/ListDevices      {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        FleetService/GetDevice        {"kind":"gas-pipe","device":"zz-foreign"}                 officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        FleetService/ListGateways     {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        FleetService/ListDeadLetters  {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK
        FleetService/GetCounters      {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK
        RuleService/ListRules         {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        RuleService/CheckRules        {"text":"rules: []"}                                      officer:OK supervisor:OK operator:OK auditor:OK
        RuleService/GetLastErrors     {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK
        RuleService/ExplainSeries     {"series":"gas-pipe/zz-foreigm/pressure"}                 officer:NotFound supervisor:NotFound operator:NotFound auditor:NotFound
        NoticeService/ListNotices     {"alertId":"FOREIGN"}                                     officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        NoticeService/ListDeadNotices {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        NoticeService/RetryNotice     {"key":"FOREIGN/1/chief/hook"}                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        NoticeService/DiscardNotice   {"key":"FOREIGN/1/chief/hook"}                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        NoticeService/ListChannels    {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK
        ReportService/GetReport       {"level":"TERRITORY_LEVEL_GRID"}                          officer:OK supervisor:OK operator:OK auditor:OK
        ReportService/GetHeatMap      {"territory":"d01/s04","level":"TERRITORY_LEVEL_GRID"}    officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        ReportService/GetKpis         {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/SetUp             {"name":"x","password":"correct horse battery"}           officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated
        DutyService/SignIn            {"name":"officer.foreign","password":"wrong horse bat"}   officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated
        DutyService/RefreshSession    {"refreshToken":"a.b"}                                    officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated
        DutyService/SetPassword       {"name":"officer.foreign","password":"short"}             officer:InvalidArgument supervisor:InvalidArgument operator:InvalidArgument auditor:InvalidArgument
        DutyService/ListOfficers      {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/CreateOfficer     {"officer":{"name":"<"}}                                  officer:PermissionDenied supervisor:PermissionDenied operator:InvalidArgument auditor:PermissionDenied
        DutyService/UpdateOfficer     {"officer":{"name":"<"}}                                  officer:PermissionDenied supervisor:PermissionDenied operator:InvalidArgument auditor:PermissionDenied
        FleetService/ListTerritories  {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        FleetService/GetTerritory     {"path":"d01/s04"}                                        officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        DutyService/ImportOfficers    {"csv":"nonsense"}                                        officer:PermissionDenied supervisor:PermissionDenied operator:InvalidArgument auditor:PermissionDenied
        DutyService/WhoIsOnDuty       {"territory":"d01/s03"}                                   officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/GetRoster         {"territory":"d01/s04"}                                   officer:NotFound supervisor:NotFound operator:NotFound auditor:OK
        DutyService/SetRoster         {"roster":{"territory":"d01/s04","zone":"UTC","start":"2026-01-01","rotateDays":1,"shifts":[{"name":"x","from":"00:00","to":"24:00"}],"teams":[{"officers":["x"]}]}} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        DutyService/ListGaps          {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/SetOverride       {"override":{"territory":"d01/s04","instead":"x","from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        DutyService/CancelOverride    {"id":"1"}                                                officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        DutyService/AskSwap           {"swap":{"territory":"d01/s04","other":"x","from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}} officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        DutyService/AnswerSwap        {"id":"1","answer":"SWAP_ANSWER_AGREE"}                   officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        DutyService/HandOver          {"territory":"d01/s04","text":"x"}                        officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        DutyService/TakeOver          {"id":"1"}                                                officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        DutyService/ListHandOvers     {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/StartCheck        {"territory":"d01/s04"}                                   officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        DutyService/AnswerCheck       {"id":"CHECK"}                                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied
        DutyService/ListChecks        {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        DutyService/SetCheckSchedule  {"territory":"d01/s04","zone":"UTC","perDay":1}           officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied
        DutyService/SignOut           {}                                                        officer:OK supervisor:OK operator:OK auditor:OK
        """;

    private static readonly (string Call, string Request, (string Role, string Answer)[] Answers)[] Lines =
    [
        .. Table.Split('\n', StringSplitOptions.TrimEntries).Select(line =>
        {
            var call = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            var cut = line.LastIndexOf('}');
            return (call, line[call.Length..(cut + 1)].Trim(), line[(cut + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(a => a.Split(':')).Select(a => (a[0], a[1])).ToArray());
        }),
    ];

    /// <summary>All our services, found in the assembly: not from a list that somebody may forget to add to.</summary>
    private static IEnumerable<MethodDescriptor> Calls() => typeof(V1.Alert).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal) && t.Namespace == typeof(V1.Alert).Namespace)
        .Select(t => (FileDescriptor)t.GetProperty("Descriptor")!.GetValue(null)!)
        .SelectMany(f => f.Services).SelectMany(s => s.Methods);

    [Fact]
    public void Every_call_has_a_line_and_a_right()
    {
        var calls = Calls().Select(m => $"{m.Service.Name}/{m.Name}").ToList();
        calls.Count.Should().BeGreaterThan(20);
        Lines.Select(l => l.Call).Should().BeEquivalentTo(calls);
        Rights.Table.Keys.Should().BeEquivalentTo(Calls().Select(m => $"/{m.Service.FullName}/{m.Name}"));
    }

    [Fact]
    public async Task An_officer_of_one_street_sees_nothing_of_another_by_any_call()
    {
        var register = Path.GetTempFileName();
        await File.WriteAllTextAsync(register, "device,kind,gateway,territory\ngp-own,gas-pipe,gw-own,d01/s03/c01\nzz-foreign,gas-pipe,gw-foreign,d01/s04/c01\n");
        var territories = Path.GetTempFileName();
        await File.WriteAllTextAsync(territories, "path,zh\nd01,东城\nd01/s03,三街\nd01/s04,四街\n");
        await using var server = await TestServer.StartAsync(o => o with
        {
            Register = register, Territories = territories, Officers = new OfficersSection { SigningKey = AuthenticationTests.Key },
        });
        await server.PostAsync(new Plant("gp-own", "d01/s03/c01").To(Severity.Green), new Plant("zz-foreign", "d01/s04/c01").To(Severity.Red));
        var foreign = server.Ledger.Book.Alerts.Values.Single(a => a.Device == "zz-foreign").Id;
        var incident = server.Ledger.Book.Alerts[foreign].Incident!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var check = await ForeignDutyAsync(server);
        var window = await ForeignMaintenanceAsync(server);
        var wrong = new List<string>();
        foreach (var method in Calls())
        {
            var line = Lines.Single(l => l.Call == $"{method.Service.Name}/{method.Name}");
            foreach (var (role, answer) in line.Answers)
            {
                var request = line.Request.Replace("FOREIGN", foreign, StringComparison.Ordinal).Replace("CHECK", check, StringComparison.Ordinal)
                    .Replace("INCIDENT", incident, StringComparison.Ordinal)
                    .Replace("WINDOW", window, StringComparison.Ordinal);
                var (code, text) = await CallAsync(server, method, request, role);
                if (line.Call.StartsWith("DutyService/S", StringComparison.Ordinal) || line.Call == "DutyService/RefreshSession")
                {
                    // The local issuer is not there in this server; what is asked of it is refused, whoever asks.
                    code = code == "FailedPrecondition" ? answer : code;
                }
                else if (line.Call is "DutyService/CreateOfficer" or "DutyService/UpdateOfficer" && code == "FailedPrecondition")
                {
                    code = "InvalidArgument";
                }

                if (code != answer)
                {
                    wrong.Add($"{line.Call} as {role}: {code}, not {answer} ({text})");
                }

                if (role != "auditor")
                {
                    var said = Foreign.Where(f => !line.Request.Contains($"\"{f}\"", StringComparison.Ordinal));
                    wrong.AddRange(said.Where(f => text.Contains(f, StringComparison.Ordinal)).Select(f => $"{line.Call} as {role} tells of {f}: {text}"));
                }
            }
        }

        wrong.Should().BeEmpty();
        File.Delete(register);
        File.Delete(territories);
        var entries = await server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel);
        entries.Where(e => e.Kind == EntryKind.Refused).Select(e => e.Body.Refusal!.Rpc).Should().Contain("FleetService/ListDeadLetters").And.Contain("AlertService/Get");
    }

    /// <summary>The other street has a roster, which stands in for this one's, a gap in it, and a check that runs.</summary>
    private static async Task<string> ForeignDutyAsync(TestServer server)
    {
        var exp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        var headers = AuthenticationTests.Headers(
            AuthenticationTests.Token(new { sub = "officer.foreign", territory = "d01/s04", roles = "supervisor", aud = "pingan", exp }));
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var roster = new V1.Roster { Territory = "d01/s04", Zone = "UTC", Start = "2020-01-01", RotateDays = 1 };
        roster.Shifts.Add(new V1.RosterShift { Name = "x", From = "00:00", To = "24:00" });
        roster.Teams.Add(new V1.RosterTeam { Officers = { "officer.foreign" } });
        await duty.SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, headers);
        var day = TimeProvider.System.GetUtcNow().AddDays(3);
        var gap = new V1.DutyOverride
        {
            Territory = "d01/s04", Absent = "officer.foreign", From = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(day),
            To = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(day.AddHours(1)),
        };
        await duty.SetOverrideAsync(new V1.SetOverrideRequest { Override = gap }, headers);
        (await duty.ListGapsAsync(new V1.ListGapsRequest(), headers)).Gaps.Should().ContainSingle();
        var check = await duty.StartCheckAsync(new V1.StartCheckRequest { Territory = "d01/s04", AnswerSeconds = 3600 }, headers);
        return check.Check.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A window of the other street, and one of the whole city that names a device of it.</summary>
    private static async Task<string> ForeignMaintenanceAsync(TestServer server)
    {
        var exp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        var headers = AuthenticationTests.Headers(
            AuthenticationTests.Token(new { sub = "officer.foreign", territory = "/", roles = "supervisor", aud = "pingan", exp }));
        var maintenance = new V1.MaintenanceService.MaintenanceServiceClient(server.Channel);
        var to = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(2));
        V1.AlertScope[] scopes = [new() { Device = "zz-foreign" }, new() { Gateway = "gw-foreign" }, new() { Territory = "d01/s04" }];
        var id = 0L;
        foreach (var scope in scopes)
        {
            var planned = new V1.MaintenanceWindow { Scope = scope, To = to, Reason = "works", IncludingRed = true };
            id = (await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = planned }, headers)).Window.Id;
        }

        return id.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Any call by its descriptor: the answer's text, or the error's with all its details.</summary>
    private static async Task<(string Code, string Text)> CallAsync(TestServer server, MethodDescriptor method, string json, string role)
    {
        var request = JsonParser.Default.Parse(json, method.InputType);
        var call = new Method<IMessage, IMessage>(
            method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, method.Service.FullName, method.Name,
            Marshallers.Create<IMessage>(m => m.ToByteArray(), b => method.InputType.Parser.ParseFrom(b)),
            Marshallers.Create<IMessage>(m => m.ToByteArray(), b => method.OutputType.Parser.ParseFrom(b)));
        var exp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        var headers = AuthenticationTests.Headers(AuthenticationTests.Token(new { sub = $"{role}.own", territory = "d01/s03", roles = role, aud = "pingan", exp }));
        var options = new CallOptions(headers, cancellationToken: TestServer.Cancel);
        try
        {
            if (!method.IsServerStreaming)
            {
                return ("OK", (await server.Channel.CreateCallInvoker().AsyncUnaryCall(call, null, options, request)).ToString()!);
            }

            // The open book, then a foreign event, then one of his own: when his own is there, the foreign one has had its turn.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
            using var stream = server.Channel.CreateCallInvoker().AsyncServerStreamingCall(call, null, options, request);
            var text = "";
            await server.PostAsync(new Plant("zz-foreign", "d01/s04/c09").To(Severity.Yellow), new Plant($"gp-{role}", "d01/s03/c02").To(Severity.Yellow));
            while (!text.Contains($"gp-{role}", StringComparison.Ordinal) && await stream.ResponseStream.MoveNext(limit.Token))
            {
                text += stream.ResponseStream.Current.ToString();
            }

            return ("OK", text);
        }
        catch (RpcException e)
        {
            return (e.StatusCode.ToString(), e.Status.Detail + e.GetRpcStatus());
        }
    }
}
