using System.Globalization;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Who was told of what, and what nobody could be told of.</summary>
/// <param name="ledger">What is on record.</param>
/// <param name="office">Null where nobody is told: then there is nothing to send again.</param>
public sealed class NoticeService(Ledger ledger, NoticeOffice? office) : V1.NoticeService.NoticeServiceBase
{
    private const int MaxPageSize = 1_000;

    public override async Task<V1.ListNoticesResponse> ListNotices(V1.ListNoticesRequest request, ServerCallContext context)
    {
        var alert = await ledger.FindAlertAsync(request.AlertId, context.CancellationToken);
        if (alert is null || !OfficerName.Of(context).Covers(alert.Territory))
        {
            throw GrpcErrors.NotFound("alert", request.AlertId);
        }

        var response = new V1.ListNoticesResponse();
        response.Notices.AddRange(await ledger.ReadAsync(c => NoticeHistory.Read(c, alert.Id), context.CancellationToken));
        return response;
    }

    public override async Task<V1.ListDeadNoticesResponse> ListDeadNotices(V1.ListDeadNoticesRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var size = request.PageSize switch
        {
            0 => 100,
            > 0 => Math.Min(request.PageSize, MaxPageSize),
            _ => throw GrpcErrors.Invalid("page_size", "must not be negative"),
        };
        var (afterMicros, afterKey) = After(request.PageToken);
        var page = await ledger.ReadAsync(c => NoticeRows.Dead(c, afterMicros, afterKey, size), context.CancellationToken);
        var response = new V1.ListDeadNoticesResponse
        {
            NextPageToken = page.Count < size ? "" : string.Create(CultureInfo.InvariantCulture, $"{page[^1].SinceMicros}/{page[^1].Card.Key}"),
        };
        foreach (var dead in page)
        {
            if (await ledger.FindAlertAsync(dead.Card.AlertId, context.CancellationToken) is { } alert && officer.Covers(alert.Territory))
            {
                var notice = NoticeHistory.Of(dead.Card, V1.NoticeState.Dead, dead.Attempts);
                notice.ChangeTime = WireTime.Of(dead.SinceMicros);
                response.Notices.Add(notice);
            }
        }

        return response;
    }

    public override async Task<V1.RetryNoticeResponse> RetryNotice(V1.RetryNoticeRequest request, ServerCallContext context)
    {
        await OnDeadAsync(request.Key, context, (o, officer) => o.RetryAsync(request.Key, officer, context.CancellationToken));
        return new V1.RetryNoticeResponse();
    }

    public override async Task<V1.DiscardNoticeResponse> DiscardNotice(V1.DiscardNoticeRequest request, ServerCallContext context)
    {
        await OnDeadAsync(request.Key, context, (o, officer) => o.DiscardAsync(request.Key, officer, context.CancellationToken));
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

    private static (long Micros, string Key) After(string token)
    {
        var cut = token.IndexOf('/', StringComparison.Ordinal);
        return token.Length == 0 ? (long.MinValue, "")
            : cut > 0 && long.TryParse(token.AsSpan(0, cut), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros) ? (micros, token[(cut + 1)..])
            : throw GrpcErrors.Invalid("page_token", "is not one that was given out");
    }

    /// <summary>One of another's territory is as if it were not there.</summary>
    private async Task OnDeadAsync(string key, ServerCallContext context, Func<NoticeOffice, Officer, Task<bool>> act)
    {
        var officer = OfficerName.Of(context);
        var found = await ledger.ReadAsync(c => NoticeRows.Find(c, key), context.CancellationToken);
        var alert = found is { IsDead: true } dead ? await ledger.FindAlertAsync(dead.Card.AlertId, context.CancellationToken) : null;
        if (alert is null || !officer.Covers(alert.Territory))
        {
            throw GrpcErrors.NotFound("dead notice", key);
        }

        if (office is null)
        {
            throw GrpcErrors.Of(StatusCode.FailedPrecondition, "NO_NOTICES", "This server tells nobody: it has no notice file.");
        }

        if (!await act(office, officer))
        {
            throw GrpcErrors.NotFound("dead notice", key);
        }
    }
}
