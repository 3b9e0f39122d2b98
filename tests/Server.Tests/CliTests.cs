using System.Globalization;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server.Tests;

/// <summary>The verbs as scripts see them: output and exit status.</summary>
public sealed class CliTests
{
    private static Task<(int Status, string Out, string Error)> RunAsync(params string[] arguments) => RunInAsync("/none/session", arguments);

    private static async Task<(int Status, string Out, string Error)> RunInAsync(string tokenFile, string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        using var input = new StringReader("correct horse battery\n");
        var status = await CommandLine.RunAsync(arguments, new Terminal(input, output, error, TimeProvider.System) { TokenFile = tokenFile }, TestServer.Cancel);
        return (status, output.ToString(), error.ToString());
    }

    [Theory]
    [InlineData("--help", 0)]
    [InlineData("run --help", 0)]
    [InlineData("nonsense", 2)]
    [InlineData("ack", 2)]
    [InlineData("close X", 2)]
    [InlineData("close X --verdict maybe", 2)]
    [InlineData("alerts --limit 0", 2)]
    [InlineData("run --role half", 2)]
    [InlineData("run --config /none.json", 2)]
    [InlineData("watch --server nowhere", 2)]
    [InlineData("watch --server http://127.0.0.1:1", 3)]
    [InlineData("ack X --server http://127.0.0.1:1", 3)]
    [InlineData("verify --data /none", 1)]
    [InlineData("export --data /none", 1)]
    [InlineData("rules check /none.yaml", 2)]
    [InlineData("rules schema", 0)]
    [InlineData("policy check /none.yaml", 2)]
    [InlineData("policy show --server http://127.0.0.1:1", 3)]
    [InlineData("dispatch X", 2)]
    [InlineData("dispatch X --to team-3 --server http://127.0.0.1:1", 3)]
    [InlineData("triage X --verdict perhaps", 2)]
    [InlineData("shelve X", 2)]
    [InlineData("arrive X --server http://127.0.0.1:1", 3)]
    [InlineData("rules explain", 2)]
    [InlineData("rules explain --help", 0)]
    [InlineData("rules explain --series a/b/c --server http://127.0.0.1:1", 3)]
    [InlineData("report daily --help", 0)]
    [InlineData("report", 2)]
    [InlineData("report daily --date 2026-13-01", 2)]
    [InlineData("report weekly --level village", 2)]
    [InlineData("report kpi --period yearly", 2)]
    [InlineData("report monthly --server http://127.0.0.1:1", 3)]
    [InlineData("incidents --server http://127.0.0.1:1", 3)]
    [InlineData("devices gas-pipe", 2)]
    [InlineData("devices --limit 0", 2)]
    [InlineData("devices --server http://127.0.0.1:1", 3)]
    [InlineData("territories --server http://127.0.0.1:1", 3)]
    [InlineData("gateways list --server http://127.0.0.1:1", 3)]
    [InlineData("dead-letters --server http://127.0.0.1:1", 3)]
    [InlineData("counters --server http://127.0.0.1:1", 3)]
    [InlineData("rules list --server http://127.0.0.1:1", 3)]
    [InlineData("rules errors --server http://127.0.0.1:1", 3)]
    [InlineData("officers change li.na --server http://127.0.0.1:1", 2)]
    [InlineData("officers enable li.na --server http://127.0.0.1:1", 3)]
    [InlineData("password li.na", 2)]
    [InlineData("simulate --port 1 --minutes 0.01 --publish-only", 3)]
    [InlineData("simulate --fleet village", 2)]
    [InlineData("simulate --virtual --minutes 1 --acceleration 0 --fail-if messages>1", 2)]
    [InlineData("simulate --virtual --minutes 1 --acceleration 0 --fail-if false-alerts>0", 0)]
    public async Task Exit_status(string line, int status) => (await RunAsync(line.Split(' '))).Status.Should().Be(status);

