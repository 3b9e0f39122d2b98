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

    /// <summary>The claim that holds the territory the officer answers for; "" for the whole city. Who has none is no officer.</summary>
    public const string TerritoryClaim = "territory";

    /// <summary>The claim that holds a role, by its name; each role has one.</summary>
    public const string RolesClaim = "roles";

    /// <summary>The claim that says why a token that is good is no officer's: a sentence.</summary>
    public const string RefusalClaim = "pingan.refusal";

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

    /// <returns>The role of that name; none where it is not one of ours.</returns>
    public static OfficerRoles RoleOf(string word) => word switch
    {
        "officer" => OfficerRoles.Officer,
        "supervisor" => OfficerRoles.Supervisor,
        "operator" => OfficerRoles.Operator,
        "auditor" => OfficerRoles.Auditor,
        _ => OfficerRoles.None,
    };

    /// <exception cref="RpcException">
    /// PERMISSION_DENIED when the token is no officer's; UNAUTHENTICATED when the caller has no name, or one that cannot go into the ledger.
    /// </exception>
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
        if (caller.FindFirst(RefusalClaim) is { } why)
        {
            throw NotAnOfficer(why.Value);
        }

        var name = caller.FindFirst(Claim)?.Value;
        if (name is null || !IsValid(name))
        {
            throw GrpcErrors.Of(StatusCode.Unauthenticated, "NO_OFFICER", $"The token's subject is not an officer's name: {Rule}.");
        }

        var territory = caller.FindFirst(TerritoryClaim)?.Value ?? throw NotAnOfficer("The token names no territory.");
        return new Officer(name, territory) { Roles = caller.FindAll(RolesClaim).Aggregate(OfficerRoles.None, (all, c) => all | RoleOf(c.Value)) };
    }

    private static RpcException NotAnOfficer(string why) => GrpcErrors.Of(StatusCode.PermissionDenied, "NOT_AN_OFFICER", why);
}
