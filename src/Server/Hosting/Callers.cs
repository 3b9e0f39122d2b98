using System.Security.Claims;
using Grpc.Core;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Who asks, as the book has him now.</summary>
internal sealed class Callers(Ledger ledger, LocalIssuer local)
{
    /// <exception cref="RpcException">What is wrong with the token, or that the session is over or the officer disabled.</exception>
    public Officer Of(ClaimsPrincipal user)
    {
        if (local.Sessions is { } sessions)
        {
            var (name, session) = (user.FindFirst(OfficerName.Claim)?.Value ?? "", user.FindFirst(OfficerName.SessionClaim)?.Value ?? "");
            return sessions.FindOfficer(name, session)?.ToOfficer() ?? throw Out();
        }

        var claimed = OfficerName.Of(user);
        return ledger.Book.Duty.Officers.TryGetValue(claimed.Name, out var known) && known.IsDisabled ? throw Out() : claimed;
    }

    /// <summary>For what is no call of ours.</summary>
    public bool May(ClaimsPrincipal user, Need need)
    {
        try
        {
            return Rights.Decide(Of(user), need) is not null;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static RpcException Out() =>
        GrpcErrors.Of(StatusCode.Unauthenticated, "OFFICER_OUT", "The session is over or the officer is disabled.");
}