    [Theory]
    [InlineData("alrts", "'alrts' is no verb of pinganiot; did you mean 'alerts'?")]
    [InlineData("alerts --color red", "'--color' is no option of alerts; did you mean '--colour'?")]
    [InlineData("duty hand-over d01 x", "'hand-over' is no verb of duty; did you mean 'handover'?")]
    [InlineData("counters 7", "'7' is no argument of counters.")]
    [InlineData("maintenance plan d01 --for 4g --reason x", "--for '4g' is not a time such as 20m or 4h.")]
    public async Task A_wrong_word_is_told_with_the_one_that_was_meant(string line, string says)
    {
        var (status, _, error) = await RunAsync(line.Split(' '));
        status.Should().Be(2);
        error.Should().Be(says + "\nTry --help.\n");
    }

    [Fact]
    public async Task Simulate_writes_its_scorecard_as_json()
    {
        using var folder = new TempFolder("score");
        (await ScoreAsync("--json", folder.PathOf("card.json"))).Status.Should().Be(0);
        var card = ScorecardJson.Read(await File.ReadAllTextAsync(folder.PathOf("card.json"), TestServer.Cancel), out var error);
        error.Should().BeNull();
        (card!.Run.Name, card.Run.Seed, card.Run.Devices).Should().Be(("district", 7UL, 320L));
        card.Messages.Published.Should().BePositive();
    }

    [Fact]
    public async Task Simulate_writes_its_scorecard_as_a_page()
    {
        using var folder = new TempFolder("score");
        (await ScoreAsync("--html", folder.PathOf("card.html"))).Status.Should().Be(0);
        (await File.ReadAllTextAsync(folder.PathOf("card.html"), TestServer.Cancel)).Should().StartWith("<!DOCTYPE html>").And.Contain("district").And.EndWith("</html>\n");
    }

    [Fact]
    public async Task Simulate_says_what_is_different_from_an_earlier_scorecard()
    {
        using var folder = new TempFolder("score");
        await ScoreAsync("--json", folder.PathOf("card.json"));
        (await ScoreAsync("--against", folder.PathOf("card.json"))).Out.Should().EndWith("  no difference" + Environment.NewLine);
        var (status, output, _) = await ScoreAsync("--drop-each", "100", "--against", folder.PathOf("card.json"));
        status.Should().Be(0);
        output.Should().MatchRegex(@"run +lost +0 +\d+ +\+\d+ +worse");
        (await ScoreAsync("--against", folder.PathOf("none.json"))).Status.Should().Be(2);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("100", 1)]
    public async Task Simulate_fails_where_a_condition_holds(string dropEach, int status)
    {
        var result = await ScoreAsync("--drop-each", dropEach, "--fail-if", "lost>0,doubled>0");
        result.Status.Should().Be(status);
        result.Out.Contains("failed: lost>0: lost is ", StringComparison.Ordinal).Should().Be(status == 1);
    }

    private static Task<(int Status, string Out, string Error)> ScoreAsync(params string[] arguments) =>
        RunAsync([.. "simulate --virtual --fleet district --minutes 2 --seed 7".Split(' '), .. arguments]);

    [Theory]
    [InlineData("ingest")]
    [InlineData("alerts")]
    public async Task Roles_apart_are_refused_honestly(string role)
    {
        var (status, _, error) = await RunAsync("run", "--role", role);
        status.Should().Be(2);
        error.Should().Contain("cluster release");
    }

    [Fact]
    public async Task Rules_check_names_line_and_column()
    {
        using var temp = new TempFolder("rules");
        var folder = temp.FullName;
        var good = Path.Combine(folder, "good.yaml");
        var bad = Path.Combine(folder, "bad.yaml");
        await File.WriteAllTextAsync(good, DefaultRules.Text);
        await File.WriteAllTextAsync(bad, "rules:\n  - id: a\n    wen: mean(60s)\n");
        (await RunAsync("rules", "check", good)).Status.Should().Be(0);
        var (status, output, _) = await RunAsync("rules", "check", good, bad);
        status.Should().Be(1);
        output.Should().Contain($"{bad}:3:").And.Contain("when");
    }

