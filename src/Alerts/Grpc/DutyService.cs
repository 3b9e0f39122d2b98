using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace PingAnIoT.Alerts;

/// <summary>Officers and their sessions. Passwords and tokens pass through here and are written nowhere but into <see cref="SecretStore"/>, as hashes.</summary>
/// <param name="ledger">The officers' book.</param>
/// <param name="sessions">The local issuer; null where another vouches for officers, or nobody does.</param>
/// <param name="setup">Good while no chief can sign in.</param>
/// <param name="territories">As they are now.</param>
/// <param name="time">For questions about now; what is decided is decided by the ledger's clock.</param>
public sealed partial class DutyService(Ledger ledger, OfficerSessions? sessions, SetupToken setup, Func<TerritoryTree> territories, TimeProvider time)
    : V1.DutyService.DutyServiceBase
{
    [AllowAnonymous]
    public override async Task<V1.SetUpResponse> SetUp(V1.SetUpRequest request, ServerCallContext context)
    {
        CheckPassword(request.Password);
        if (!OfficerName.IsValid(request.Name))
        {
            throw GrpcErrors.Invalid("name", OfficerName.Rule);
        }

        if (!setup.Use(request.SetupToken))
        {
            throw GrpcErrors.Of(StatusCode.Unauthenticated, "SETUP_REFUSED", "The set-up token is not good (any more). A start without a chief who has a password prints one.");
        }

        var result = await Issuer.SetUpAsync(request.Name, request.Password);
        Require(request.Name, result);
        return new V1.SetUpResponse { Officer = WireOfficer.Of(result.Entry!.Body.Officer!) };
    }

    [AllowAnonymous]
    public override async Task<V1.SignInResponse> SignIn(V1.SignInRequest request, ServerCallContext context) =>
        new() { Session = Session(await Issuer.SignInAsync(request.Name, request.Password, AddressOf(context), context.CancellationToken)) };

    [AllowAnonymous]
    public override Task<V1.RefreshSessionResponse> RefreshSession(V1.RefreshSessionRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.RefreshSessionResponse { Session = Session(Issuer.Refresh(request.RefreshToken)) });

    public override Task<V1.SignOutResponse> SignOut(V1.SignOutRequest request, ServerCallContext context)
    {
        if (context.GetHttpContext().User.FindFirst(OfficerName.SessionClaim)?.Value is { } session)
        {
            Issuer.SignOut(session);
        }

        return Task.FromResult(new V1.SignOutResponse());
    }

    public override async Task<V1.SetPasswordResponse> SetPassword(V1.SetPasswordRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        CheckPassword(request.Password);
        if (request.Name == officer.Name)
        {
            var proof = await Issuer.SignInAsync(officer.Name, request.CurrentPassword, AddressOf(context), context.CancellationToken);
            _ = Session(proof);
        }
        else if (!officer.Roles.HasFlag(OfficerRoles.Operator))
        {
            throw GrpcErrors.Of(StatusCode.PermissionDenied, "NO_RIGHT", "Another's password is set by an operator.");
        }

        Require(request.Name, await Issuer.SetPasswordAsync(request.Name, request.Password, officer, context.CancellationToken));
        return new V1.SetPasswordResponse();
    }

    public override Task<V1.ListOfficersResponse> ListOfficers(V1.ListOfficersRequest request, ServerCallContext context)
    {
        var caller = OfficerName.Of(context);
        var (size, after) = (Paging.Size(request.PageSize), Paging.Start(request, request.PageToken));

        var page = ledger.Book.Duty.Officers.Values
            .Where(o => o.Name == caller.Name || DutyRequest.Has(caller, o.Territory))
            .OrderBy(o => o.Name, StringComparer.Ordinal).Where(o => string.CompareOrdinal(o.Name, after) > 0).Take(size + 1).ToList();
        var response = new V1.ListOfficersResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Name : null) };
        response.Officers.AddRange(page.Take(size).Select(WireOfficer.Of));
        return Task.FromResult(response);
    }

    public override async Task<V1.CreateOfficerResponse> CreateOfficer(V1.CreateOfficerRequest request, ServerCallContext context)
    {
        if (request.Password.Length > 0)
        {
            CheckPassword(request.Password);
        }

        var record = WireOfficer.From(request.Officer);
        var actor = OfficerName.Of(context);
        Require(record.Name, await Issuer.SetOfficerAsync(record, actor, isNew: true, context.CancellationToken, request.RequestId));
        if (request.Password.Length > 0)
        {
            Require(record.Name, await Issuer.SetPasswordAsync(record.Name, request.Password, actor, context.CancellationToken));
        }

        return new V1.CreateOfficerResponse { Officer = WireOfficer.Of(record) };
    }

    public override async Task<V1.UpdateOfficerResponse> UpdateOfficer(V1.UpdateOfficerRequest request, ServerCallContext context)
    {
        var (record, mask) = (WireOfficer.From(request.Officer), WireOfficer.Mask(request.UpdateMask));
        var caller = OfficerName.Of(context);
        var result = mask is null
            ? await Issuer.SetOfficerAsync(record, caller, isNew: false, context.CancellationToken, request.RequestId)
            : await Issuer.ChangeOfficerAsync(record.Name, before => WireOfficer.Merge(before, request.Officer, mask), caller, request.RequestId, context.CancellationToken);
        Require(record.Name, result);
        return new V1.UpdateOfficerResponse { Officer = WireOfficer.Of(result.Entry!.Body.Officer!) };
    }

    private OfficerSessions Issuer => sessions ?? throw GrpcErrors.Of(
        StatusCode.FailedPrecondition, "NO_LOCAL_ISSUER", "This server has no local issuer: set PingAn:Officers:Local, or sign in where its tokens come from.");

    private static string AddressOf(ServerCallContext context) => context.GetHttpContext().Connection.RemoteIpAddress?.ToString() ?? "";

    private static void CheckPassword(string password)
    {
        if (OfficerPassword.Refuse(password) is { } wrong)
        {
            throw GrpcErrors.Invalid("password", wrong);
        }
    }

    private static void Require(string name, CommandResult result) => Require("officer", name, result);

    private static void Require(string what, string name, CommandResult result)
    {
        switch (result.Outcome)
        {
            case CommandOutcome.Done:
                return;
            case CommandOutcome.NotFound:
                throw GrpcErrors.NotFound(what, name);
            case CommandOutcome.Beyond:
                throw GrpcErrors.Of(StatusCode.PermissionDenied, "BEYOND_YOURS", result.Reason);
            case CommandOutcome.AlreadyDone:
                throw GrpcErrors.Of(StatusCode.AlreadyExists, "ALREADY_EXISTS", result.Reason);
            case CommandOutcome.IllegalStep:
                throw GrpcErrors.Of(StatusCode.FailedPrecondition, "ILLEGAL_STEP", result.Reason);
            default:
                throw GrpcErrors.Invalid(what, result.Reason);
        }
    }

    private static V1.Session Session(SignInResult result) => result.Outcome switch
    {
        SignInOutcome.Done => new V1.Session
        {
            AccessToken = result.AccessToken,
            AccessExpireTime = Timestamp.FromDateTimeOffset(result.AccessExpires),
            RefreshToken = result.RefreshToken,
            Officer = WireOfficer.Of(result.Officer!),
        },
        SignInOutcome.Locked => throw GrpcErrors.Of(
            StatusCode.ResourceExhausted, "LOCKED_OUT", $"Too many failures. Try again in {Math.Ceiling(result.RetryAfter.TotalSeconds)} s."),
        SignInOutcome.Busy => throw GrpcErrors.Of(StatusCode.ResourceExhausted, "BUSY", "Too many are signing in. Try again."),
        _ => throw GrpcErrors.Of(StatusCode.Unauthenticated, "SIGN_IN_REFUSED", "The name, the password or the token is not good."),
    };
}

