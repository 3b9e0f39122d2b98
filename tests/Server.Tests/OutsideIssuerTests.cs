using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts.Tests;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Officers of an OpenID Connect issuer: real sockets, a certificate of a private authority, tokens good and bad, keys that change, an issuer that is not there.</summary>
public sealed class OutsideIssuerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_good_token_is_an_officer_s_and_every_other_is_refused_for_what_is_wrong_with_it()
    {
        var (rsa, ec) = (TestIssuer.NewRsa("r1"), TestIssuer.NewEc("e1"));
        await using var issuer = await TestIssuer.StartAsync(rsa, ec);
        await using var server = await StartAsync(issuer);
        await server.PostAsync(new Plant("gp-1", "d01/s03/c07").To(Severity.Red), new Plant("gp-2", "d02/s01/c01").To(Severity.Red));
        foreach (var key in new SecurityKey[] { rsa, ec })
        {
            var headers = AuthenticationTests.Headers(issuer.Token(key, Now));
            var alert = (await server.Alerts.ListAsync(new V1.ListRequest(), headers)).Alerts.Should().ContainSingle("the token's territory is kept to").Subject;
            alert.Device.Should().Be("gp-1");
            (await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = alert.Id }, headers)).Alert.Acknowledged.Officer.Should().Be("li.na");
        }

        var stranger = TestIssuer.NewRsa("r1");
        (string Token, string Why)[] bad =
        [
            (issuer.Token(rsa, Now, audience: "other"), "The audience"),
            (issuer.Token(rsa, Now, issuer: "https://evil.example"), "The issuer 'https://evil.example' is invalid"),
            (issuer.Token(rsa, Now, from: -600, to: -31), "lifetime"),
            (issuer.Token(rsa, Now, from: 60), "lifetime"),
            (issuer.Token(null, Now), "invalid_token"),
            (issuer.Token(stranger, Now), "The signature is invalid"),
            (issuer.Token(SharedSecretOf(rsa, r => Encoding.UTF8.GetBytes(r.ExportSubjectPublicKeyInfoPem())), Now), "invalid_token"),
            (issuer.Token(SharedSecretOf(rsa, r => r.ExportSubjectPublicKeyInfo()), Now), "invalid_token"),
            (issuer.Token(SharedSecretOf(rsa, r => r.ExportParameters(false).Modulus!), Now), "invalid_token"),
            (issuer.Token(TestIssuer.NewRsa("unknown"), Now), "The signature key was not found"),
            (issuer.Token(rsa, Now)[..^8], "invalid_token"),
            ("a.b.c", "invalid_token"),
            ("..", "invalid_token"),
        ];
        foreach (var (token, why) in bad)
        {
            var (status, said) = await GetAsync(server, token);
            status.Should().Be(HttpStatusCode.Unauthorized, said);
            said.Should().Contain(why);
            (await CodeAsync(server, token)).Should().Be(StatusCode.Unauthenticated);
        }
    }

    [Fact]
    public async Task New_keys_are_taken_up_and_withdrawn_ones_given_up_without_a_restart()
    {
        var (first, second, third) = (TestIssuer.NewRsa("k1"), TestIssuer.NewEc("k2"), TestIssuer.NewRsa("k3"));
        await using var issuer = await TestIssuer.StartAsync(first);
        await using var server = await StartAsync(issuer);
        (await CodeAsync(server, issuer.Token(first, Now))).Should().Be(StatusCode.OK);

        issuer.Publish(first, second);
        clock.Advance(Pause);
        (await CodeAsync(server, issuer.Token(second, Now))).Should().Be(StatusCode.OK, "a key that is not known is asked for at once");
        (await CodeAsync(server, issuer.Token(first, Now))).Should().Be(StatusCode.OK);

        issuer.Publish(third);
        clock.Advance(Pause);
        (await CodeAsync(server, issuer.Token(third, Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(first, Now))).Should().Be(StatusCode.Unauthenticated, "it is withdrawn");

        // Nobody comes with a new one: the hour finds out.
        issuer.Publish(second);
        var asked = issuer.Asked;
        clock.Advance(TimeSpan.FromHours(1));
        await Until.TrueAsync(() => issuer.Asked > asked, Longest);
        await CodeUntilAsync(server, () => issuer.Token(third, Now), StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task All_keys_may_be_withdrawn_and_what_is_no_key_set_withdraws_none()
    {
        var key = TestIssuer.NewRsa("k1");
        await using var issuer = await TestIssuer.StartAsync(key);
        await using var server = await StartAsync(issuer);
        foreach (var nonsense in new[] { "{}", "{\"error\":\"busy\"}", "{\"keys\":null}", "[]", "busy" })
        {
            var asked = issuer.Asked;
            issuer.SaysInstead = nonsense;
            clock.Advance(TimeSpan.FromHours(1));
            await Until.TrueAsync(() => issuer.Asked > asked, Longest);
            await HealthUntilAsync(server, "Degraded");
            (await CodeAsync(server, issuer.Token(key, Now))).Should().Be(StatusCode.OK, nonsense);
            issuer.SaysInstead = null;
            clock.Advance(Pause);
            await HealthUntilAsync(server, "Healthy");
        }

        issuer.Publish();
        clock.Advance(TimeSpan.FromHours(1));
        await CodeUntilAsync(server, () => issuer.Token(key, Now), StatusCode.Unauthenticated);
        await HealthUntilAsync(server, "Degraded");

        issuer.Publish(key);
        clock.Advance(Pause);
        await CodeUntilAsync(server, () => issuer.Token(key, Now), StatusCode.OK);
        await HealthUntilAsync(server, "Healthy");
    }

    [Fact]
    public async Task A_key_without_a_name_is_tried_where_the_token_names_none_or_one_that_no_key_has()
    {
        var (nameless, named) = (TestIssuer.NewRsa(null), TestIssuer.NewRsa("k1"));
        SecurityKey As(RsaSecurityKey key, string? kid) => new RsaSecurityKey(key.Rsa) { KeyId = kid };
        await using var issuer = await TestIssuer.StartAsync(nameless, named);
        await using var server = await StartAsync(issuer);
        (await CodeAsync(server, issuer.Token(As(nameless, null), Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(As(nameless, "x"), Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(As(named, null), Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(As(named, "k1"), Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(As(named, "x"), Now))).Should().Be(StatusCode.Unauthenticated, "it has another name");
        (await CodeAsync(server, issuer.Token(As(nameless, "k1"), Now))).Should().Be(StatusCode.Unauthenticated, "it is signed by another key than it says");

        // A new one has no name to be missed by: the signature that does not hold has the issuer asked.
        var next = TestIssuer.NewRsa(null);
        issuer.Publish(next);
        clock.Advance(Pause);
        await CodeUntilAsync(server, () => issuer.Token(As(next, null), Now), StatusCode.OK);
        (await CodeAsync(server, issuer.Token(As(nameless, null), Now))).Should().Be(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task A_flood_of_unknown_keys_asks_the_issuer_once_in_15_s_and_hinders_nobody()
    {
        var key = TestIssuer.NewEc("k1");
        await using var issuer = await TestIssuer.StartAsync(key);
        await using var server = await StartAsync(issuer);
        var forged = TestIssuer.NewEc("x");
        var before = issuer.Asked;
        for (var round = 1; round <= 3; round++)
        {
            clock.Advance(Pause);
            var flood = Enumerable.Range(0, 200).Select(i =>
            {
                forged.KeyId = $"x-{round}-{i}";
                return CodeAsync(server, issuer.Token(forged, Now));
            }).ToList();
            (await CodeAsync(server, issuer.Token(key, Now))).Should().Be(StatusCode.OK);
            (await Task.WhenAll(flood)).Should().OnlyContain(c => c == StatusCode.Unauthenticated);
            (issuer.Asked - before).Should().Be(round);
        }
    }

    [Fact]
    public async Task Without_its_issuer_the_server_starts_and_says_so_and_knows_its_officers_when_it_is_there()
    {
        var key = TestIssuer.NewRsa("k1");
        await using var issuer = await TestIssuer.StartAsync(key);
        issuer.IsDown = true;
        await using var server = await StartAsync(issuer, isUp: false);
        (await CodeAsync(server, issuer.Token(key, Now))).Should().Be(StatusCode.Unavailable, "it is not the token's fault");
        (await GetAsync(server, issuer.Token(key, Now))).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await GetAsync(server, null)).Status.Should().Be(HttpStatusCode.Unauthorized);
        await HealthUntilAsync(server, "Degraded");

        issuer.IsDown = false;
        clock.Advance(Pause);
        await CodeUntilAsync(server, () => issuer.Token(key, Now), StatusCode.OK);
        await HealthUntilAsync(server, "Healthy");
    }

    [Fact]
    public async Task When_the_issuer_goes_the_keys_that_are_known_stay_good()
    {
        var key = TestIssuer.NewRsa("k1");
        await using var issuer = await TestIssuer.StartAsync(key);
        await using var server = await StartAsync(issuer);
        issuer.IsDown = true;
        clock.Advance(TimeSpan.FromHours(2));
        await HealthUntilAsync(server, "Degraded");
        (await CodeAsync(server, issuer.Token(key, Now))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(TestIssuer.NewRsa("k2"), Now))).Should().Be(StatusCode.Unauthenticated);
        issuer.IsDown = false;
        clock.Advance(Pause);
        await HealthUntilAsync(server, "Healthy");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_issuer_of_another_authority_or_another_name_is_not_believed(bool isOtherAuthority)
    {
        var key = TestIssuer.NewRsa("k1");
        await using var issuer = await TestIssuer.StartAsync(key);
        using var other = new TestAuthority();
        using var temp = new TempFolder("authorities");
        var officers = issuer.Officers;
        if (isOtherAuthority)
        {
            officers = officers with { Authorities = other.WriteTo(temp.PathOf("other.pem")) };
        }
        else
        {
            issuer.CallsItself = "https://evil.example";
        }

        await using var server = await TestServer.StartAsync(o => o with { Officers = officers }, time: clock);
        (await CodeAsync(server, issuer.Token(key, Now))).Should().Be(StatusCode.Unavailable);
        await HealthUntilAsync(server, "Degraded");
        if (isOtherAuthority)
        {
            issuer.Asked.Should().Be(0);
        }
    }

    [Fact]
    public async Task A_key_set_file_is_read_again_when_it_changes_and_one_with_errors_leaves_the_keys_as_they_are()
    {
        var (first, second) = (TestIssuer.NewRsa("k1"), TestIssuer.NewEc("k2"));
        await using var issuer = await TestIssuer.StartAsync();
        using var temp = new TempFolder("keys");
        var file = temp.PathOf("keys.json");
        await File.WriteAllTextAsync(file, TestIssuer.KeySet(first), TestServer.Cancel);
        var officers = issuer.Officers with { Authority = "", Authorities = "", KeySetFile = file, Issuer = "https://id.example" };
        await using var server = await TestServer.StartAsync(o => o with { Officers = officers }, time: clock);
        (await CodeAsync(server, issuer.Token(first, Now, issuer: "https://id.example"))).Should().Be(StatusCode.OK);
        (await CodeAsync(server, issuer.Token(first, Now))).Should().Be(StatusCode.Unauthenticated, "of another issuer");
        (await CodeAsync(server, issuer.Token(second, Now, issuer: "https://id.example"))).Should().Be(StatusCode.Unauthenticated);

        foreach (var (text, good, bad) in new (string, SecurityKey, SecurityKey)[] { (TestIssuer.KeySet(second), second, first), ("{\"keys\":[]}", second, first), ("{", second, first), (TestIssuer.KeySet(first), first, second) })
        {
            await File.WriteAllTextAsync(file, text, TestServer.Cancel);
            clock.Advance(TimeSpan.FromSeconds(1));
            await CodeUntilAsync(server, () => issuer.Token(good, Now, issuer: "https://id.example"), StatusCode.OK);
            (await CodeAsync(server, issuer.Token(bad, Now, issuer: "https://id.example"))).Should().Be(StatusCode.Unauthenticated);
        }

        issuer.Asked.Should().Be(0);
    }

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>What who takes a public key for a shared secret would sign with.</summary>
    private static SymmetricSecurityKey SharedSecretOf(RsaSecurityKey key, Func<RSA, byte[]> bytes) => new(bytes(key.Rsa)) { KeyId = key.KeyId };

    private async Task<TestServer> StartAsync(TestIssuer issuer, bool isUp = true)
    {
        var server = await TestServer.StartAsync(o => o with { Officers = issuer.Officers }, time: clock);
        if (isUp)
        {
            await HealthUntilAsync(server, "Healthy");
        }

        return server;
    }

    private static async Task<StatusCode> CodeAsync(TestServer server, string token)
    {
        try
        {
            await server.Alerts.ListAsync(new V1.ListRequest(), AuthenticationTests.Headers(token));
            return StatusCode.OK;
        }
        catch (RpcException refused)
        {
            return refused.StatusCode;
        }
    }

    private static async Task<(HttpStatusCode Status, string Said)> GetAsync(TestServer server, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/alerts");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Http.SendAsync(request, TestServer.Cancel);
        return (response.StatusCode, response.Headers.WwwAuthenticate.ToString());
    }

    private static async Task<string> HealthAsync(TestServer server)
    {
        using var response = await server.Http.GetAsync(new Uri("/healthz/ready", UriKind.Relative), TestServer.Cancel);
        return await response.Content.ReadAsStringAsync(TestServer.Cancel);
    }

    /// <summary>After a jump of the clock a commit may look as if the disk had not answered for as long, until it is done.</summary>
    private static Task HealthUntilAsync(TestServer server, string health) => UntilAsync(async () => await HealthAsync(server) == health);

    private static Task CodeUntilAsync(TestServer server, Func<string> token, StatusCode code) => UntilAsync(async () => await CodeAsync(server, token()) == code);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            TimeProvider.System.GetElapsedTime(begun).Should().BeLessThan(Longest, "the condition should have come");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestServer.Cancel);
        }
    }
}
