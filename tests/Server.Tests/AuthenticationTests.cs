using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Who is let in: tokens good and bad, and open mode's limits.</summary>
public sealed class AuthenticationTests
{
    internal const string Key = "0123456789abcdef0123456789abcdef";

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task Without_a_good_token_nobody_gets_anything_but_health()
    {
        await using var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = Key } });
        var good = Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 });
        (string Name, string? Token)[] bad =
        [
            ("none", null),
            ("not a token", "abc"),
            ("other key", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 }, key: Key + "x")),
            ("expired", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", exp = Now - 600 })),
            ("not yet", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", nbf = Now + 600, exp = Now + 1200 })),
            ("for ever", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan" })),
            ("other audience", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "other", exp = Now + 600 })),
            ("no subject", Token(new { territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 })),
            ("unsigned", Token(new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 }, algorithm: "none")),
            ("cut", good[..^4]),
        ];
        foreach (var (name, token) in bad)
        {
            (await GetAsync(server, "/v1/alerts", token)).Should().BeOneOf([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden], name);
            (await GetAsync(server, "/metrics", token)).Should().BeOneOf([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden], name);
            var call = async () => await server.Alerts.ListAsync(new V1.ListRequest(), Headers(token));
            (await call.Should().ThrowAsync<RpcException>(name)).Which.StatusCode.Should().BeOneOf(StatusCode.Unauthenticated, StatusCode.PermissionDenied);
        }

        (await GetAsync(server, "/healthz/ready", null)).Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, "/v1/alerts", good)).Should().Be(HttpStatusCode.OK);
        (await server.Alerts.ListAsync(new V1.ListRequest(), Headers(good))).Alerts.Should().BeEmpty();
    }

    [Fact]
    public async Task The_name_in_the_ledger_is_the_token_s_and_the_territory_is_kept_to()
    {
        await using var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = Key } });
        await server.PostAsync(new Plant("gp-1", "d01/s03/c07").To(Severity.Green), new Plant("gp-2", "d02/s01/c01").To(Severity.Green));
        var headers = Headers(Token(new { sub = "li.na", territory = "d01", roles = "officer", aud = "pingan", exp = Now + 600 }));
        headers.Add("x-officer", "somebody.else");
        var seen = (await server.Alerts.ListAsync(new V1.ListRequest(), headers)).Alerts;
        seen.Select(a => a.Device).Should().Equal("gp-1");
        (await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = seen[0].Id }, headers)).Alert.Acknowledged.Officer.Should().Be("li.na");
        var all = await server.Alerts.ListAsync(new V1.ListRequest(), Headers(Token(new { sub = "chief", territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 })));
        var foreign = all.Alerts.Single(a => a.Device == "gp-2").Id;
        var reach = async () => await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = foreign }, headers);
        (await reach.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
    }

    [Fact]
    public async Task A_token_without_a_territory_or_a_role_of_ours_is_no_officer_s()
    {
        await using var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = Key } });
        (string Token, string Claim)[] bad =
        [
            (Token(new { sub = "li.na", roles = "officer", aud = "pingan", exp = Now + 600 }), "territory"),
            (Token(new { sub = "li.na", territory = "", roles = "officer", aud = "pingan", exp = Now + 600 }), "territory"),
            (Token(new { sub = "li.na", territory = "/", aud = "pingan", exp = Now + 600 }), "roles"),
            (Token(new { sub = "li.na", territory = "/", roles = "root", aud = "pingan", exp = Now + 600 }), "roles"),
            (Token(new { sub = "li na", territory = "/", roles = "officer", aud = "pingan", exp = Now + 600 }), "sub"),
            (Token(new Dictionary<string, object> { ["pingan.officer"] = "li.na", ["territory"] = "/", ["roles"] = "officer", ["aud"] = "pingan", ["exp"] = Now + 600 }), "sub"),
        ];
        foreach (var (token, claim) in bad)
        {
            var call = async () => await server.Alerts.ListAsync(new V1.ListRequest(), Headers(token));
            var refusal = (await call.Should().ThrowAsync<RpcException>(token)).Which;
            refusal.StatusCode.Should().Be(StatusCode.PermissionDenied);
            refusal.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason.Should().Be("NOT_AN_OFFICER");
            refusal.Status.Detail.Should().Contain($"claim '{claim}'");
            using var watcher = Watcher.Of(server, 0, Headers(token));
            (await watcher.EndAsync()).StatusCode.Should().Be(StatusCode.PermissionDenied);
            (await GetAsync(server, "/v1/alerts", token)).Should().Be(HttpStatusCode.Forbidden);
            (await GetAsync(server, "/metrics", token)).Should().Be(HttpStatusCode.Forbidden, "what is not ours to refuse in a sentence is refused all the same");
        }
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "null", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://localhost:5080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", null, HttpStatusCode.OK)]
    public async Task Open_mode_answers_under_loopback_names_and_to_loopback_pages_only(string host, string? origin, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/alerts");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        (await server.Http.SendAsync(request, TestServer.Cancel)).StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Open_mode_refuses_a_name_that_cannot_go_into_the_ledger()
    {
        await using var server = await TestServer.StartAsync();
        var call = async () => await server.Alerts.ListAsync(new V1.ListRequest(), new Metadata { { "x-officer", "<script>" } });
        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
    }

    internal static Metadata Headers(string? token)
    {
        var headers = new Metadata();
        if (token is not null)
        {
            headers.Add("authorization", "Bearer " + token);
        }

        return headers;
    }

    private static async Task<HttpStatusCode> GetAsync(TestServer server, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return (await server.Http.SendAsync(request, TestServer.Cancel)).StatusCode;
    }

    /// <summary>RFC 7515 by hand, so that the test does not lean on the library it tests.</summary>
    internal static string Token(object claims, string key = Key, string algorithm = "HS256")
    {
        var head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm, typ = "JWT" })) + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(claims));
        var signature = algorithm == "none" ? "" : Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(head)));
        return head + "." + signature;
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
