using Grpc.Core;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server.Tests;

/// <summary>On whom an operator may act and what he may give: those within his territory, and no right that he does not have himself.</summary>
public sealed class AdministeringTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task An_operator_of_one_street_administers_that_street_and_gives_no_right_that_he_has_not()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var clerk = await OfficerTests.SignInAsync(server, "clerk");
        var before = server.Ledger.Book.Duty.Officers;
        async Task Refused(StatusCode code, string says, Func<Task> call)
        {
            var refusal = (await call.Should().ThrowAsync<RpcException>(says)).Which;
            (refusal.StatusCode, refusal.Status.Detail).Should().Be((code, says));
        }

        Task Create(V1.DutyOfficer officer) => duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer }, clerk).ResponseAsync;
        Task Update(V1.DutyOfficer officer) => duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = officer }, clerk).ResponseAsync;
        Task Renew(string name) => duty.SetPasswordAsync(new V1.SetPasswordRequest { Name = name, Password = Password }, clerk).ResponseAsync;

        await Refused(StatusCode.PermissionDenied, "You answer for d01/s03: you can give nobody d01.", () => Create(Of("new", "d01", V1.Role.Officer)));
        await Refused(StatusCode.PermissionDenied, "You answer for d01/s03: you can give nobody the city.", () => Create(Of("new", "", V1.Role.Officer)));
        await Refused(StatusCode.PermissionDenied, "You answer for d01/s03: you can give nobody d01/s04.", () => Create(Of("new", "d01/s04", V1.Role.Officer)));
        await Refused(
            StatusCode.PermissionDenied, "'new' would have a role that you do not have: supervisor, auditor.",
            () => Create(Of("new", "d01/s03", V1.Role.Officer, V1.Role.Supervisor, V1.Role.Auditor)));
        await Refused(StatusCode.AlreadyExists, "There is an officer 'far' already.", () => Create(Of("far", "d01/s03", V1.Role.Officer)));

        await Refused(StatusCode.PermissionDenied, "You answer for d01/s03: you can give nobody d01/s04.", () => Update(Of("near", "d01/s04", V1.Role.Officer)));
        await Refused(StatusCode.PermissionDenied, "'near' would have a role that you do not have: supervisor.", () => Update(Of("near", "d01/s03", V1.Role.Supervisor)));
        await Refused(StatusCode.PermissionDenied, "You answer for d01/s03: you can give nobody the city.", () => Update(Of("clerk", "", V1.Role.Operator)));
        await Refused(StatusCode.PermissionDenied, "'clerk' would have a role that you do not have: supervisor.", () => Update(Of("clerk", "d01/s03", V1.Role.Operator, V1.Role.Supervisor)));
        await Refused(StatusCode.PermissionDenied, "'boss' has a role that you do not have: supervisor.", () => Update(Of("boss", "d01/s03", V1.Role.Officer)));
        await Refused(StatusCode.PermissionDenied, "'boss' has a role that you do not have: supervisor.", () => Renew("boss"));
        foreach (var name in new[] { "far", "above", "chief", "nobody" })
        {
            await Refused(StatusCode.NotFound, $"There is no officer '{name}'.", () => Update(Of(name, "d01/s03", V1.Role.Officer)));
            await Refused(StatusCode.NotFound, $"There is no officer '{name}'.", () => Renew(name));
        }

        server.Ledger.Book.Duty.Officers.Should().BeEquivalentTo(before);
        (await duty.ListOfficersAsync(new V1.ListOfficersRequest(), clerk)).Officers.Select(o => o.Name).Should().Equal("boss", "clerk", "near");

        await Create(Of("new", "d01/s03/c01", V1.Role.Officer));
        await Renew("new");
        var near = Of("near", "d01/s03/c02", V1.Role.Officer, V1.Role.Operator);
        near.Disabled = true;
        await Update(near);
        server.Ledger.Book.Duty.Officers["near"].Should().Match<OfficerRecord>(o => o.IsDisabled && o.Territory == "d01/s03/c02");
    }

    [Fact]
    public async Task An_import_says_of_each_row_what_goes_beyond_and_does_nothing()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var clerk = await OfficerTests.SignInAsync(server, "clerk");
        var before = server.Ledger.Book.Duty.Officers;
        const string Own = "name,role,territory\nnear,officer operator,d01/s03\n";
        foreach (var dry in new[] { true, false })
        {
            var call = async () => await duty.ImportOfficersAsync(
                new V1.ImportOfficersRequest { Csv = Own + "far,officer,d01/s03\nnew,officer,d01\nnew2,auditor,d01/s03\nboss,officer,d01/s03\n", DryRun = dry }, clerk);
            var refusal = (await call.Should().ThrowAsync<RpcException>()).Which;
            refusal.StatusCode.Should().Be(StatusCode.PermissionDenied);
            refusal.Status.Detail.Split('\n').Should().Equal(
                "csv:3:1: The name 'far' is taken.", "csv:4:1: You answer for d01/s03: you can give nobody d01.",
                "csv:5:1: 'new2' would have a role that you do not have: auditor.", "csv:6:1: 'boss' has a role that you do not have: supervisor.");
            server.Ledger.Book.Duty.Officers.Should().BeEquivalentTo(before);
        }

        (await duty.ImportOfficersAsync(new V1.ImportOfficersRequest { Csv = Own }, clerk)).Changed.Should().Be(1);
    }

    [Fact]
    public async Task The_first_operator_gives_every_right_everywhere_and_one_who_can_is_always_left()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await OfficerTests.SignInAsync(server, "chief");
        server.Ledger.Book.Duty.Officers["chief"].Territory.Should().BeEmpty();
        foreach (var less in new[] { Of("chief", "", V1.Role.Operator), Of("chief", "d01", V1.Role.Operator, V1.Role.Supervisor), Of("chief", "", V1.Role.Supervisor) })
        {
            var last = async () => await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = less }, chief);
            (await last.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.FailedPrecondition, "the clerk of a street could not bring the city's back");
        }

        await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = Of("audit", "", V1.Role.Auditor) }, chief);
        await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = Of("second", "", V1.Role.Operator, V1.Role.Supervisor), Password = Password }, chief);
        await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = Of("boss", "d02", V1.Role.Officer) }, chief);
        await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = Of("chief", "d01", V1.Role.Operator) }, chief);
    }

    /// <summary>One who has no password can give nothing to anybody.</summary>
    [Fact]
    public async Task A_chief_who_cannot_sign_in_is_not_the_one_who_is_left()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await OfficerTests.SignInAsync(server, "chief");
        await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = Of("second", "", V1.Role.Operator, V1.Role.Supervisor) }, chief);
        var gone = Of("chief", "", V1.Role.Operator, V1.Role.Supervisor);
        gone.Disabled = true;
        Task Disable() => duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = gone }, chief).ResponseAsync;
        Task Import() => duty.ImportOfficersAsync(new V1.ImportOfficersRequest { Csv = "name,role,disabled\nchief,operator supervisor,true\n" }, chief).ResponseAsync;
        (await ((Func<Task>)Disable).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.FailedPrecondition);
        (await ((Func<Task>)Import).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
        await duty.SetPasswordAsync(new V1.SetPasswordRequest { Name = "second", Password = Password }, chief);
        await Disable();
        await OfficerTests.SignInAsync(server, "second");
    }

    /// <summary>Earlier versions asked for no such officer: a ledger of theirs may have none.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nobody_can_give_every_right_an_operator_of_the_whole_city_may_until_there_is_somebody(bool isImported)
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        await duty.CreateOfficerAsync(
            new V1.CreateOfficerRequest { Officer = Of("ops", "", V1.Role.Operator), Password = Password }, await OfficerTests.SignInAsync(server, "chief"));
        var asItWas = new OfficerRecord("chief", "", "", OfficerRoles.Operator, "d01");
        await server.Ledger.DecideAsync(t => new CommandResult(CommandOutcome.Done) { Entry = OfficerBookCommands.Append(t, asItWas, "chief") }, TestServer.Cancel);
        var (clerk, ops) = (await OfficerTests.SignInAsync(server, "clerk"), await OfficerTests.SignInAsync(server, "ops"));
        async Task Refused(Func<Task> call) => (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.PermissionDenied);
        Task Update(Metadata by, V1.DutyOfficer officer) => isImported
            ? duty.ImportOfficersAsync(new V1.ImportOfficersRequest { Csv = $"name,role,territory\n{officer.Name},{string.Join(' ', officer.Roles).ToLowerInvariant()},{officer.Territory}\n" }, by).ResponseAsync
            : duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = officer }, by).ResponseAsync;

        await Refused(() => Update(clerk, Of("boss", "d01/s03", V1.Role.Officer)));
        await duty.SetPasswordAsync(new V1.SetPasswordRequest { Name = "boss", Password = Password }, ops);
        await Update(ops, Of("boss", "d01", V1.Role.Supervisor, V1.Role.Auditor));
        await Update(ops, Of("chief", "", V1.Role.Operator, V1.Role.Supervisor));
        await Refused(() => Update(ops, Of("boss", "d01", V1.Role.Officer)));
        await Refused(() => Update(ops, Of("ops", "", V1.Role.Operator, V1.Role.Supervisor)));
        server.Ledger.Book.Duty.Officers["boss"].Roles.Should().Be(OfficerRoles.Supervisor | OfficerRoles.Auditor);
    }

    private static V1.DutyOfficer Of(string name, string territory, params V1.Role[] roles) => new() { Name = name, Territory = territory, Roles = { roles } };

    /// <summary>The city's chief; in the street a clerk who is officer and operator, a supervisor and an officer; one of the other street, one of the district.</summary>
    private static async Task<TestServer> StartAsync()
    {
        var server = await OfficerTests.StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await OfficerTests.MakeChiefAsync(server);
        V1.DutyOfficer[] officers =
        [
            Of("clerk", "d01/s03", V1.Role.Officer, V1.Role.Operator), Of("boss", "d01/s03", V1.Role.Supervisor), Of("near", "d01/s03", V1.Role.Officer),
            Of("far", "d01/s04", V1.Role.Officer), Of("above", "d01", V1.Role.Officer),
        ];
        foreach (var officer in officers)
        {
            await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer, Password = officer.Name == "clerk" ? Password : "" }, chief);
        }

        return server;
    }
}