    [Fact]
    public async Task Policy_check_names_line_and_column()
    {
        using var temp = new TempFolder("policy");
        var folder = temp.FullName;
        var good = Path.Combine(folder, "good.yaml");
        var bad = Path.Combine(folder, "bad.yaml");
        await File.WriteAllTextAsync(good, PingAnIoT.Alerts.DefaultPolicy.Text);
        await File.WriteAllTextAsync(bad, "deadlines:\n  red: { sean: 15s }\n");
        (await RunAsync("policy", "check", good)).Out.Should().EndWith("deadlines, no errors\n").And.NotContain("time: working", "nothing is counted so by default");
        await File.WriteAllTextAsync(good, "working: { holidays: [2020-10-01] }\ndeadlines:\n  red: { rectified: { within: 3d, time: working } }\n");
        var year = TimeProvider.System.GetUtcNow().Year;
        var remarked = await RunAsync("policy", "check", good);
        remarked.Status.Should().Be(0);
        remarked.Out.Should().Contain($"have no day of {year}:").And.Contain($"have no day of {year + 1}:").And.EndWith("1 deadlines, no errors\n");
        await File.WriteAllTextAsync(good, $"working: {{ holidays: [{year}-10-01], workdays: [{year + 1}-01-04] }}\ndeadlines:\n  red: {{ rectified: {{ within: 3d, time: working }} }}\n");
        (await RunAsync("policy", "check", good)).Out.Should().Be($"{good}: 1 deadlines, no errors\n");
        var (status, output, _) = await RunAsync("policy", "check", good, bad);
        status.Should().Be(1);
        output.Should().Contain($"{bad}:2:10: unknown key 'sean' in 'red'; did you mean 'seen'?");
    }

