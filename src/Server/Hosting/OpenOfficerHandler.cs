using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Open mode: whoever reaches loopback is an officer, by the name in <c>x-officer</c> or else "duty".</summary>
public sealed class OpenOfficerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    public const string SchemeName = "Open";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var name = Request.Headers["x-officer"].ToString();
        if (name.Length == 0)
        {
            name = "duty";
        }

        if (!OfficerName.IsValid(name))
        {
            return Task.FromResult(AuthenticateResult.Fail($"x-officer is not a name: {OfficerName.Rule}"));
        }

        var identity = new ClaimsIdentity(
            [
                new Claim(OfficerName.Claim, name), new Claim(OfficerName.TerritoryClaim, ""), new Claim(OfficerName.RolesClaim, "officer"),
                new Claim(OfficerName.RolesClaim, "supervisor"), new Claim(OfficerName.RolesClaim, "operator"),
            ],
            SchemeName, OfficerName.Claim, roleType: null);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }
}
