using System.Data.Common;

namespace PingAnIoT.Alerts;

/// <summary>The notices of one alert, out of its newest entries and the cards that are still there.</summary>
internal static class NoticeHistory
{
    private const int MostEntries = 1_000;

    public static IReadOnlyList<V1.Notice> Read(DbConnection connection, string alertId)
    {
        var notices = new Dictionary<string, V1.Notice>(StringComparer.Ordinal);
        foreach (var entry in LedgerRows.Query(
            connection,
            $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE alert = @alert AND kind BETWEEN {(int)EntryKind.NoticeDelivered} AND {(int)EntryKind.NoticeRetried} ORDER BY seq DESC LIMIT {MostEntries}",
            LedgerRows.ReadEntry, ("@alert", alertId)).Reverse())
        {
            if (entry.Body.Notice?.Attempt is { } attempt)
            {
                Follow(notices, entry, attempt);
            }
        }

        foreach (var (card, attempts, due, isDead) in NoticeRows.OfAlert(connection, alertId))
        {
            var before = notices.GetValueOrDefault(card.Key);
            var now = notices[card.Key] = Of(card, isDead ? V1.NoticeState.Dead : V1.NoticeState.Pending, attempts);
            now.DueTime = isDead ? null : WireTime.Of(due);
            (now.Answer, now.ChangeTime) = (before?.Answer ?? "", before?.ChangeTime);
        }

        var keys = notices.Values.ToDictionary(n => n.Key, n => NoticeKey.Parse(n.Key), StringComparer.Ordinal);
        var reasons = NoticeRows.Entries(connection, [.. keys.Values.OfType<NoticeKey>().Select(k => k.Sequence).Distinct()]).ToDictionary(e => e.Sequence, ReasonOf);
        foreach (var notice in notices.Values.Where(n => n.Reason == V1.NoticeReason.Unspecified))
        {
            notice.Reason = keys[notice.Key] switch
            {
                null => V1.NoticeReason.Unspecified,
                { Alert: "summary" } => V1.NoticeReason.Summary,
                var key => reasons.GetValueOrDefault(key.Sequence),
            };
        }

        return [.. notices.Values.OrderBy(n => keys[n.Key]?.Sequence ?? 0).ThenBy(n => n.Key, StringComparer.Ordinal)];
    }

    public static V1.Notice Of(NoticeCard card, V1.NoticeState state, int tries) => new()
    {
        Key = card.Key, AlertId = card.AlertId, Recipient = card.Recipient, Channel = card.Channel, Reason = Of(card.Reason), State = state, Tries = tries, Count = card.Count,
    };

    private static void Follow(Dictionary<string, V1.Notice> notices, LedgerEntry entry, NoticeAttempt attempt)
    {
        if (!notices.TryGetValue(attempt.Key, out var notice))
        {
            var key = NoticeKey.Parse(attempt.Key);
            notice = notices[attempt.Key] = new V1.Notice { Key = attempt.Key, AlertId = entry.AlertId, Recipient = key?.Recipient ?? "", Channel = key?.Channel ?? "" };
        }

        notice.State = entry.Kind switch
        {
            EntryKind.NoticeDelivered => V1.NoticeState.Delivered,
            EntryKind.NoticeWithdrawn => V1.NoticeState.Withdrawn,
            EntryKind.NoticeFailed when attempt.IsLast => V1.NoticeState.Dead,
            _ => V1.NoticeState.Pending,
        };
        notice.Answer = attempt.Reason;
        notice.ChangeTime = WireTime.Of(entry.TimeMicros);
        notice.Tries = attempt.Number > 0 ? attempt.Number : notice.Tries;
    }

    private static V1.NoticeReason ReasonOf(LedgerEntry entry) => entry.Kind switch
    {
        EntryKind.Raised => V1.NoticeReason.Raised,
        EntryKind.ColourChanged or EntryKind.Recurred => entry.Body.Transition is { Reopens: true } ? V1.NoticeReason.Reopened : V1.NoticeReason.Worse,
        EntryKind.Breached when entry.Body.Escalation is { Reopens: true } => V1.NoticeReason.CameBack,
        EntryKind.Breached => V1.NoticeReason.Breached,
        EntryKind.ParentOver => V1.NoticeReason.Stayed,
        EntryKind.Calmed => V1.NoticeReason.Calmed,
        EntryKind.Closed => V1.NoticeReason.Ended,
        EntryKind.Dispatched => V1.NoticeReason.Dispatched,
        EntryKind.Reported => V1.NoticeReason.Reported,
        EntryKind.MaintenanceOver => V1.NoticeReason.AfterMaintenance,
        _ => V1.NoticeReason.Unspecified,
    };

    private static V1.NoticeReason Of(NoticeReason reason) => reason switch
    {
        NoticeReason.Raised => V1.NoticeReason.Raised,
        NoticeReason.Worse => V1.NoticeReason.Worse,
        NoticeReason.Reopened => V1.NoticeReason.Reopened,
        NoticeReason.CameBack => V1.NoticeReason.CameBack,
        NoticeReason.Breached => V1.NoticeReason.Breached,
        NoticeReason.Summary => V1.NoticeReason.Summary,
        NoticeReason.Stayed => V1.NoticeReason.Stayed,
        NoticeReason.Calmed => V1.NoticeReason.Calmed,
        NoticeReason.Ended => V1.NoticeReason.Ended,
        NoticeReason.AfterMaintenance => V1.NoticeReason.AfterMaintenance,
        NoticeReason.Dispatched => V1.NoticeReason.Dispatched,
        NoticeReason.Reported => V1.NoticeReason.Reported,
        _ => V1.NoticeReason.Unspecified,
    };
}