    [Fact]
    public async Task The_steps_are_verbs_and_their_answers_a_line()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Red), plant.To(Severity.Normal));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        foreach (var (line, status, says) in new[]
        {
            ("see", 0, "new"), ("ack", 0, "acknowledged"), ("triage --verdict real", 0, "acknowledged"), ("report", 0, "acknowledged"),
            ("arrive", 1, "Steps that may be taken now: triage, report, dispatch, confirm, shelve, out-of-service, comment."), ("dispatch --to team-3", 0, "dispatched"), ("arrive", 0, "arrived"),
            ("rectify", 1, "NEEDS_REASON"), ("rectify --note changed", 0, "rectified"), ("confirm", 0, "rectified"), ("shelve --for 10x --note parts", 2, "--for '10x' is not a time such as 20m or 4h."), ("shelve --for 10m --note parts", 0, "rectified, shelved"),
            ("shelve --for 31m --note parts", 0, "rectified, shelved"), ("unshelve", 0, "rectified"), ("out-of-service --note sensor --dry-run", 0, "open now: 1 red"), ("out-of-service --note sensor --for 9h", 2, "at most 8h"),
            ("out-of-service --note sensor --for 2h", 0, "out of service until"),
            ("return-to-service", 0, "rectified"), ("close --verdict real", 1, "NEEDS_SECOND_PERSON"),
        })
        {
            var words = line.Split(' ');
            var result = await RunAsync([words[0], id, .. words[1..], "--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", "wang.wei"]);
            result.Status.Should().Be(status, $"{line}: {result.Out}{result.Error}");
            (result.Out + result.Error).Should().Contain(says, line);
        }

        (await RunAsync("close", id, "--verdict", "real", "--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", "li.na")).Out.Should().Contain("closed");
    }

    [Fact]
    public async Task Reports_are_verbs_and_tables_in_both_languages()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Red), plant.To(Severity.Normal), new Plant("gp-2", "d01/s04").To(Severity.Yellow));
        string[] at = ["--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", "li.na"];
        foreach (var (line, says) in new[]
        {
            ("report daily", "合计 total"), ("report weekly --level street", "d01/s04"), ("report monthly --territory d01/s04", "d01/s04"),
            ("report quarterly --json", "\"period\": \"REPORT_PERIOD_QUARTERLY\""), ("report daily --csv", "colour,red,0,1,0,0,1,0,0,0,0,0,0,"),
            ("report daily --up-to 1 --csv", "total,,0,1,0,0,1,"), ("report kpi", "全部 all"), ("report kpi --period weekly --csv", "of,name,from,to,seconds"),
            ("report heat --by-day", "territory,kind,hour,red"), ("report daily --date 2020-01-01 --csv", "total,,0,0,0,0,0,"),
        })
        {
            var result = await RunAsync([.. line.Split(' '), .. at]);
            result.Status.Should().Be(0, $"{line}: {result.Out}{result.Error}");
            result.Out.Should().Contain(says, line);
        }

        (await RunAsync(["report", "daily", "--up-to", "99", .. at])).Status.Should().Be(2);
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        (await RunAsync(["ack", id, .. at])).Status.Should().Be(0);
        (await RunAsync(["report", id, .. at])).Out.Should().Contain("acknowledged", "an alert is still handed up");
    }

    [Fact]
    public async Task The_fleet_is_listed_and_what_was_refused()
    {
        await using var server = await TestServer.StartAsync(o => o with
        {
            Register = Write(o, "register.csv", "device,kind,gateway,territory,latitude,longitude,address,owner_unit,retired,set:pressure-high\n"
                + "gp-1,gas-pipe,gw-1,d01/s03,31.25,121.5,1 High St,City Gas,,470\ngp-2,gas-pipe,gw-1,d01/s04,,,,,,\nlift-1,elevator,gw-2,d01/s03,,,,,yes,\ngw-2,gateway,gw-2,d01/s03,,,,,,\n"),
            Territories = Write(o, "territories.csv", "path,zh,en,neighbours\nd01,东城,East,\nd01/s03,三街,Third,\nd01/s04,四街,Fourth,\n"),
            Rules = Write(o, "rules.yaml", DefaultRules.Text),
        });
        string[] at = ["--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", "li.na"];
        using (var gateway = await TestGateway.ConnectAsync(server, "gw-1"))
        {
            await gateway.PublishAsync("pingan/v1/gw-1/gas-pipe/gp-1", """{"pressure": 412.5}""");
            await gateway.PublishAsync("pingan/v1/gw-1/gas-pipe/gp-9", """{"pressure": 412.5}""");
            await gateway.PublishAsync("pingan/v1/gw-1/gas-pipe/gp-1", "{\"pressure\": 1e999, \"note\": \"\u001b[2J\"}");
            await Until.TrueAsync(async () => (await RunAsync(["dead-letters", .. at])).Out.Length > 0, TimeSpan.FromSeconds(120));
            (await RunAsync(["gateways", "list", .. at])).Out.Should().MatchRegex("gw-1  online since .*  readings up to .* s behind\n").And.Contain("gw-2  not heard of since");
        }

        var listed = await RunAsync(["devices", "--limit", "2", .. at]);
        listed.Out.Should().Be("gas-pipe/gp-1  d01/s03  1 High St  City Gas  gateway gw-1\ngas-pipe/gp-2  d01/s04  gateway gw-1\n");
        listed.Error.Should().Be("There are more than these 2: --limit shows more.\n");
        foreach (var (line, says) in new[]
        {
            ("devices --kind elevator", "elevator/lift-1  d01/s03  gateway gw-2  retired\n"), ("devices --territory /d01/s04", "gas-pipe/gp-2  d01/s04  gateway gw-1\n"),
            ("devices --unregistered", "gas-pipe/gp-9  no known place  gateway gw-1  NOT IN THE REGISTER\n"),
            ("devices gas-pipe/gp-1", "gas-pipe/gp-1  d01/s03  1 High St  City Gas  gateway gw-1\nposition  31.25, 121.5\nset-point  pressure-high  470\n"),
            ("territories", "d01  东城 East\nd01/s03  三街 Third\nd01/s04  四街 Fourth\n"), ("territories --below d01 --limit 1", "d01/s03  三街 Third\n"),
            ("territories d01/s03/", "d01/s03  三街 Third\nabove   d01  东城 East\nbeside  d01/s04\n"), ("territories d01", "d01  东城 East\nbelow   d01/s03\nbelow   d01/s04\n"),
            ("dead-letters --gateway gw-2", ""),
        })
        {
            var result = await RunAsync([.. line.Split(' '), .. at]);
            result.Status.Should().Be(0, $"{line}: {result.Error}");
            result.Out.Should().Be(says, line);
        }

        (await RunAsync(["dead-letters", .. at])).Out.Should().Contain("  gw-1  pingan/v1/gw-1/gas-pipe/gp-1  PayloadMalformed  all of it, at byte ").And.NotContain("\u001b");
        (await RunAsync(["counters", .. at])).Out.Should().MatchRegex("messages received +3\n").And.MatchRegex("messages dead-lettered +1\n").And.Contain("since 20");
        (await RunAsync(["rules", "list", .. at])).Out.Should().Contain("gas-pipe-overpressure  gas-pipe/pressure  ").And.Contain("红 red > ");
        (await RunAsync(["rules", "errors", .. at])).Should().Be((0, "", ""));
        foreach (var verb in new[] { "devices", "devices gas-pipe/gp-1", "territories", "territories d01", "gateways list", "dead-letters", "counters", "rules list" })
        {
            (await RunAsync([.. verb.Split(' '), "--json", .. at])).Out.Should().StartWith("{ ", verb).And.EndWith(" }\n");
        }

        (await RunAsync(["devices", "gas-pipe/gp-8", .. at])).Error.Should().StartWith("There is no device 'gas-pipe/gp-8'");
        (await RunAsync(["territories", "d01/s33", .. at])).Error.Should().Contain("did you mean 'd01/s03'?");
        (await RunAsync(["devices", "--kind", "gas-pip", .. at])).Status.Should().Be(2);
        Write(new ServerOptions { Data = server.Data }, "rules.yaml", "rules:\n  - id: a\n    wen: mean(60s)\n");
        await Until.TrueAsync(async () => (await RunAsync(["rules", "errors", .. at])) is (1, var errors, _) && errors.Contains("rules.yaml:3:", StringComparison.Ordinal), TimeSpan.FromSeconds(120));

        static string Write(ServerOptions options, string name, string text)
        {
            File.WriteAllText(Path.Combine(options.Data, name), text);
            return Path.Combine(options.Data, name);
        }
    }

    [Fact]
    public async Task Gateways_add_writes_a_line_without_the_password()
    {
        using var temp = new TempFolder("gateways");
        var folder = temp.FullName;
        (await RunAsync("gateways", "add", "gw-7", "--data", folder, "--password-stdin")).Status.Should().Be(0);
        var line = await File.ReadAllTextAsync(Path.Combine(folder, "gateways"));
        line.Should().StartWith("gw-7:pbkdf2-sha256$600000$").And.NotContain("horse");
        var (_, output, _) = await RunAsync("gateways", "add", "gw-8", "--data", folder);
        output.Should().MatchRegex("password: [A-Za-z0-9+/]{24}");
        (await RunAsync("gateways", "add", "a/b", "--data", folder)).Status.Should().Be(2);
        (await File.ReadAllLinesAsync(Path.Combine(folder, "gateways"))).Should().HaveCount(2);
    }

    [Fact]
    public async Task An_operator_signs_in_once_and_works_on_officers()
    {
        await using var server = await OfficerTests.StartAsync();
        var kept = Path.Combine(server.Data, "session");
        string[] at = ["--server", server.Host.Addresses.GrpcUri.ToString()];
        (await RunInAsync(kept, ["alerts", .. at])).Should().Be((1, "", $"You are not signed in to {at[1]}, or no longer: sign-in NAME, or a token in PINGAN_TOKEN.\n"));
        (await RunInAsync(kept, ["sign-in", "chief", "--password-stdin", "--setup-token", server.Host.SetupToken!, .. at])).Status.Should().Be(0);
        new FileInfo(kept).UnixFileMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RunInAsync(kept, ["officers", "add", "li.na", "--zh", "李娜", "--territory", "d01/s03", "--password-stdin", .. at])).Out.Should().Contain("officer  d01/s03  李娜");
        (await RunInAsync(kept, ["officers", "disable", "li.na", .. at])).Out.Should().Contain("disabled");
        (await RunInAsync(kept, ["officers", "enable", "li.na", .. at])).Out.Should().NotContain("disabled");
        (await RunInAsync(kept, ["officers", "change", "li.na", "--role", "officer", "--role", "supervisor", "--territory", "/d01/s04", .. at])).Out.Should().Contain("officer,supervisor  d01/s04  李娜");
        (await RunInAsync(kept, ["officers", "disable", "li.na", .. at])).Status.Should().Be(0);
        var csv = Path.Combine(server.Data, "officers.csv");
        await File.WriteAllTextAsync(csv, "name,role,territory\nwang.wei,officer,d01/s03\n");
        (await RunInAsync(kept, ["officers", "import", csv, "--dry-run", .. at])).Out.Should().Contain("1 added, 0 changed, 0 as they were");
        (await RunInAsync(kept, ["officers", "import", csv, .. at])).Status.Should().Be(0);
        (await RunInAsync(kept, ["officers", "import", csv, .. at])).Out.Should().Contain("0 added, 0 changed, 1 as they were");
        await File.WriteAllTextAsync(csv, "name,role\nzhao,officr\n");
        var bad = await RunInAsync(kept, ["officers", "import", csv, .. at]);
        bad.Status.Should().Be(1);
        bad.Out.Should().Contain($"{csv}:2:6: 'officr' is no role; did you mean 'officer'?");
        (await RunInAsync(kept, ["officers", "list", .. at])).Out.Should().Contain("chief").And.Contain("li.na");
        (await RunInAsync(kept, ["alerts", .. at])).Status.Should().Be(0);
        (await RunInAsync(kept, ["officers", "password", "nobody", "--password-stdin", .. at])).Status.Should().Be(1);
        (await RunInAsync(kept, ["officers", "password", "li.na", "--password-stdin", .. at])).Out.Should().Be("li.na has a new password\n");
        (await RunInAsync(kept, ["sign-in", "li.na", "--password-stdin", .. at])).Error.Should().Contain("SIGN_IN_REFUSED");
        File.Copy(kept, kept + "-copy");
        (await RunInAsync(kept, ["sign-out", .. at])).Status.Should().Be(0);
        File.Exists(kept).Should().BeFalse();
        (await RunInAsync(kept, ["sign-out", .. at])).Status.Should().Be(1, "nobody is signed in");
        (await RunInAsync(kept + "-copy", ["alerts", .. at])).Status.Should().Be(1, "the session is over at the server, too");
        (await RunInAsync(kept + "-copy", ["sign-out", .. at])).Status.Should().Be(0, "it goes here all the same");
    }

    [Fact]
    public async Task An_officer_works_an_alert_from_the_terminal()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Red), plant.To(Severity.Normal));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        string[] at = ["--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", "li.na"];

        (await RunAsync(["alerts", .. at])).Out.Should().Contain(id).And.Contain("gas-pipe/gp-1/pressure");
        var incident = server.Ledger.Book.Alerts[id].Incident!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        (await RunAsync(["incidents", .. at])).Out.Should().Contain($"{incident}  hazard").And.Contain("红 red").And.Contain("1 正常 normal");
        (await RunAsync(["incidents", incident, .. at])).Out.Should().Contain(id);
        (await RunAsync(["incidents", "--json", .. at])).Out.Should().Contain("\"cause\": \"INCIDENT_CAUSE_HAZARD\"");
        (await RunAsync(["incidents", "nonsense", .. at])).Status.Should().Be(1);
        (await RunAsync(["alerts", "--json", .. at])).Out.Should().Contain("\"peakSeverity\": \"SEVERITY_RED\"");
        (await RunAsync(["alerts", "--mine", .. at])).Out.Should().NotContain(id, "nobody has acknowledged it");
        (await RunAsync(["ack", id, "--note", "on my way", .. at])).Status.Should().Be(0);
        foreach (var (filters, isThere) in new[]
        {
            ("--mine", true), ("--step acknowledged", true), ("--step new", false), ("--colour red", true), ("--colour yellow --mine", false), ("--overdue", false),
            ("--supervised", false), ("--supervised listed", false), ("--closed --step closed", false),
        })
        {
            var listed = await RunAsync(["alerts", .. filters.Split(' '), .. at]);
            listed.Status.Should().Be(0, filters + listed.Error);
            listed.Out.Contains(id, StringComparison.Ordinal).Should().Be(isThere, filters);
        }

        (await RunAsync(["alerts", "--supervised", "somewhat", .. at])).Status.Should().Be(2);
        (await RunAsync(["comment", id, "valve shut", .. at])).Status.Should().Be(0);
        var shown = (await RunAsync(["show", id, .. at])).Out;
        shown.Should().Contain("acknowledged  li.na on my way").And.Contain("comment  li.na valve shut").And.Contain("level 1").And.Contain("Steps that may be taken now: triage, report, dispatch,");
        (await RunAsync(["show", id, "--json", .. at])).Out.Should().Contain("\"history\"");
        (await RunAsync(["show", id.ToLowerInvariant(), .. at])).Out.Should().Be(shown);
        (await RunAsync(["show", "NONE", .. at])).Status.Should().Be(1);
        await ActsOnWhatWasSeenAsync(id, shown, at);
        var (status, _, error) = await RunAsync(["close", id, "--verdict", "false", .. at]);
        status.Should().Be(1);
        error.Should().Contain("NEEDS_SECOND_PERSON");
        at[3] = "wang.wei";
        (await RunAsync(["close", id, "--verdict", "false", .. at])).Out.Should().Contain("closed");
        (await RunAsync(["ack", "NONE", .. at])).Status.Should().Be(1);

        var watched = await RunAsync(["watch", "--json", "--after", "1", "--count", "4", .. at]);
        watched.Status.Should().Be(0);
        watched.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Contains("\"event\"", StringComparison.Ordinal)).Should().HaveCount(4);
        (await RunAsync("verify", "--data", server.Data)).Out.Should().Contain("sound");
        (await RunAsync("export", "--data", server.Data, "--format", "json")).Out.Should().Contain("valve shut");
    }

    /// <summary>li.na sends a team, wang.wei another one, as <c>show</c> tells him how.</summary>
    private static async Task ActsOnWhatWasSeenAsync(string id, string shown, string[] li)
    {
        string[] wang = [.. li[..3], "wang.wei"];
        var seen = Seen(shown);
        (await RunAsync(["dispatch", id, "--to", "team-1", "--seeing", seen, .. li])).Status.Should().Be(0);
        (await RunAsync(["dispatch", id, "--to", "team-2", .. wang])).Error.Should().Contain("expected_sequence");
        (await RunAsync(["dispatch", id, "--to", "team-2", "--seeing", seen, .. wang])).Error.Should().Contain("STALE");
        seen = Seen((await RunAsync(["show", id, .. wang])).Out);
        (await RunAsync(["dispatch", id, "--to", "team-2", "--seeing", seen, .. wang])).Status.Should().Be(0);
        (await RunAsync(["show", id, .. wang])).Out.Should().Contain("wang.wei to team-2");

        static string Seen(string shown) => shown[(shown.IndexOf("--seeing ", StringComparison.Ordinal) + 9)..].Trim();
    }
}
