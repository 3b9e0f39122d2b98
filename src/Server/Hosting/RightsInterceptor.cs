using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Authentication;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Asks <see cref="Rights"/> before every call of ours, and puts every refusal on record. The officer goes on with the call.</summary>
internal sealed class RightsInterceptor(Callers callers, RefusalAudit audit, LocalIssuer local, ActingOnDuty duty, StandIns standIns, TimeProvider time) : Interceptor
{
    private const string Own = "/pingan.";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            var need = Enter(context);
            var mask = MaskOf<TRequest, TResponse>(request);
            var offDuty = need is { } n ? OffDutyOf(request, context, n) : null;
            var answer = await continuation(request, context);
            mask?.Apply((Google.Protobuf.IMessage)answer);
            if (offDuty is null)
            {
                return answer;
            }

            await duty.NoteAsync(OfficerName.Of(context).Name, NameOf(context), offDuty);
            return answer;
        }
        catch (RpcException refusal)
        {
            Note(context, refusal, request as Google.Protobuf.IMessage);
            throw;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var expiry = local.Sessions is null && ExpiresOf(context) is { } expires ? new TokenExpiry(expires + OfficerAuthentication.Grace, time) : null;
        try
        {
            Enter(context);
            if (local.Sessions is { } sessions && context.GetHttpContext().User.FindFirst(OfficerName.SessionClaim)?.Value is { } session)
            {
                context.UserState[OfficerName.WatchKey] = sessions.Watch(session);
            }
            else if (expiry is not null)
            {
                context.UserState[OfficerName.WatchKey] = expiry.Watch;
            }

            await continuation(request, responseStream, context);
        }
        catch (RpcException refusal) when (expiry?.Watch.IsOver() != true)
        {
            // That a token runs out is no refusal: it happens to every officer, several times an hour.
            Note(context, refusal, request as Google.Protobuf.IMessage);
            throw;
        }
    }

    /// <returns>What the call needed; null where it is none of ours.</returns>
    private Need? Enter(ServerCallContext context)
    {
        if (!context.Method.StartsWith(Own, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!Rights.Table.TryGetValue(context.Method, out var need))
        {
            throw Denied();
        }

        if (need != Need.Nothing)
        {
            context.UserState[OfficerName.CallKey] = standIns.Seeing(Rights.Decide(callers.Of(context.GetHttpContext().User), need) ?? throw Denied());
        }

        return need;
    }

    /// <exception cref="RpcException">Who is not on duty is refused here, and told who of his own places is.</exception>
    private OffDuty? OffDutyOf<TRequest>(TRequest request, ServerCallContext context, Need need)
    {
        var found = request is Google.Protobuf.IMessage message && need == Need.Act ? duty.Look(OfficerName.Of(context), context.Method, need, message) : null;
        return found?.IsRefused == true
            ? throw GrpcErrors.Of(StatusCode.PermissionDenied, "OFF_DUTY", found.Told)
            : found;
    }

    private static ReadMask? MaskOf<TRequest, TResponse>(TRequest request)
        where TResponse : class =>
        request is Google.Protobuf.IMessage asked && Activator.CreateInstance<TResponse>() is Google.Protobuf.IMessage answer ? ReadMask.Of(asked, answer.Descriptor) : null;

    /// <summary>Of who is nobody it is not said what he asked for: strangers write nothing into the ledger.</summary>
    private void Note(ServerCallContext context, RpcException refusal, Google.Protobuf.IMessage? request)
    {
        if (refusal.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.NotFound)
        {
            var name = context.GetHttpContext().User.FindFirst(OfficerName.Claim)?.Value is { } claimed && OfficerName.IsValid(claimed) ? claimed : null;
            var reached = name is null || request is null || refusal.StatusCode == StatusCode.Unauthenticated ? null : RefusalReach.Of(context.Method, request);
            audit.Note(name ?? "nobody", NameOf(context), refusal.StatusCode.ToString(), reached);
        }
    }

    private static DateTimeOffset? ExpiresOf(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;

    private static string NameOf(ServerCallContext context) =>
        Rights.Table.ContainsKey(context.Method) ? context.Method[(context.Method.LastIndexOf('.') + 1)..] : "unknown";

    private static RpcException Denied() =>
        GrpcErrors.Of(StatusCode.PermissionDenied, "NO_RIGHT", "Your role does not allow this.");
}

/// <summary>The local issuer, where there is one.</summary>
internal sealed record LocalIssuer(OfficerKeys? Keys, OfficerSessions? Sessions);
