using System.Globalization;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Maintenance windows over gRPC, JSON and the command line: looked at before they are planned, held, ended.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task A_window_says_what_it_would_catch_before_it_is_there_and_then_catches_it()
    {
        await using var server = await TestServer.StartAsync();
        var maintenance = new V1.MaintenanceService.MaintenanceServiceClient(server.Channel);
        await server.PostAsync(new Plant("gp-1", "d01/s03/c01").To(Severity.Yellow), new Plant("gp-2", "d01/s03/c02").To(Severity.Red), new Plant("gp-3", "d01/s04").To(Severity.Red));
        var window = new V1.MaintenanceWindow { Scope = new V1.AlertScope { Territory = "d01/s03" }, To = In(3600), Reason = "pressure test", IncludingRed = true };
        var trial = await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = window, ValidateOnly = true });
        trial.Preview.Open.Should().Be(new V1.ColourCounts { Red = 1, Yellow = 1 });
        trial.Preview.OpenAlerts.Select(a => a.Device).Should().Equal("gp-2", "gp-1");
        (trial.Preview.Held, trial.Preview.HeldNews).Should().Be((new V1.ColourCounts { Red = 1, Yellow = 1 }, 2));
        trial.Preview.HeldSample.Select(e => e.Type).Should().Equal(V1.EventType.Raised, V1.EventType.Raised);
        (await maintenance.ListMaintenanceAsync(new V1.ListMaintenanceRequest { IncludeEnded = true })).Windows.Should().BeEmpty("a look plans nothing");

        window.IncludingRed = false;
        trial = await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = window, ValidateOnly = true });
        (trial.Preview.RedTold, trial.Preview.Held.Red, trial.Preview.Held.Yellow).Should().Be((1, 0, 1), "red goes out all the same");
        var planned = (await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = window, RequestId = "w1" })).Window;
        (await maintenance.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = window, RequestId = "w1" })).Window.Id.Should().Be(planned.Id);
        await server.PostAsync(new Plant("gp-4", "d01/s03/c01").To(Severity.Yellow), new Plant("gp-5", "d01/s03/c01").To(Severity.Red));
        var alerts = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts.ToDictionary(a => a.Device);
        (alerts["gp-4"].Maintenance, alerts["gp-4"].HeldBack, alerts["gp-5"].HeldBack, alerts["gp-1"].Maintenance).Should().Be((planned.Id, true, false, 0L));
        var listed = (await maintenance.ListMaintenanceAsync(new V1.ListMaintenanceRequest())).Windows.Should().ContainSingle().Subject;
        (listed.State, listed.HeldBack, listed.Alerts).Should().Be((V1.MaintenanceState.InForce, 1, new V1.ColourCounts { Red = 1, Yellow = 1 }));
        (await maintenance.EndMaintenanceAsync(new V1.EndMaintenanceRequest { Id = planned.Id })).Window.EndedBy.Should().NotBeEmpty();
        await server.Ledger.SweepAsync(TestServer.Cancel);
        (await maintenance.ListMaintenanceAsync(new V1.ListMaintenanceRequest())).Windows.Should().BeEmpty();
        (await maintenance.ListMaintenanceAsync(new V1.ListMaintenanceRequest { IncludeEnded = true })).Windows[0].State.Should().Be(V1.MaintenanceState.Ended);
        var history = (await server.Alerts.GetAsync(new V1.GetRequest { Id = alerts["gp-4"].Id })).History;
        history.Select(e => e.Type).Should().Equal(V1.EventType.Raised, V1.EventType.MaintenanceOver);
    }

    [Fact]
    public async Task What_may_not_be_is_refused_in_a_look_as_in_the_plan()
    {
        await using var server = await TestServer.StartAsync();
        var maintenance = new V1.MaintenanceService.MaintenanceServiceClient(server.Channel);
        foreach (var isTrial in new[] { true, false })
        {
            foreach (var (scope, seconds, says) in new[]
            {
                (new V1.AlertScope(), 60, "The whole city is too much"), (new V1.AlertScope { Territory = "d01" }, 31 * 86400, "at most 30 days"),
                (new V1.AlertScope { Territory = "d01" }, -60, "ends after it begins"),
            })
            {
                var request = new V1.PlanMaintenanceRequest { Window = new V1.MaintenanceWindow { Scope = scope, To = In(seconds), Reason = "x" }, ValidateOnly = isTrial };
                var refused = await FluentActions.Awaiting(async () => await maintenance.PlanMaintenanceAsync(request)).Should().ThrowAsync<RpcException>();
                refused.Which.Status.Should().Match<Status>(s => s.StatusCode == StatusCode.InvalidArgument && s.Detail.Contains(says));
            }
        }
    }

    [Fact]
    public async Task A_shelf_says_what_it_keeps_quiet_before_it_does()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Yellow));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        var request = new V1.ShelveRequest { Id = id, Note = "parts", Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(20)), ValidateOnly = true };
        var trial = await server.Alerts.ShelveAsync(request);
        trial.Alert.Shelved.Should().BeNull();
        (trial.Preview.Open.Yellow, trial.Preview.HeldNews).Should().Be((1, 1));
        request.Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(31));
        await FluentActions.Awaiting(async () => await server.Alerts.ShelveAsync(request)).Should().ThrowAsync<RpcException>().WithMessage("*at most 30m*");
        (await server.Alerts.GetAsync(new V1.GetRequest { Id = id })).History.Should().ContainSingle("a look is no entry");
    }

    [Fact]
    public async Task Out_of_service_says_what_it_keeps_quiet_before_it_does()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Yellow));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        var request = new V1.TakeOutOfServiceRequest { Id = id, Note = "sensor removed", Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromHours(2)), ValidateOnly = true };
        var trial = await server.Alerts.TakeOutOfServiceAsync(request);
        trial.Alert.OutOfService.Should().BeNull();
        (trial.Preview.Open.Yellow, trial.Preview.HeldNews).Should().Be((1, 1));
        (await server.Alerts.GetAsync(new V1.GetRequest { Id = id })).History.Should().ContainSingle("a look is no entry");
        request.ValidateOnly = false;
        var taken = (await server.Alerts.TakeOutOfServiceAsync(request)).Alert;
        (taken.OutOfServiceUntil - taken.OutOfService.Time).ToTimeSpan().Should().Be(TimeSpan.FromHours(2));
        taken.Deadlines.Select(d => d.Step).Should().Equal(V1.Step.OutOfServiceEnd);
        request.Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromDays(8));
        await server.Alerts.ReturnToServiceAsync(new V1.ReturnToServiceRequest { Id = id });
        await FluentActions.Awaiting(async () => await server.Alerts.TakeOutOfServiceAsync(request)).Should().ThrowAsync<RpcException>().WithMessage("*at most 7d*");
        request.Duration = new Google.Protobuf.WellKnownTypes.Duration();
        await FluentActions.Awaiting(async () => await server.Alerts.TakeOutOfServiceAsync(request)).Should().ThrowAsync<RpcException>().WithMessage("*duration*");
    }

    [Fact]
    public async Task At_a_terminal_it_is_shown_and_asked_about_and_no_is_no()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1", "d01/s03").To(Severity.Yellow));
        string[] plan = ["maintenance", "plan", "d01/s03", "--for", "2h", "--reason", "pressure test", "--including-red"];
        (await RunAsync(server, "", "boss", [.. plan, "--dry-run"])).Should().Contain("open now: 0 red, 1 yellow").And.NotContain("maintenance 2");
        (await RunAsync(server, "n\n", "boss", plan)).Should().Contain("1 yellow").And.Contain("Plan it? [y/N]").And.NotContain("InForce");
        (await RunAsync(server, "y\n", "boss", plan)).Should().Contain("InForce").And.Contain("RED NOT CONFIRMED");
        var id = server.Ledger.Book.Duty.Maintenance[0].Id.ToString(CultureInfo.InvariantCulture);
        (await RunAsync(server, "", "boss", ["maintenance", "confirm-red", id])).Should().Contain("second person");
        (await RunAsync(server, "", "li", ["maintenance", "confirm-red", id])).Should().Contain("red too (li)");
        (await RunAsync(server, "", "li", ["maintenance", "list"])).Should().Contain($"maintenance {id}  InForce").And.Contain("boss: pressure test");
        (await RunAsync(server, "", "li", ["maintenance", "end", id])).Should().Contain("ended by li");
        await server.Ledger.SweepAsync(TestServer.Cancel);
        (await RunAsync(server, "", "li", ["maintenance", "list", "--all"])).Should().Contain($"maintenance {id}  Ended");
        var alert = server.Ledger.Book.Alerts.Values.Single().Id;
        (await RunAsync(server, "", "li", ["shelve", alert, "--for", "20m", "--note", "parts"])).Should().Contain("Shelve it? [y/N]").And.NotContain("shelved");
        (await RunAsync(server, "", "li", ["shelve", alert, "--for", "20m", "--note", "parts", "--yes"])).Should().Contain("shelved");
    }

    private static async Task<string> RunAsync(TestServer server, string input, string officer, string[] line)
    {
        var output = new StringWriter();
        var terminal = new Terminal(new StringReader(input), output, output, TimeProvider.System) { IsInteractive = true };
        await CommandLine.RunAsync([.. line, "--server", server.Host.Addresses.GrpcUri.ToString(), "--officer", officer], terminal, TestServer.Cancel);
        return output.ToString();
    }

    private static Google.Protobuf.WellKnownTypes.Timestamp In(int seconds) =>
        Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddSeconds(seconds));
}
