using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Officers of the server's own issuer: the first one, signing in and out, and being shut out.</summary>
public sealed class OfficerTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task The_first_operator_is_made_with_the_token_of_the_console_and_once()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        server.Host.SetupToken.Should().NotBeNull();
        await Refused(() => duty.SignInAsync(new V1.SignInRequest { Name = "chief", Password = Password }).ResponseAsync, StatusCode.Unauthenticated);
        await Refused(() => duty.SetUpAsync(new V1.SetUpRequest { SetupToken = "0000", Name = "chief", Password = Password }).ResponseAsync, StatusCode.Unauthenticated);
        await Refused(() => duty.SetUpAsync(new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "chief", Password = "short" }).ResponseAsync, StatusCode.InvalidArgument);
        await duty.SetUpAsync(new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "chief", Password = Password });
        await Refused(() => duty.SetUpAsync(new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "other", Password = Password }).ResponseAsync, StatusCode.Unauthenticated);
        await Refused(() => duty.ListOfficersAsync(new V1.ListOfficersRequest()).ResponseAsync, StatusCode.Unauthenticated);
        var chief = await SignInAsync(server, "chief");
        (await duty.ListOfficersAsync(new V1.ListOfficersRequest(), chief)).Officers.Select(o => o.Name).Should().Equal("chief");
    }

    [Fact]
    public async Task An_officer_works_in_his_territory_and_is_out_the_moment_he_is_disabled()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await MakeChiefAsync(server);
        var li = new V1.DutyOfficer { Name = "li.na", NameZh = "李娜", Roles = { V1.Role.Officer }, Territory = "d01/s03" };
        await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = li, Password = Password }, chief);
        await server.PostAsync(new Plant("gp-1", "d01/s03/c07").To(Severity.Green), new Plant("gp-2", "d01/s04/c01").To(Severity.Green));
        var officer = await SignInAsync(server, "li.na");
        (await server.Alerts.ListAsync(new V1.ListRequest(), officer)).Alerts.Select(a => a.Device).Should().Equal("gp-1");
        await Refused(() => duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = li }, officer).ResponseAsync, StatusCode.PermissionDenied);

        using var watcher = Watcher.Of(server, 0, officer);
        await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        li.Disabled = true;
        await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = li }, chief);
        await Refused(() => server.Alerts.ListAsync(new V1.ListRequest(), officer).ResponseAsync, StatusCode.Unauthenticated);
        (await watcher.EndAsync()).StatusCode.Should().Be(StatusCode.Unauthenticated);
        await Refused(() => duty.SignInAsync(new V1.SignInRequest { Name = "li.na", Password = Password }).ResponseAsync, StatusCode.Unauthenticated);
        li.Disabled = false;
        await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = li }, chief);
        await Refused(() => server.Alerts.ListAsync(new V1.ListRequest(), officer).ResponseAsync, StatusCode.Unauthenticated);

        var last = new V1.DutyOfficer { Name = "chief", Roles = { V1.Role.Officer } };
        await Refused(() => duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = last }, chief).ResponseAsync, StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task An_update_changes_what_its_mask_names_and_no_more()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        var chief = await MakeChiefAsync(server);
        var li = new V1.DutyOfficer { Name = "li.na", NameZh = "李娜", Roles = { V1.Role.Officer }, Territory = "d01/s03" };
        await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = li, Password = Password }, chief);
        var officer = await SignInAsync(server, "li.na");
        Task<V1.DutyOfficer> Update(V1.DutyOfficer given, string requestId, params string[] paths) => UpdateAsync(duty, chief, given, requestId, paths);

        li.Roles.Add(V1.Role.Supervisor);
        (await Update(new V1.DutyOfficer { Name = "li.na", Roles = { V1.Role.Officer, V1.Role.Supervisor }, NameZh = "nobody" }, "", "roles")).Should().Be(li);
        li.NameZh = "";
        (await Update(new V1.DutyOfficer { Name = "li.na" }, "r1", "name_zh")).Should().Be(li, "what is named and empty is made empty");
        li.Territory = "d01";
        (await Update(new V1.DutyOfficer { Name = "li.na", Territory = "d01" }, "", "territory")).Should().Be(li);
        var entries = server.Ledger.Book.Sequence;
        (await Update(new V1.DutyOfficer { Name = "li.na" }, "r1", "name_zh")).Territory.Should().Be("d01/s03", "asked again it is what was done then");
        server.Ledger.Book.Sequence.Should().Be(entries);
        await Refused(() => Update(new V1.DutyOfficer { Name = "li.na", NameZh = "x" }, "r1", "name_zh"), StatusCode.InvalidArgument);
        await Refused(() => Update(new V1.DutyOfficer { Name = "li.na" }, "", "name"), StatusCode.InvalidArgument);
        await Refused(() => Update(new V1.DutyOfficer { Name = "li.na" }, "", "salary"), StatusCode.InvalidArgument);
        await Refused(() => Update(new V1.DutyOfficer { Name = "li.na" }, "", "roles"), StatusCode.InvalidArgument);
        await Refused(() => Update(new V1.DutyOfficer { Name = "nobody", Disabled = true }, "", "disabled"), StatusCode.NotFound);
        await Refused(() => Update(new V1.DutyOfficer { Name = "chief", Roles = { V1.Role.Officer } }, "", "roles"), StatusCode.FailedPrecondition);
        li.Disabled = true;
        (await Update(new V1.DutyOfficer { Name = "li.na", Disabled = true }, "", "disabled")).Should().Be(li);
        await Refused(() => server.Alerts.ListAsync(new V1.ListRequest(), officer).ResponseAsync, StatusCode.Unauthenticated);

        using var patch = new HttpRequestMessage(HttpMethod.Patch, "/v1/officers/li.na?updateMask=nameEn") { Content = new StringContent("""{"nameEn":"Li Na"}""", System.Text.Encoding.UTF8, "application/json") };
        patch.Headers.Add("authorization", chief.GetValue("authorization"));
        (await (await server.Http.SendAsync(patch, TestServer.Cancel)).Content.ReadAsStringAsync(TestServer.Cancel)).Should().Contain("\"nameEn\":\"Li Na\"").And.Contain("\"disabled\":true");
    }

    private static async Task<V1.DutyOfficer> UpdateAsync(V1.DutyService.DutyServiceClient duty, Metadata chief, V1.DutyOfficer given, string requestId, string[] paths)
    {
        var mask = new Google.Protobuf.WellKnownTypes.FieldMask { Paths = { paths } };
        return (await duty.UpdateOfficerAsync(new V1.UpdateOfficerRequest { Officer = given, UpdateMask = mask, RequestId = requestId }, chief)).Officer;
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_a_signed_out_session_not_at_all()
    {
        await using var server = await StartAsync();
        var duty = new V1.DutyService.DutyServiceClient(server.Channel);
        await MakeChiefAsync(server);
        var first = (await duty.SignInAsync(new V1.SignInRequest { Name = "chief", Password = Password })).Session;
        var next = (await duty.RefreshSessionAsync(new V1.RefreshSessionRequest { RefreshToken = first.RefreshToken })).Session;
        await duty.ListOfficersAsync(new V1.ListOfficersRequest(), AuthenticationTests.Headers(next.AccessToken));
        await Refused(() => duty.RefreshSessionAsync(new V1.RefreshSessionRequest { RefreshToken = first.RefreshToken }).ResponseAsync, StatusCode.Unauthenticated);
        await Refused(() => duty.RefreshSessionAsync(new V1.RefreshSessionRequest { RefreshToken = next.RefreshToken }).ResponseAsync, StatusCode.Unauthenticated);

        var chief = await SignInAsync(server, "chief");
        var other = await SignInAsync(server, "chief");
        using var watcher = Watcher.Of(server, 0, chief);
        await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        using var stays = Watcher.Of(server, 0, other);
        await stays.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        await duty.SignOutAsync(new V1.SignOutRequest(), chief);
        var end = await watcher.EndAsync();
        (end.StatusCode, end.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason).Should().Be((StatusCode.Unauthenticated, "SESSION_OVER"));
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        (await stays.NextAsync(V1.WatchResponse.ContentOneofCase.Event)).Event.Alert.Device.Should().Be("gp-1", "another session of the same officer goes on");
        await Refused(() => duty.ListOfficersAsync(new V1.ListOfficersRequest(), chief).ResponseAsync, StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_on_record_by_the_call_s_name_and_nothing_that_the_stranger_wrote()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await Refused(() => server.Alerts.ListAsync(new V1.ListRequest(), AuthenticationTests.Headers("not-a-token")).ResponseAsync, StatusCode.Unauthenticated);
            await Refused(() => server.Alerts.ListAsync(new V1.ListRequest()).ResponseAsync, StatusCode.Unauthenticated);
            (await server.Http.GetAsync(new Uri($"/v1/alerts/evil-{i}-name", UriKind.Relative), TestServer.Cancel)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
        }

        await server.Ledger.FlushAsync(TestServer.Cancel);
        var entries = (await server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel)).Where(e => e.Kind == EntryKind.Refused).ToList();
        entries.Select(e => (e.Actor, e.Body.Refusal!.Rpc, e.Body.Refusal.Reason)).Distinct().Should().BeEquivalentTo(
            [("nobody", "AlertService/List", "TokenRefused"), ("nobody", "AlertService/List", "NoToken"), ("nobody", "AlertService/Get", "NoToken")]);
        entries.Should().NotContain(e => e.Body.ToString().Contains("evil", StringComparison.Ordinal));
        entries.Count.Should().BeLessThan(60, "they are counted, not each an entry");
    }

    [Fact]
    public async Task Keys_and_secrets_are_their_owner_s_alone_and_officers_are_there_after_a_restart()
    {
        using var temp = new TempFolder("officers");
        var folder = temp.FullName;
        Metadata chief;
        await using (var server = await StartAsync(folder))
        {
            chief = await MakeChiefAsync(server);
        }

        await using (var server = await StartAsync(folder))
        {
            server.Host.SetupToken.Should().BeNull("there is an officer");
            (await new V1.DutyService.DutyServiceClient(server.Channel).ListOfficersAsync(new V1.ListOfficersRequest(), chief)).Officers.Should().ContainSingle("the session goes on");
            foreach (var file in new[] { OfficerKeys.FileName, SecretStore.FileName })
            {
                new FileInfo(Path.Combine(folder, file)).UnixFileMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }
    }

    /// <summary>The secrets are backed up apart: a ledger may come without them, or a start may have ended between the two.</summary>
    [Fact]
    public async Task Where_no_chief_has_a_password_a_start_offers_the_token_and_makes_one_of_who_is_there_in_one_step()
    {
        using var temp = new TempFolder("officers");
        var folder = temp.FullName;
        long before;
        await using (var server = await StartAsync(folder))
        {
            var chief = await MakeChiefAsync(server);
            var duty = new V1.DutyService.DutyServiceClient(server.Channel);
            await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = new V1.DutyOfficer { Name = "li.na", NameZh = "李娜", Roles = { V1.Role.Officer }, Territory = "d01" }, Password = Password }, chief);
            before = server.Ledger.Book.Sequence;
        }

        await using (var server = await StartAsync(folder))
        {
            server.Host.SetupToken.Should().BeNull("the chief has a password");
        }

        File.Delete(Path.Combine(folder, SecretStore.FileName));
        await using (var server = await StartAsync(folder))
        {
            server.Host.SetupToken.Should().NotBeNull();
            await new V1.DutyService.DutyServiceClient(server.Channel).SetUpAsync(new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "li.na", Password = Password });
            var chief = await SignInAsync(server, "li.na");
            (await new V1.DutyService.DutyServiceClient(server.Channel).ListOfficersAsync(new V1.ListOfficersRequest(), chief)).Officers.Select(o => o.Name).Should().Equal("chief", "li.na");
            server.Ledger.Book.Duty.Officers["li.na"].Should().Match<OfficerRecord>(o => o.NameZh == "李娜" && o.Territory == "" && o.Roles == (OfficerRoles.Officer | OfficerRoles.Operator | OfficerRoles.Supervisor));
            (await server.Ledger.ReadEntriesAsync(before, 1000, TestServer.Cancel)).Where(e => e.Kind is EntryKind.OfficerSet or EntryKind.PasswordSet)
                .Select(e => (e.Kind, e.Actor)).Should().Equal((EntryKind.OfficerSet, "li.na"), (EntryKind.PasswordSet, "li.na"));
        }

        await using (var server = await StartAsync(folder))
        {
            server.Host.SetupToken.Should().BeNull();
        }
    }

    internal static Task<TestServer> StartAsync(string? data = null, TimeProvider? time = null) =>
        TestServer.StartAsync(o => o with { Officers = new OfficersSection { Local = true } }, data, time: time);

    internal static async Task<Metadata> MakeChiefAsync(TestServer server)
    {
        await new V1.DutyService.DutyServiceClient(server.Channel).SetUpAsync(
            new V1.SetUpRequest { SetupToken = server.Host.SetupToken, Name = "chief", Password = Password });
        return await SignInAsync(server, "chief");
    }

    internal static async Task<Metadata> SignInAsync(TestServer server, string name, string password = Password)
    {
        var request = new V1.SignInRequest { Name = name, Password = password };
        return AuthenticationTests.Headers((await new V1.DutyService.DutyServiceClient(server.Channel).SignInAsync(request)).Session.AccessToken);
    }

    internal static async Task Refused<T>(Func<Task<T>> call, StatusCode code) =>
        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(code);
}
