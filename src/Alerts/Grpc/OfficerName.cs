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

    /// <summary>What a name is, for messages.</summary>
    public const string Rule = "1 to 64 letters, digits or . _ @ -";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 64 && name.EnumerateRunes().All(r => Rune.IsLetterOrDigit(r) || r.Value is '.' or '_' or '@' or '-');

    /// <exception cref="RpcException">UNAUTHENTICATED when the caller has no name, or one that cannot go into the ledger.</exception>
    public static Officer Of(ServerCallContext call)
    {
        var caller = call.GetHttpContext().User;
        var name = caller.FindFirst(Claim)?.Value;
        return name is not null && IsValid(name)
            ? new Officer(name, caller.FindFirst(TerritoryClaim)?.Value.Trim('/') ?? "")
            : throw GrpcErrors.Of(StatusCode.Unauthenticated, "NO_OFFICER", $"The token's subject is not an officer's name: {Rule}.");
    }
}