/// <summary>Officers as the protocol says them.</summary>
internal static class WireOfficer
{
    private static readonly (V1.Role Wire, OfficerRoles Own)[] Roles =
    [
        (V1.Role.Officer, OfficerRoles.Officer), (V1.Role.Supervisor, OfficerRoles.Supervisor),
        (V1.Role.Operator, OfficerRoles.Operator), (V1.Role.Auditor, OfficerRoles.Auditor),
    ];

    public static V1.DutyOfficer Of(OfficerRecord officer)
    {
        var wire = new V1.DutyOfficer
        {
            Name = officer.Name, NameZh = officer.NameZh, NameEn = officer.NameEn, Territory = officer.Territory, Disabled = officer.IsDisabled,
        };
        wire.Roles.AddRange(Roles.Where(r => officer.Roles.HasFlag(r.Own)).Select(r => r.Wire));
        return wire;
    }

    /// <returns>Null where all is to change.</returns>
    public static FieldMask? Mask(FieldMask? mask)
    {
        if (mask is null or { Paths.Count: 0 } || mask.Paths.Contains("*"))
        {
            return null;
        }

        return new FieldMask { Paths = { mask.Paths.Select(FieldOf) } };
    }

    /// <param name="path">The field's name, also as JSON has it: a query is taken as it is.</param>
    private static string FieldOf(string path) =>
        V1.DutyOfficer.Descriptor.Fields.InDeclarationOrder().FirstOrDefault(f => f.Name != "name" && (f.Name == path || f.JsonName == path))?.Name
        ?? throw GrpcErrors.Invalid("update_mask", $"'{path}' is no field of an officer that can change");

    /// <summary>What the mask names as it is given, the rest as it was.</summary>
    public static OfficerRecord Merge(OfficerRecord before, V1.DutyOfficer given, FieldMask mask)
    {
        var wire = Of(before);
        mask.Merge(given, wire, new FieldMask.MergeOptions { ReplacePrimitiveFields = true, ReplaceRepeatedFields = true });
        return From(wire);
    }

    public static OfficerRecord From(V1.DutyOfficer? wire) => wire is null
        ? throw GrpcErrors.Invalid("officer", "is missing")
        : new OfficerRecord(
            wire.Name, wire.NameZh, wire.NameEn,
            wire.Roles.Aggregate(OfficerRoles.None, (all, role) => all | Roles.FirstOrDefault(r => r.Wire == role).Own),
            wire.Territory.Trim('/'), wire.Disabled);
}
