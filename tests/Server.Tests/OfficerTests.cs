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
        await duty.SignOutAsync(new V1.SignOutRequest(), chief);
        await Refused(() => duty.ListOfficersAsync(new V1.ListOfficersRequest(), chief).ResponseAsync, StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task Keys_and_secrets_are_their_owner_s_alone_and_officers_are_there_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("pingan-officers-").FullName;
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

        Directory.Delete(folder, recursive: true);
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
