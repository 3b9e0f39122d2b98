using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Who was told of what, and what nobody could be told of.</summary>
/// <param name="ledger">What is on record.</param>
/// <param name="office">Null where nobody is told: then there is nothing to send again.</param>
public sealed class NoticeService(Ledger ledger, NoticeOffice? office) : V1.NoticeService.NoticeServiceBase
{
    public override async Task<V1.ListNoticesResponse> ListNotices(V1.ListNoticesRequest request, ServerCallContext context)
    {
        var alert = await ledger.FindAlertAsync(request.AlertId, context.CancellationToken);
        if (alert is null || !OfficerName.Of(context).Sees(alert))
        {
            throw GrpcErrors.NotFound("alert", request.AlertId);
        }

        var response = new V1.ListNoticesResponse();
        response.Notices.AddRange(await ledger.ReadAsync(c => NoticeHistory.Read(c, alert.Id), context.CancellationToken));
        return response;
    }

    public override async Task<V1.ListDeadNoticesResponse> ListDeadNotices(V1.ListDeadNoticesRequest request, ServerCallContext context)
    {
        var (own, next) = await DeadNoticeList.ReadAsync(
            ledger, OfficerName.Of(context), Paging.Start(request, request.PageToken), Paging.Size(request.PageSize), cancellationToken: context.CancellationToken);
        var response = new V1.ListDeadNoticesResponse { NextPageToken = Paging.Next(request, next) };
        foreach (var dead in own)
        {
            var notice = NoticeHistory.Of(dead.Card, V1.NoticeState.Dead, dead.Attempts);
            notice.ChangeTime = WireTime.Of(dead.SinceMicros);
            response.Notices.Add(notice);
        }

        return response;
    }

    public override async Task<V1.RetryNoticeResponse> RetryNotice(V1.RetryNoticeRequest request, ServerCallContext context)
    {
        await OnDeadAsync(
            request.Key, request.RequestId, EntryKind.NoticeRetried, context, (o, officer, key) => o.RetryAsync(request.Key, officer, context.CancellationToken, key));
        return new V1.RetryNoticeResponse();
    }

    public override async Task<V1.DiscardNoticeResponse> DiscardNotice(V1.DiscardNoticeRequest request, ServerCallContext context)
    {
        await OnDeadAsync(
            request.Key, request.RequestId, EntryKind.NoticeWithdrawn, context, (o, officer, key) => o.DiscardAsync(request.Key, officer, context.CancellationToken, key));
        return new V1.DiscardNoticeResponse();
    }

    public override Task<V1.ListChannelsResponse> ListChannels(V1.ListChannelsRequest request, ServerCallContext context)
    {
        var response = new V1.ListChannelsResponse();
        if (office?.Health is { } health)
        {
            response.Fault = health.Fault ?? "";
            response.LostNotices = health.Lost;
            response.CanaryTime = Time(health.CanaryMicros);
            response.Channels.AddRange(health.Channels.Select(c => new V1.Channel
            {
                Name = c.Name, Type = c.Type.ToString().ToLowerInvariant(), OpenCircuit = c.IsOpen, FailuresInRow = c.FailuresInRow,
                DeliverTime = Time(c.DeliveredMicros), FailTime = Time(c.FailedMicros), Answer = c.Reason, DeadNotices = c.DeadLetters, Fallback = c.IsFallback,
            }));
        }

        return Task.FromResult(response);
    }

    private static Google.Protobuf.WellKnownTypes.Timestamp? Time(long micros) => micros == 0 ? null : WireTime.Of(micros);

    /// <summary>What tells the same request sent twice; null where the client does not care.</summary>
    private static string? EntryKey(Officer officer, string requestId) => requestId.Length == 0 ? null
        : requestId.Length > 64 || DutyRequest.IsUnprintable(requestId) ? throw GrpcErrors.Invalid("request_id", "is not at most 64 printable characters")
        : $"notice-request/{officer.Name}/{requestId}";

    /// <summary>True when it was done before, by the same request.</summary>
    private async Task<bool> IsDoneAsync(string? entryKey, EntryKind kind, string key, CancellationToken cancellationToken)
    {
        if (entryKey is null)
        {
            return false;
        }

        var earlier = await ledger.ReadAsync(
            c => LedgerRows.Query(c, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE key = @key", LedgerRows.ReadEntry, ("@key", entryKey)), cancellationToken);
        return earlier.Count > 0 && (earlier[0].Kind == kind && earlier[0].Body.Notice?.Attempt?.Key == key
            ? true
            : throw GrpcErrors.Invalid("request_id", "has been used for something else"));
    }

    /// <summary>One of another's territory is as if it were not there.</summary>
    private async Task OnDeadAsync(
        string key, string requestId, EntryKind kind, ServerCallContext context, Func<NoticeOffice, Officer, string?, Task<bool>> act)
    {
        var officer = OfficerName.Of(context);
        var entryKey = EntryKey(officer, requestId);
        if (await IsDoneAsync(entryKey, kind, key, context.CancellationToken))
        {
            return;
        }

        var found = await ledger.ReadAsync(c => NoticeRows.Find(c, key), context.CancellationToken);
        var alert = found is { IsDead: true } dead ? await ledger.FindAlertAsync(dead.Card.AlertId, context.CancellationToken) : null;
        if (alert is null || !officer.Sees(alert))
        {
            throw GrpcErrors.NotFound("dead notice", key);
        }

        if (!officer.HasAllOf(alert))
        {
            throw GrpcErrors.Of(StatusCode.PermissionDenied, "BEYOND_YOURS", WorkTable.Say(StepNeeds.AllPlaces));
        }

        if (office is null)
        {
            throw GrpcErrors.Of(StatusCode.FailedPrecondition, "NO_NOTICES", "This server tells nobody: it has no notice file.");
        }

        if (!await act(office, officer, entryKey) && !await IsDoneAsync(entryKey, kind, key, context.CancellationToken))
        {
            throw GrpcErrors.NotFound("dead notice", key);
        }
    }
}
