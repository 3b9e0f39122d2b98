using System.Security.Claims;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace PingAnIoT.Alerts;

/// <summary>A duty officer as the token (or open mode's header) gives it. The name goes into the ledger.</summary>
public static class OfficerName
{
    /// <summary>The claim that holds the name.</summary>
    public const string Claim = "sub";

    /// <summary>The claim that holds the territory the officer answers for; without it the whole city.</summary>
    public const string TerritoryClaim = "territory";

    /// <summary>The claim that holds the roles, by their names; more than one may stand there, parted by blanks or commas.</summary>
    public const string RolesClaim = "roles";

    /// <summary>The claim that names the local issuer's session.</summary>
    public const string SessionClaim = "sid";

    /// <summary>Where a call carries the officer that <see cref="Rights"/> has let through.</summary>
    public const string CallKey = "pingan.officer";

    /// <summary>Where a call that streams carries the session it must not outlive.</summary>
    public const string WatchKey = "pingan.session";

    /// <summary>What a name is, for messages.</summary>
    public const string Rule = "1 to 64 letters, digits or . _ @ -";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 64 && name.EnumerateRunes().All(r => Rune.IsLetterOrDigit(r) || r.Value is '.' or '_' or '@' or '-');

    /// <exception cref="RpcException">UNAUTHENTICATED when the caller has no name, or one that cannot go into the ledger.</exception>
    public static Officer Of(ServerCallContext call)
    {
        if (call.UserState.TryGetValue(CallKey, out var known) && known is Officer officer)
        {
            return officer;
        }

        return Of(call.GetHttpContext().User);
    }

    /// <inheritdoc cref="Of(ServerCallContext)"/>
    public static Officer Of(ClaimsPrincipal caller)
    {
        var name = caller.FindFirst(Claim)?.Value;
        return name is not null && IsValid(name)
            ? new Officer(name, caller.FindFirst(TerritoryClaim)?.Value.Trim('/') ?? "") { Roles = RolesOf(caller) }
            : throw GrpcErrors.Of(StatusCode.Unauthenticated, "NO_OFFICER", $"The token's subject is not an officer's name: {Rule}.");
    }

    /// <summary>A token that speaks of no roles is an officer's and supervisor's; one that speaks of roles that are none of ours, nobody's.</summary>
    private static OfficerRoles RolesOf(ClaimsPrincipal caller)
    {
        var claims = caller.FindAll(RolesClaim).ToList();
        return claims.Count == 0
            ? OfficerRoles.Officer | OfficerRoles.Supervisor
            : claims.SelectMany(c => c.Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).Aggregate(OfficerRoles.None, (all, word) => all | word switch
            {
                "officer" => OfficerRoles.Officer,
                "supervisor" => OfficerRoles.Supervisor,
                "operator" => OfficerRoles.Operator,
                "auditor" => OfficerRoles.Auditor,
                _ => OfficerRoles.None,
            });
    }
}
