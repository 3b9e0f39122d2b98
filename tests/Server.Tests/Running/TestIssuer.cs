using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts.Tests;

namespace PingAnIoT.Server.Tests;

/// <summary>An OpenID Connect issuer in this process, over real sockets, with a certificate of an authority of its own.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly TestAuthority authority = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-issuer-").FullName;
    private readonly WebApplication web;
    private volatile SecurityKey[] published = [];
    private int asked;

    private TestIssuer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(authority.Issue())));
        web = builder.Build();
        web.Run(AnswerAsync);
    }

    public string Address => web.Urls.Single() + "/realms/city";

    /// <summary>A PEM file of whose certificates are good.</summary>
    public string Authorities => authority.WriteTo(Path.Combine(folder, "authorities.pem"));

    /// <summary>How often its keys were asked for.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Connections are cut without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>What its document says it is, when not its address.</summary>
    public string? CallsItself { get; set; }

    public OfficersSection Officers => new()
    {
        Authority = Address, Authorities = Authorities, NameClaim = "preferred_username", TerritoryClaim = "groups", RolesClaim = "realm_access.roles",
    };

    public static async Task<TestIssuer> StartAsync(params SecurityKey[] keys)
    {
        var issuer = new TestIssuer { published = keys };
        await issuer.web.StartAsync(TestServer.Cancel);
        return issuer;
    }

    /// <summary>What is answered instead of the keys.</summary>
    public string? SaysInstead { get; set; }

    public static RsaSecurityKey NewRsa(string? kid) => new(RSA.Create(2048)) { KeyId = kid };

    public static ECDsaSecurityKey NewEc(string? kid) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = kid };

    /// <summary>From now on these and no others are its keys.</summary>
    public void Publish(params SecurityKey[] keys) => published = keys;

    /// <summary>A key set as RFC 7517 has it.</summary>
    public static string KeySet(params SecurityKey[] keys) => JsonSerializer.Serialize(new { keys = keys.Select(Public) });

    /// <summary>An access token as Keycloak makes them.</summary>
    /// <param name="signedBy">The key; null for <c>alg: none</c>.</param>
    /// <param name="now">The clock's.</param>
    /// <param name="from">Valid from so many seconds after it.</param>
    /// <param name="to">Until.</param>
    /// <param name="audience">For whom.</param>
    /// <param name="issuer">By whom; null for this one.</param>
    public string Token(SecurityKey? signedBy, DateTimeOffset now, int from = -5, int to = 300, string audience = "pingan", string? issuer = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address, Audience = audience, NotBefore = now.AddSeconds(from).UtcDateTime, Expires = now.AddSeconds(to).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = "0f4a6c1e-6f0e-4b56-9a55-0d8f6f2f9a11", ["preferred_username"] = "li.na", ["groups"] = new[] { "/d01/s03" },
                ["realm_access"] = new Dictionary<string, object> { ["roles"] = new[] { "offline_access", "default-roles-city", "officer" } },
            },
            SigningCredentials = signedBy is null ? null : new SigningCredentials(signedBy, signedBy switch
            {
                RsaSecurityKey => SecurityAlgorithms.RsaSha256, ECDsaSecurityKey => SecurityAlgorithms.EcdsaSha256, _ => SecurityAlgorithms.HmacSha256,
            }),
        });

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Abort();
            return;
        }

        var path = context.Request.Path.Value;
        if (path == "/realms/city/keys")
        {
            Interlocked.Increment(ref asked);
        }

        var answer = path switch
        {
            "/realms/city/keys" => SaysInstead ?? KeySet(published),
            "/realms/city/.well-known/openid-configuration" => JsonSerializer.Serialize(new { issuer = CallsItself ?? Address, jwks_uri = Address + "/keys" }),
            _ => "",
        };
        context.Response.StatusCode = answer.Length > 0 ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer), context.RequestAborted);
    }

    private static Dictionary<string, string> Public(SecurityKey key)
    {
        var all = All(key);
        if (string.IsNullOrEmpty(key.KeyId))
        {
            all.Remove("kid");
        }

        return all;
    }

    private static Dictionary<string, string> All(SecurityKey key)
    {
        if (key is RsaSecurityKey rsa)
        {
            var numbers = rsa.Rsa.ExportParameters(includePrivateParameters: false);
            return new() { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = key.KeyId, ["n"] = Base64UrlEncoder.Encode(numbers.Modulus), ["e"] = Base64UrlEncoder.Encode(numbers.Exponent) };
        }

        var point = ((ECDsaSecurityKey)key).ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["kid"] = key.KeyId, ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) };
    }
}
