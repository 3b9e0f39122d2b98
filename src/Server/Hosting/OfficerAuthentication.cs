using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Who is an officer: the holder of a good token, or in open mode anybody on loopback. Everything but health needs an officer.</summary>
public static class OfficerAuthentication
{
    public static void AddOfficers(this IServiceCollection services, OfficersSection officers, TimeProvider time)
    {
        // The core only: AddAuthentication would bring data protection along, which writes keys into the home folder.
        services.AddAuthenticationCore(a => a.DefaultScheme = officers.IsOpen ? OpenOfficerHandler.SchemeName : JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        var schemes = new AuthenticationBuilder(services);
        if (officers.IsOpen)
        {
            schemes.AddScheme<AuthenticationSchemeOptions, OpenOfficerHandler>(OpenOfficerHandler.SchemeName, o => o.TimeProvider = time);
        }
        else
        {
            services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
            schemes.AddJwtBearer(o => SetUp(o, officers, time));
        }

        services.AddAuthorizationBuilder().SetFallbackPolicy(
            new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim(OfficerName.Claim).Build());
    }

    /// <summary>
    /// In open mode a web page that the officer happens to visit could reach loopback too, by a name of its own or from its own origin:
    /// only requests that name loopback, from no other origin, are let in.
    /// </summary>
    public static void UseLoopbackOriginsOnly(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (IsLoopbackName(context.Request.Host.Host)
            && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsLoopbackName(from.Host))))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Open mode answers on loopback only, under a loopback name.");
    });

    private static bool IsLoopbackName(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Nothing but <see cref="OfficersSection"/> says how tokens are checked.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }

    private static void SetUp(JwtBearerOptions options, OfficersSection officers, TimeProvider time)
    {
        options.TimeProvider = time;
        options.MapInboundClaims = false;
        var rules = options.TokenValidationParameters;
        rules.NameClaimType = OfficerName.Claim;
        rules.ValidAudience = officers.Audience;
        rules.ValidateIssuer = officers.Issuer.Length > 0 || officers.Authority.Length > 0;
        rules.ClockSkew = TimeSpan.FromSeconds(30);
        rules.LifetimeValidator = (notBefore, expires, _, p) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            return expires is { } end && now <= end + p.ClockSkew && (notBefore is not { } start || now >= start - p.ClockSkew);
        };
        if (officers.Issuer.Length > 0)
        {
            rules.ValidIssuer = officers.Issuer;
        }

        // Each source of keys takes only its own family of algorithms, so that a public key is never taken for a shared secret.
        if (officers.SigningKey.Length > 0)
        {
            rules.IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(officers.SigningKey));
            rules.ValidAlgorithms = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];
            return;
        }

        rules.ValidAlgorithms =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384,
        ];
        if (officers.KeySetFile.Length > 0)
        {
            rules.IssuerSigningKeys = new JsonWebKeySet(File.ReadAllText(officers.KeySetFile)).GetSigningKeys();
        }
        else
        {
            options.Authority = officers.Authority;
        }
    }
}
