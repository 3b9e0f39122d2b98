using System.Net;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Who is an officer: the holder of a good token, or in open mode anybody on loopback. Everything but health needs an officer.</summary>
public static class OfficerAuthentication
{
    /// <summary>Where Prometheus reads.</summary>
    internal const string MetricsPath = "/metrics";

    /// <summary>How far the issuer's clock may be from ours.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

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
            services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<LocalIssuer, OutsideIssuer, TokenOfficers, RefusalAudit>((o, local, outside, names, audit) =>
            {
                SetUpLocal(o, local);
                SetUpOutside(o, local, outside, names);
                Audit(o, outside, audit);
            });
            if (officers.Authority.Length > 0)
            {
                services.AddHealthChecks().Add(
                    new HealthCheckRegistration("issuer", s => s.GetRequiredService<OutsideIssuer>().Published!, HealthStatus.Degraded, tags: null));
            }
        }

        services.AddAuthorizationBuilder().SetFallbackPolicy(
            new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(c => IsOfficer(c.User) || (IsOwnCall(c.Resource) && IsRefused(c.User))).Build());
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

    private static bool IsOfficer(ClaimsPrincipal user) => user.HasClaim(c => c.Type == OfficerName.Claim) && !IsRefused(user);

    private static bool IsRefused(ClaimsPrincipal user) => user.HasClaim(c => c.Type == OfficerName.RefusalClaim);

    /// <summary>One that <see cref="RightsInterceptor"/> refuses with the sentence that the token carries.</summary>
    private static bool IsOwnCall(object? resource) =>
        resource is HttpContext context && MethodOf(context) is { } method && Rights.Table.ContainsKey(method);

    private static string? MethodOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Grpc.AspNetCore.Server.GrpcMethodMetadata>()?.Method.FullName;

    private static bool IsLoopbackName(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Tokens of the local issuer: by its keys, of its name, and of a session that is not over.</summary>
    private static void SetUpLocal(JwtBearerOptions options, LocalIssuer local)
    {
        if (local is not { Keys: { } keys, Sessions: { } sessions })
        {
            return;
        }

        var rules = options.TokenValidationParameters;
        rules.ValidateIssuer = true;
        rules.ValidIssuer = OfficerKeys.Issuer;
        rules.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        rules.IssuerSigningKeyResolver = (_, _, kid, _) =>
            keys.Current.Where(k => k.Id == kid).Select(k => new SymmetricSecurityKey(k.Secret) { KeyId = k.Id });
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var (name, session) = (context.Principal?.FindFirst(OfficerName.Claim)?.Value, context.Principal?.FindFirst(OfficerName.SessionClaim)?.Value);
                if (name is null || session is null || sessions.FindOfficer(name, session) is null)
                {
                    context.Fail("The session is over.");
                }

                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Tokens of another issuer: by its keys as they are now, and of who they say the officer is.</summary>
    private static void SetUpOutside(JwtBearerOptions options, LocalIssuer local, OutsideIssuer outside, TokenOfficers officers)
    {
        if (local.Sessions is not null)
        {
            return;
        }

        var rules = options.TokenValidationParameters;
        if (rules.IssuerSigningKey is null)
        {
            rules.IssuerSigningKeyResolver = (_, _, kid, _) => outside.Find(kid);
        }

        if (outside.Published is not null)
        {
            rules.IssuerValidator = (issuer, _, _) => outside.RequireIssuer(issuer);
        }

        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => outside.SeekKeyOfAsync(context.Request.Headers.Authorization.ToString(), context.HttpContext.RequestAborted),
            OnAuthenticationFailed = context =>
            {
                if (context.Exception is SecurityTokenInvalidSignatureException)
                {
                    outside.Published?.Doubt();
                }

                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                context.Principal = officers.Read(((JsonWebToken)context.SecurityToken).EncodedPayload, context.Scheme.Name);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Who comes with a token that is not good, or with none, is turned away before any call of ours: that is on record too, counted.</summary>
    private static void Audit(JwtBearerOptions options, OutsideIssuer outside, RefusalAudit audit)
    {
        options.Events ??= new JwtBearerEvents();
        options.Events.OnChallenge = context =>
        {
            if (context.AuthenticateFailure is not null && outside.IsBlind)
            {
                // Not the token's fault: whoever has a good one is to keep it and come again.
                context.HandleResponse();
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }

            Note(context.HttpContext, context.AuthenticateFailure is null ? "NoToken" : "TokenRefused");
            return Task.CompletedTask;
        };
        options.Events.OnForbidden = context =>
        {
            // An officer, to whom it is not open; or nobody's token.
            var name = IsOfficer(context.HttpContext.User) ? context.HttpContext.User.FindFirst(OfficerName.Claim)?.Value : null;
            Note(context.HttpContext, name is null ? "TokenNamesNobody" : "PermissionDenied", name);
            return Task.CompletedTask;
        };

        // The call by our own name for it: what a stranger has written into a path goes nowhere.
        void Note(HttpContext context, string reason, string? name = null)
        {
            var method = MethodOf(context);
            var call = method is not null && Rights.Table.ContainsKey(method) ? method[(method.LastIndexOf('.') + 1)..]
                : context.Request.Path == MetricsPath ? "metrics" : "http";
            audit.Note(name is not null && OfficerName.IsValid(name) ? name : "nobody", call, reason);
        }
    }

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
        rules.ClockSkew = Grace;
        rules.LifetimeValidator = (notBefore, expires, _, p) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            return expires is { } end && now <= end + p.ClockSkew && (notBefore is not { } start || now >= start - p.ClockSkew);
        };
        if (officers.Issuer.Length > 0)
        {
            rules.ValidIssuer = officers.Issuer;
        }

        if (officers.Local)
        {
            return;
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
    }
}
