using System.Security.Claims;
using System.Text;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>A duty officer's name, as the token's subject (or open mode's header) gives it. It goes into the ledger.</summary>
public static class OfficerName
{
    /// <summary>The claim that holds it.</summary>
    public const string Claim = "sub";

    /// <summary>What a name is, for messages.</summary>
    public const string Rule = "1 to 64 letters, digits or . _ @ -";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 64 && name.EnumerateRunes().All(r => Rune.IsLetterOrDigit(r) || r.Value is '.' or '_' or '@' or '-');

    /// <exception cref="RpcException">UNAUTHENTICATED when the caller has no name, or one that cannot go into the ledger.</exception>
    public static string Of(ClaimsPrincipal caller)
    {
        var name = caller.FindFirst(Claim)?.Value;
        return name is not null && IsValid(name)
            ? name
            : throw GrpcErrors.Of(StatusCode.Unauthenticated, "NO_OFFICER", $"The token's subject is not an officer's name: {Rule}.");
    }
}
