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
    private static readonly string[] Foreign = ["zz-foreign", "gw-foreign", "d01/s04", "officer.foreign", "mate.foreign", "late.foreign"];

    /// <summary>
    /// One line a call: the request as JSON, in which words in capitals stand for the ids of what the other street has, then what officer, supervisor, operator and auditor of d01/s03
    /// get, then who is officer, supervisor and operator <c>there</c>, in d01/s04: he gets through, so that a refusal to the others is of something that is there.
    /// Then an officer of d01/s03 while he stands in for a place of d01/s04, where nobody is on duty: he has that place's alerts, and nothing else. Last an officer of d01/s04 who is no more
    /// than that, by himself: he acknowledges the red, and so neither closes it nor takes it out of service.
    /// What <c>tells</c> has something of the other street in its answer.
    /// </summary>
    private const string Table = """
        AlertService/Watch            {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        AlertService/ConfirmDelivery  {"cursor":"1"}                                            officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        AlertService/List             {"includeClosed":true}                                    officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        AlertService/Get              {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        AlertService/Acknowledge      {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Close            {"id":"FOREIGN","verdict":"VERDICT_REAL"}                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:FailedPrecondition standin:FailedPrecondition mate:FailedPrecondition
        AlertService/Reset            {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:FailedPrecondition standin:FailedPrecondition mate:FailedPrecondition
        AlertService/Comment          {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/See              {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Triage           {"id":"FOREIGN","verdict":"VERDICT_REAL"}                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Report           {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Dispatch         {"id":"FOREIGN","to":"x"}                                 officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Arrive           {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Rectify          {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Confirm          {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:FailedPrecondition standin:FailedPrecondition mate:FailedPrecondition
        AlertService/Shelve           {"id":"FOREIGN","note":"x","duration":"60s"}              officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/Unshelve         {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK/tells mate:OK/tells
        AlertService/TakeOutOfService {"id":"FOREIGN","note":"x"}                               officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:FailedPrecondition mate:FailedPrecondition
        AlertService/ReturnToService  {"id":"FOREIGN"}                                          officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:FailedPrecondition mate:FailedPrecondition
        IncidentService/ListIncidents {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        IncidentService/GetIncident   {"id":"INCIDENT","includeClosed":true}                    officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        PolicyService/GetPolicy       {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        PolicyService/CheckPolicy     {"text":"deadlines: {}"}                                  officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        MaintenanceService/PlanMaintenance {"window":{"scope":{"territory":"d01/s04"},"from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z","reason":"x"},"validateOnly":true} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:InvalidArgument standin:PermissionDenied mate:PermissionDenied
        MaintenanceService/ConfirmRedMaintenance {"id":"WINDOW"}                                officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        MaintenanceService/EndMaintenance {"id":"WINDOW"}                                       officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        MaintenanceService/ListMaintenance {"includeEnded":true}                                officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        FleetService/ListDevices      {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        FleetService/GetDevice        {"kind":"gas-pipe","device":"zz-foreign"}                 officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK/tells standin:NotFound mate:OK/tells
        FleetService/ListGateways     {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        FleetService/ListDeadLetters  {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK there:OK standin:PermissionDenied mate:PermissionDenied
        FleetService/GetCounters      {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK there:OK standin:PermissionDenied mate:PermissionDenied
        RuleService/ListRules         {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        RuleService/CheckRules        {"text":"rules: []"}                                      officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        RuleService/GetLastErrors     {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK there:OK standin:PermissionDenied mate:PermissionDenied
        RuleService/ExplainSeries     {"series":"gas-pipe/zz-foreigm/pressure"}                 officer:NotFound supervisor:NotFound operator:NotFound auditor:NotFound there:NotFound/tells standin:NotFound mate:NotFound/tells
        NoticeService/ListNotices     {"alertId":"FOREIGN"}                                     officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        NoticeService/ListDeadNotices {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK/tells mate:OK/tells
        NoticeService/RetryNotice     {"key":"DEAD1"}                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK mate:OK
        NoticeService/DiscardNotice   {"key":"DEAD2"}                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:OK mate:OK
        NoticeService/ListChannels    {}                                                        officer:PermissionDenied supervisor:PermissionDenied operator:OK auditor:OK there:OK standin:PermissionDenied mate:PermissionDenied
        ReportService/GetReport       {"level":"TERRITORY_LEVEL_GRID"}                          officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        ReportService/GetHeatMap      {"territory":"d01/s04","level":"TERRITORY_LEVEL_GRID"}    officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK standin:NotFound mate:OK
        ReportService/GetKpis         {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        DutyService/SetUp             {"name":"x","password":"correct horse battery"}           officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated there:Unauthenticated standin:Unauthenticated mate:Unauthenticated
        DutyService/SignIn            {"name":"officer.foreign","password":"wrong horse bat"}   officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated there:Unauthenticated standin:Unauthenticated mate:Unauthenticated
        DutyService/RefreshSession    {"refreshToken":"a.b"}                                    officer:Unauthenticated supervisor:Unauthenticated operator:Unauthenticated auditor:Unauthenticated there:Unauthenticated standin:Unauthenticated mate:Unauthenticated
        DutyService/SetPassword       {"name":"mate.foreign","password":"correct horse battery"} officer:PermissionDenied supervisor:PermissionDenied operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:Unauthenticated
        DutyService/ListOfficers      {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        DutyService/CreateOfficer     {"officer":{"name":"new","roles":["ROLE_OFFICER"],"territory":"d01/s04"}} officer:PermissionDenied supervisor:PermissionDenied operator:PermissionDenied auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        DutyService/UpdateOfficer     {"officer":{"name":"mate.foreign","roles":["ROLE_OFFICER"],"territory":"d01/s04"}} officer:PermissionDenied supervisor:PermissionDenied operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        FleetService/ListTerritories  {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        FleetService/GetTerritory     {"path":"d01/s04"}                                        officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK standin:NotFound mate:OK
        DutyService/ImportOfficers    {"csv":"name,role,territory\nmate.foreign,officer,d01/s04\n"} officer:PermissionDenied supervisor:PermissionDenied operator:PermissionDenied auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        DutyService/WhoIsOnDuty       {"territory":"d01/s03"}                                   officer:OK supervisor:OK operator:OK auditor:OK/tells there:NotFound standin:OK mate:NotFound
        DutyService/GetRoster         {"territory":"d01/s04"}                                   officer:NotFound supervisor:NotFound operator:NotFound auditor:OK there:OK/tells standin:NotFound mate:OK/tells
        DutyService/SetRoster         {"roster":{"territory":"d01/s04","zone":"UTC","start":"2026-01-01","rotateDays":1,"shifts":[{"name":"x","from":"00:00","to":"24:00"}],"teams":[{"officers":["x"]}]}} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:InvalidArgument standin:PermissionDenied mate:PermissionDenied
        DutyService/ListGaps          {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        DutyService/SetOverride       {"override":{"territory":"d01/s04","instead":"x","from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}} officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:InvalidArgument standin:PermissionDenied mate:PermissionDenied
        DutyService/CancelOverride    {"id":"OVERRIDE"}                                                officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        DutyService/AskSwap           {"swap":{"territory":"d01/s04","other":"x","from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}} officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:InvalidArgument standin:NotFound mate:InvalidArgument
        DutyService/AnswerSwap        {"id":"SWAP","answer":"SWAP_ANSWER_AGREE"}                   officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:FailedPrecondition standin:NotFound mate:FailedPrecondition
        DutyService/HandOver          {"territory":"d01/s04","text":"x"}                        officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:NotFound mate:FailedPrecondition
        DutyService/TakeOver          {"id":"HANDOVER"}                                                officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:FailedPrecondition standin:NotFound mate:FailedPrecondition
        DutyService/ListHandOvers     {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        DutyService/StartCheck        {"territory":"d01/s04"}                                   officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        DutyService/AnswerCheck       {"id":"CHECK"}                                            officer:NotFound supervisor:NotFound operator:PermissionDenied auditor:PermissionDenied there:OK standin:NotFound mate:FailedPrecondition
        DutyService/ListChecks        {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK/tells standin:OK mate:OK/tells
        DutyService/SetCheckSchedule  {"territory":"d01/s04","zone":"UTC","perDay":1}           officer:PermissionDenied supervisor:NotFound operator:NotFound auditor:PermissionDenied there:OK standin:PermissionDenied mate:PermissionDenied
        DutyService/SignOut           {}                                                        officer:OK supervisor:OK operator:OK auditor:OK there:OK standin:OK mate:OK
        """;

    private const string Tells = "/tells";

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
    public void Every_line_has_somebody_who_gets_through() =>
        Lines.Where(l => Rights.Table[$"/pingan.alerts.v1.{l.Call}"] != Need.Nothing && l.Answers.All(a => a.Answer is "NotFound" or "PermissionDenied")).Should().BeEmpty();

    [Fact]
    public async Task An_officer_of_one_street_sees_nothing_of_another_by_any_call()
    {
        await using var city = await City.StartAsync();
        (await WrongAsync(city, _ => true)).Should().BeEmpty();
        var entries = await city.Server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel);
        var refusals = entries.Where(e => e.Kind == EntryKind.Refused).Select(e => (e.Actor, e.Body.Refusal!.Rpc, Reached: e.Body.Refusal.Reached is [var first, ..] ? first : null)).ToList();
        refusals.Should().Contain(("officer.own", "FleetService/ListDeadLetters", null))
            .And.Contain(("officer.own", "AlertService/Get", new Reached("alert", city.Ids.Single(i => i.Word == "FOREIGN").Id, "d01/s04/c01")))
            .And.Contain(("operator.own", "DutyService/SetRoster", new Reached("roster.territory", "d01/s04")));
    }

    [Fact]
    public async Task Who_stands_in_has_the_alerts_of_that_place_and_nothing_else()
    {
        await using var city = await City.StartAsync(alone: "standin");
        (await WrongAsync(city, _ => true)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_officer_by_himself_does_what_is_an_officer_s()
    {
        await using var city = await City.StartAsync(alone: "mate");
        (await WrongAsync(city, _ => true)).Should().BeEmpty();
    }

    /// <summary>The table of docs/officers.md, as <see cref="Rights"/> and the table of steps have it.</summary>
    [Fact]
    public async Task The_document_has_the_table_of_who_may_do_what()
    {
        await using var server = await TestServer.StartAsync();
        var red = new Plant("gp-1");
        await server.PostAsync(red.To(Severity.Red), red.To(Severity.Normal));
        await server.Ledger.AcknowledgeAsync(new AlertCommand(server.Ledger.Book.Alerts.Values.Single().Id, new Officer("li"), "a"), TestServer.Cancel);
        var alert = server.Ledger.Book.Alerts.Values.Single();
        (string Who, Officer Officer)[] rows =
        [
            .. new[] { OfficerRoles.Officer, OfficerRoles.Supervisor, OfficerRoles.Operator, OfficerRoles.Auditor }
                .Select(r => ($"`{r.ToString().ToLowerInvariant()}`", new Officer("li", alert.Territory) { Roles = r })),
            ("who stands in, whatever his role is", new Officer("li", "d09") { Roles = OfficerRoles.Supervisor, StandsIn = new Lazy<IReadOnlySet<string>>(() => new HashSet<string> { alert.Places }) }),
        ];
        var table = "| who | reads the place's alerts | works on them | takes a red out of service | closes a red | directs others there | administers officers there | reads what is of no place |\n|---|---|---|---|---|---|---|---|\n"
            + string.Concat(rows.Select(r => $"| {r.Who} | {string.Join(" | ", Cells(r.Officer))} |\n"));
        DocumentCommands.Text("officers.md").Split("<!-- rights -->\n")[1].Split("<!-- /rights -->")[0].Should().Be(table);

        string[] Cells(Officer officer) =>
        [
            May(Need.See, officer), Legal(WorkAction.Triage, officer), Legal(WorkAction.TakeOutOfService, officer), Legal(WorkAction.Close, officer),
            May(Need.Direct, officer), May(Need.Administer, officer), May(Need.SeeCity, officer),
        ];
        string May(Need need, Officer officer) => Rights.Decide(officer, need) is not { } decided || !(need == Need.See ? decided.Sees(alert) : need == Need.SeeCity || officer.Covers(alert.Territory)) ? "no" : "yes";
        string Legal(WorkAction action, Officer officer) => WorkTable.LegalFrom(alert, officer).Contains(action) ? "yes"
            : WorkTable.LegalFrom(alert, officer with { Name = "wang" }).Contains(action) ? "that another acknowledged" : "no";
    }

    /// <summary>It has no place of its own: it is where its devices are.</summary>
    [Fact]
    public async Task Nor_of_a_gateway_that_serves_the_other_alone()
    {
        await using var city = await City.StartAsync();
        var gateway = city.Server.Ledger.Book.Alerts.Values.Single(a => a.Device == "gw-foreign");
        gateway.Serves.Should().Be("d01/s04/c01");
        city.Ids.RemoveAll(i => i.Word is "FOREIGN" or "INCIDENT");
        city.Ids.AddRange([("FOREIGN", gateway.Id), ("INCIDENT", gateway.Incident!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        (await WrongAsync(city, l => l.Contains("\"id\":\"FOREIGN\"", StringComparison.Ordinal) || l.Contains("\"INCIDENT\"", StringComparison.Ordinal))).Should().BeEmpty();
        (await CallAsync(city, Calls().Single(m => m.Name == "ListNotices"), $$"""{"alertId":"{{gateway.Id}}"}""", "officer")).Code.Should().Be("NotFound");
    }

    /// <summary>Who shares it sees it, and not with whom; he works on it, and leaves its end to who has all of it.</summary>
    [Fact]
    public async Task A_gateway_that_serves_both_is_seen_by_both_and_ended_by_neither()
    {
        await using var city = await City.StartAsync();
        var shared = city.Server.Ledger.Book.Alerts.Values.Single(a => a.Device == "gw-shared");
        shared.Serves.Should().Be("d01/s03/c01 d01/s04/c01");
        foreach (var (call, request, street, chief) in new[]
        {
            ("Get", "", "OK", "OK"), ("ListNotices", "", "OK", "OK"), ("See", "", "OK", "OK"), ("Acknowledge", "", "OK", ""), ("Comment", ",\"note\":\"x\"", "OK", "OK"),
            ("Close", ",\"verdict\":\"VERDICT_REAL\",\"note\":\"x\"", "PermissionDenied", ""), ("Reset", "", "PermissionDenied", "FailedPrecondition"),
            ("Shelve", ",\"note\":\"x\",\"duration\":\"60s\"", "PermissionDenied", "OK"), ("Unshelve", "", "PermissionDenied", "OK"),
            ("TakeOutOfService", ",\"note\":\"x\"", "PermissionDenied", "OK"), ("ReturnToService", "", "PermissionDenied", "OK"),
        })
        {
            var json = $"{{\"{(call == "ListNotices" ? "alertId" : "id")}\":\"{shared.Id}\"{request}}}";
            foreach (var (role, code) in new[] { ("officer", street), ("chief", chief) }.Where(r => r.Item2.Length > 0))
            {
                var answer = await CallAsync(city, Calls().Single(m => m.Name == call), json, role);
                answer.Code.Should().Be(code, $"{call} as {role}");
                Foreign.Where(f => role != "chief" && answer.Text.Contains(f, StringComparison.Ordinal)).Should().BeEmpty($"{call} as {role}: {answer.Text}");
            }
        }

        string[] In(string role, string territory) =>
            [.. city.Server.Alerts.List(new V1.ListRequest { Territory = territory }, city.Headers[role]).Alerts.Where(a => a.Kind == "gateway").Select(a => a.Device)];
        In("officer", "").Should().Equal("gw-shared");
        In("officer", "d01").Should().Equal("gw-shared");
        In("officer", "d01/s04").Should().BeEmpty("nobody learns by asking whom else it serves");
        In("there", "d01/s04").Should().BeEquivalentTo("gw-shared", "gw-foreign");
        In("chief", "d01/s03").Should().Equal("gw-shared");
        In("chief", "").Should().BeEquivalentTo("gw-shared", "gw-foreign", "gw-nobodys");
    }

    /// <summary>Asks each of the calls as everybody.</summary>
    /// <param name="city">Of whom.</param>
    /// <param name="isAsked">Which, by their requests.</param>
    /// <returns>What was not answered as the table says; "" when all was.</returns>
    private static async Task<string> WrongAsync(City city, Func<string, bool> isAsked)
    {
        var wrong = new List<string>();

        // Who signs out is out: that is asked last.
        foreach (var method in Calls().OrderBy(m => m.Name == "SignOut"))
        {
            var line = Lines.Single(l => l.Call == $"{method.Service.Name}/{method.Name}");
            if (!isAsked(line.Request))
            {
                continue;
            }

            var request = city.Ids.Aggregate(line.Request, (text, id) => text.Replace($"\"{id.Word}\"", $"\"{id.Id}\"", StringComparison.Ordinal));
            foreach (var (role, answer) in line.Answers.Where(a => city.Alone is null ? a.Role is not ("standin" or "mate") : a.Role == city.Alone))
            {
                var (code, text) = await CallAsync(city, method, request, role);
                var tells = Foreign.Where(f => !line.Request.Contains(f, StringComparison.Ordinal) && text.Contains(f, StringComparison.Ordinal)).ToList();
                var mayTell = role is "auditor" or "there" or "standin" or "mate";
                if ((mayTell && !answer.EndsWith(Tells, StringComparison.Ordinal) ? code : code + (tells.Count > 0 ? Tells : "")) != answer)
                {
                    wrong.Add($"{line.Call} as {role}: {code}, tells of [{string.Join(',', tells)}], not {answer} ({text})");
                }
            }
        }

        return string.Join('\n', wrong);
    }

    /// <summary>Of a gateway that serves both streets, of a red in this one that its officer has acknowledged, and of one in the other.</summary>
    [Fact]
    public async Task The_steps_that_an_alert_lists_are_those_that_its_reader_can_take()
    {
        await using var city = await City.StartAsync(alone: "standin");
        await city.AddAsync("reader.own", "d01/s03", "reader", V1.Role.Officer, V1.Role.Auditor);
        var red = new Plant("gp-red", "d01/s03/c01");
        await city.Server.PostAsync(red.To(Severity.Red), red.To(Severity.Normal));
        string IdOf(string device) => city.Server.Ledger.Book.Alerts.Values.Single(a => a.Device == device).Id;
        await city.Server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = IdOf("gp-red") }, city.Headers["officer"]);
        const string shared = "see,acknowledge,comment", own = "triage,report,dispatch,confirm", whole = "see,acknowledge,shelve,take_out_of_service,comment";
        foreach (var (role, ofShared, ofRed, ofForeign) in new[]
        {
            ("officer", shared, $"{own},shelve,comment", null), ("supervisor", shared, $"{own},close,shelve,take_out_of_service,comment", null), ("operator", "", "", null), ("auditor", "", "", ""),
            ("reader", shared, $"{own},close,shelve,take_out_of_service,comment", ""), ("chief", whole, $"{own},close,shelve,take_out_of_service,comment", whole), ("there", shared, null, whole),
            ("standin", shared, $"{own},close,shelve,take_out_of_service,comment", "see,acknowledge,shelve,comment"),
        })
        {
            var who = city.Headers[role];
            using var watch = city.Server.Alerts.Watch(new V1.WatchRequest(), who);
            var streamed = new List<V1.Alert>();
            while (await watch.ResponseStream.MoveNext(TestServer.Cancel) && watch.ResponseStream.Current.Snapshot is { } snapshot)
            {
                streamed.Add(snapshot);
            }

            foreach (var (device, steps) in new[] { ("gw-shared", ofShared), ("gp-red", ofRed), ("zz-foreign", ofForeign) })
            {
                var listed = (await city.Server.Alerts.ListAsync(new V1.ListRequest(), who)).Alerts.Where(a => a.Device == device).ToList();
                listed.Select(a => string.Join(',', a.LegalSteps)).Should().Equal(steps is null ? [] : [steps], $"{role} lists {device}");
                streamed.Where(a => a.Device == device).Should().Equal(listed, $"{role} watches {device}");
                if (listed is [{ } alert])
                {
                    (await city.Server.Alerts.GetAsync(new V1.GetRequest { Id = alert.Id }, who)).Alert.Should().Be(alert);
                    var incident = await new V1.IncidentService.IncidentServiceClient(city.Server.Channel).GetIncidentAsync(new V1.GetIncidentRequest { Id = alert.Incident }, who);
                    incident.Alerts.Single(a => a.Id == alert.Id).Should().Be(alert);
                }
            }
        }

        var arrive = async () => await city.Server.Alerts.ArriveAsync(new V1.ArriveRequest { Id = IdOf("gw-shared") }, city.Headers["officer"]);
        (await arrive.Should().ThrowAsync<RpcException>()).Which.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["legal_steps"].Should().Be(shared);
        var close = async () => await city.Server.Alerts.CloseAsync(new V1.CloseRequest { Id = IdOf("gp-red"), Verdict = V1.Verdict.False }, city.Headers["officer"]);
        (await close.Should().ThrowAsync<RpcException>()).Which.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["legal_steps"].Should().Be($"{own},shelve,comment");
    }

    /// <summary>A gateway that has connected is a device without a place; one that has no device of known place is for the whole city to see.</summary>
    [Fact]
    public async Task A_gateway_is_seen_by_who_has_a_device_of_it()
    {
        await using var city = await City.StartAsync();
        using var own = await TestGateway.ConnectAsync(city.Server, "gw-own");
        using var lone = await TestGateway.ConnectAsync(city.Server, "gw-lone");
        await lone.PublishAsync("pingan/v1/gw-lone/gas-pipe/gp-lone", """{"pressure":101.5}""");
        var fleet = new V1.FleetService.FleetServiceClient(city.Server.Channel);
        foreach (var (role, seen) in new (string, string[])[]
        {
            ("officer", ["gw-own"]), ("supervisor", ["gw-own"]), ("operator", ["gw-own"]), ("there", ["gw-foreign"]),
            ("auditor", ["gw-foreign", "gw-lone", "gw-own"]), ("chief", ["gw-foreign", "gw-lone", "gw-own"]),
        })
        {
            Task<(string Code, string Text)> AskAsync(string call, string json) => CallAsync(city, Calls().Single(m => m.Name == call), json, role);
            fleet.ListGateways(new V1.ListGatewaysRequest(), city.Headers[role]).Gateways.Select(g => g.Name).Should().Equal(seen);
            fleet.ListDevices(new V1.ListDevicesRequest { Kind = "gateway" }, city.Headers[role]).Devices.Select(d => d.Device_).Should().BeEquivalentTo(seen);
            foreach (var name in new[] { "gw-own", "gw-foreign", "gw-lone" })
            {
                var answer = seen.Contains(name) ? "OK" : "NotFound";
                (await AskAsync("GetDevice", $$"""{"kind":"gateway","device":"{{name}}"}""")).Code.Should().Be(answer, $"{role} asks for {name}");
                (await AskAsync("ExplainSeries", $$"""{"series":"gateway/{{name}}/online"}""")).Code.Should().Be(answer, $"{role} asks for {name}");
            }

            var nearly = (await AskAsync("ExplainSeries", """{"series":"gateway/gw-foreigm/online"}""")).Text;
            nearly.Contains("gw-foreign", StringComparison.Ordinal).Should().Be(seen.Contains("gw-foreign"), role);
            (await AskAsync("GetDevice", """{"kind":"gas-pipe","device":"gp-lone"}""")).Code.Should().Be("OK", "a device of unknown place is everybody's");
        }
    }

    [Theory]
    [InlineData("officer", false)]
    [InlineData("supervisor", false)]
    [InlineData("operator", true)]
    [InlineData("auditor", true)]
    [InlineData("chief", true)]
    public async Task Metrics_are_read_by_who_may_read_the_counters(string role, bool mayRead)
    {
        await using var city = await City.StartAsync(isWhole: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Authorization", city.Headers[role].GetValue("authorization"));
        (await city.Server.Http.SendAsync(request, TestServer.Cancel)).StatusCode.Should().Be(mayRead ? System.Net.HttpStatusCode.OK : System.Net.HttpStatusCode.Forbidden);
        await city.Server.Ledger.FlushAsync(TestServer.Cancel);
        var refused = (await city.Server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel)).Where(e => e.Kind == EntryKind.Refused).Select(e => (e.Actor, e.Body.Refusal!.Rpc, e.Body.Refusal.Reason));
        refused.Should().Equal(mayRead ? [] : [($"{role}.own", "metrics", "PermissionDenied")]);
    }

    /// <summary>Any call by its descriptor: the answer's text, or the error's with all its details.</summary>
    private static async Task<(string Code, string Text)> CallAsync(City city, MethodDescriptor method, string json, string role)
    {
        var server = city.Server;
        var request = JsonParser.Default.Parse(json, method.InputType);
        var call = new Method<IMessage, IMessage>(
            method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, method.Service.FullName, method.Name,
            Marshallers.Create<IMessage>(m => m.ToByteArray(), b => method.InputType.Parser.ParseFrom(b)),
            Marshallers.Create<IMessage>(m => m.ToByteArray(), b => method.OutputType.Parser.ParseFrom(b)));
        var options = new CallOptions(city.Headers[role], cancellationToken: TestServer.Cancel);
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
            await server.PostAsync(
                new Plant("zz-foreign", "d01/s04/c09").To(Severity.Yellow), City.Silent("gw-foreign"), City.Silent("gw-shared"), new Plant($"gp-{role}", role is "there" or "mate" ? "d01/s04/c02" : "d01/s03/c02").To(Severity.Yellow));
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

    /// <summary>Two streets with officers of the server's own, and in the other something of every sort that a call can name.</summary>
    private sealed class City : IAsyncDisposable
    {
        private const string Password = "correct horse battery";

        private TestGateway? gateway;

        public required TestServer Server { get; init; }

        public string? Alone { get; init; }

        public required TempFolder Files { get; init; }

        /// <summary>By role in d01/s03; <c>there</c> is who has all of the officer's, supervisor's and operator's in d01/s04, <c>chief</c> the city's.</summary>
        public Dictionary<string, Metadata> Headers { get; } = new(StringComparer.Ordinal);

        public List<(string Word, string Id)> Ids { get; } = [];

        private V1.DutyService.DutyServiceClient Duty => new(Server.Channel);

        /// <param name="isWhole">Or else only the officers of this street.</param>
        /// <param name="alone">Who is asked by himself: <c>standin</c> of this street, a neighbour of where the alert is, while nobody of the other is on duty; or <c>mate</c> of the other.</param>
        public static async Task<City> StartAsync(bool isWhole = true, string? alone = null)
        {
            // Nobody is told of what happens in either street: what nobody could be told of is put there by hand.
            var files = new TempFolder("rights");
            var notices = files.Write("notices.yaml", """
                hosts: [127.0.0.1]
                channels:
                  - { name: hook, type: webhook, url: "http://127.0.0.1:9/" }
                contacts:
                  - { name: chief, territory: d09, channels: [hook] }
                """);
            var register = files.Write("register.csv", "device,kind,gateway,territory\ngp-own,gas-pipe,gw-own,d01/s03/c01\nzz-foreign,gas-pipe,gw-foreign,d01/s04/c01\n"
                + "gp-shared,gas-pipe,gw-shared,d01/s03/c01\nzz-foreign-2,gas-pipe,gw-shared,d01/s04/c01\n");
            var territories = files.Write("territories.csv", "path,zh,neighbours\nd01,东城,\nd01/s03,三街,\nd01/s04,四街,\n" + (alone == "standin" ? "d01/s04/c01,一社区,d01/s03\n" : ""));
            var city = new City
            {
                Alone = alone,
                Files = files,
                Server = await TestServer.StartAsync(o => o with
                {
                    Register = register, Territories = territories, Notices = notices, Officers = new OfficersSection { Local = true },
                }),
            };
            city.Headers["chief"] = await OfficerTests.MakeChiefAsync(city.Server);
            foreach (var (role, own) in new[] { ("officer", V1.Role.Officer), ("supervisor", V1.Role.Supervisor), ("operator", V1.Role.Operator), ("auditor", V1.Role.Auditor) })
            {
                await city.AddAsync($"{role}.own", "d01/s03", role, own);
            }

            if (isWhole)
            {
                await city.AddAsync("officer.foreign", "d01/s04", "there", V1.Role.Officer, V1.Role.Supervisor, V1.Role.Operator);
                await city.AddAsync("mate.foreign", "d01/s04", alone == "mate" ? alone : null, V1.Role.Officer);
                await city.AddAsync("late.foreign", "d01/s04", null, V1.Role.Officer);
                await city.AddAlertsAsync();
                await city.AddDutyAsync();
                await city.AddMaintenanceAsync();
                if (alone == "standin")
                {
                    await city.AddStandInAsync();
                }

                city.gateway = await TestGateway.ConnectAsync(city.Server, "gw-foreign");
            }

            return city;
        }

        public async ValueTask DisposeAsync()
        {
            gateway?.Dispose();
            await Server.DisposeAsync();
            Files.Dispose();
        }

        /// <summary>A gateway without a place of its own goes silent.</summary>
        public static Transition Silent(string gateway)
        {
            var kind = Catalog.Default.FindKind(Catalog.GatewayKind);
            var silent = new Plant(gateway, "").To(Severity.Fault);
            return silent with
            {
                Rule = silent.Rule with { Id = "gateway-offline", Kind = kind }, Series = $"gateway/{gateway}/online",
                Device = new DeviceRecord { Device = gateway, Kind = kind, Gateways = [gateway] },
            };
        }

        public async Task AddAsync(string name, string territory, string? role, params V1.Role[] roles)
        {
            var officer = new V1.DutyOfficer { Name = name, Territory = territory, Roles = { roles } };
            await Duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer, Password = role is null ? "" : Password }, Headers["chief"]);
            if (role is not null)
            {
                Headers[role] = await OfficerTests.SignInAsync(Server, name);
            }
        }

        /// <summary>One of each street, of gateways that serve one, both and none, and of the other's two notices that nobody could be sent.</summary>
        private async Task AddAlertsAsync()
        {
            await Server.PostAsync(new Plant("gp-own", "d01/s03/c01").To(Severity.Green), new Plant("zz-foreign", "d01/s04/c01").To(Severity.Red));
            await Server.PostAsync(Silent("gw-foreign"), Silent("gw-shared"), Silent("gw-nobodys"));
            var foreign = Server.Ledger.Book.Alerts.Values.Single(a => a.Device == "zz-foreign");
            Ids.AddRange([("FOREIGN", foreign.Id), ("INCIDENT", Text(foreign.Incident!.Id))]);
            await Server.Ledger.DecideAsync(
                t =>
                {
                    foreach (var word in new[] { "DEAD1", "DEAD2" })
                    {
                        var card = new NoticeCard
                        {
                            Key = $"{foreign.Id}/1/{word}/hook", Lane = NoticeLane.Red, Reason = NoticeReason.Raised, Recipient = "officer.foreign", Channel = "hook",
                            AlertId = foreign.Id, Sequence = 1, Place = foreign.Territory, Count = 1, DueMicros = t.NowMicros,
                        };
                        t.Store.Outbox.Put(card);
                        t.Store.Outbox.Set(card.Key, 12, t.NowMicros, isDead: true);
                    }

                    return OfficerBookCommands.NoteOffDuty(t, "nobody", new OffDutyFacts("seed", foreign.Id, []));
                }, TestServer.Cancel);
            Ids.AddRange([("DEAD1", $"{foreign.Id}/1/DEAD1/hook"), ("DEAD2", $"{foreign.Id}/1/DEAD2/hook")]);
        }

        /// <summary>A roster, which stands in for this street's, a gap in it, a swap that is asked for, a hand-over and a check that runs.</summary>
        private async Task AddDutyAsync()
        {
            var (there, today) = (Headers["there"], TimeProvider.System.GetUtcNow());
            Google.Protobuf.WellKnownTypes.Timestamp In(int days) => Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(today.AddDays(days));
            var roster = new V1.Roster { Territory = "d01/s04", Zone = "UTC", Start = today.AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), RotateDays = 7 };
            roster.Shifts.Add(new V1.RosterShift { Name = "x", From = "00:00", To = "24:00" });
            roster.Teams.Add(new V1.RosterTeam { Officers = { "officer.foreign" } });
            roster.Teams.Add(new V1.RosterTeam { Officers = { "late.foreign" } });
            await Duty.SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, there);
            var swap = new V1.Swap { Territory = "d01/s04", Other = "late.foreign", From = In(1), To = In(2) };
            var asked = (await Duty.AskSwapAsync(new V1.AskSwapRequest { Swap = swap }, there)).Swap.Id;
            var handOver = (await Duty.HandOverAsync(new V1.HandOverRequest { Territory = "d01/s04", Text = "valve" }, there)).Note.Id;
            var gap = new V1.DutyOverride { Territory = "d01/s04", Absent = "officer.foreign", From = In(3), To = In(4) };
            var hole = (await Duty.SetOverrideAsync(new V1.SetOverrideRequest { Override = gap }, there)).Override.Id;
            (await Duty.ListGapsAsync(new V1.ListGapsRequest(), there)).Gaps.Should().ContainSingle();
            var check = (await Duty.StartCheckAsync(new V1.StartCheckRequest { Territory = "d01/s04", AnswerSeconds = 3600 }, there)).Check.Id;
            Ids.AddRange([("SWAP", Text(asked)), ("HANDOVER", Text(handOver)), ("OVERRIDE", Text(hole)), ("CHECK", Text(check))]);
        }

        private async Task AddStandInAsync()
        {
            await AddAsync("stand.own", "d01/s03", "standin", V1.Role.Officer);
            var (now, day) = (TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(1));
            var gap = new V1.DutyOverride
            {
                Territory = "d01/s04", Absent = "officer.foreign", From = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now - day), To = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now + day),
            };
            await Duty.SetOverrideAsync(new V1.SetOverrideRequest { Override = gap }, Headers["there"]);
            var roster = new V1.Roster { Territory = "d01/s03", Zone = "UTC", Start = (now - day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), RotateDays = 7 };
            roster.Shifts.Add(new V1.RosterShift { Name = "x", From = "00:00", To = "24:00" });
            roster.Teams.Add(new V1.RosterTeam { Officers = { "stand.own" } });
            await Duty.SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, Headers["supervisor"]);
        }

        /// <summary>A window of the other street, and two of the whole city that name a device and a gateway of it.</summary>
        private async Task AddMaintenanceAsync()
        {
            var maintenance = new V1.MaintenanceService.MaintenanceServiceClient(Server.Channel);
            var to = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(2));
            V1.AlertScope[] scopes = [new() { Device = "zz-foreign" }, new() { Gateway = "gw-foreign" }, new() { Territory = "d01/s04" }];
            var id = 0L;
            foreach (var scope in scopes)
            {
                var planned = new V1.MaintenanceWindow { Scope = scope, To = to, Reason = "works", IncludingRed = true };
                id = (await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = planned }, Headers["chief"])).Window.Id;
            }

            Ids.Add(("WINDOW", Text(id)));
        }

        private static string Text(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
