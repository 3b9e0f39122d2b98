using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Writes what became of a card: the entry and the outbox in one transaction. Everything that the rows become is in the entries, so that
/// <see cref="NoticeFold"/> makes the same of them. Threading: from any thread.
/// </summary>
internal sealed class NoticeOutcomes(Ledger ledger, NoticeBounds bounds, Func<NoticeConfig> config, NoticeMetrics metrics, ILogger logger)
{
    /// <param name="card">What was sent.</param>
    /// <param name="attempt">From 1.</param>
    /// <param name="failure">"" when it was delivered.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task RecordAsync(NoticeCard card, int attempt, string failure, CancellationToken cancellationToken)
    {
        metrics.Sends.Add(
            1, new KeyValuePair<string, object?>("channel", card.Channel), new KeyValuePair<string, object?>("outcome", failure.Length == 0 ? "delivered" : "failed"));
        if (failure.Length == 0)
        {
            await FinishAsync(card, EntryKind.NoticeDelivered, attempt, "", cancellationToken).ConfigureAwait(false);
            return;
        }

        NoticeLog.Failed(logger, card.Key, card.Channel, attempt, failure);
        if (card.Reason == NoticeReason.Canary || (DutyNotice.Is(card.Reason) && attempt >= bounds.Attempts))
        {
            // The next one is as good: what matters is that none comes through, and that has an alarm of its own. A check that nobody answers has one, too, and no letter of one
            // person's duty waits for another to see to it.
            await FinishAsync(card, EntryKind.NoticeWithdrawn, attempt, failure, cancellationToken).ConfigureAwait(false);
            return;
        }

        var isLast = attempt >= bounds.Attempts;
        if (isLast && await IsOfAlarmAsync(card, cancellationToken).ConfigureAwait(false))
        {
            // Its alert is open on every screen: as a lost notice it would tell of itself.
            await FinishAsync(card, EntryKind.NoticeWithdrawn, attempt, failure, cancellationToken).ConfigureAwait(false);
            return;
        }

        var fallback = isLast && config().Fallback is { Length: > 0 } channel && channel != card.Channel ? channel : null;
        var isDone = false;
        await ledger.WriteAsync(t => isDone = Fail(t, card, attempt, failure, isLast, fallback), cancellationToken).ConfigureAwait(false);
        if (isDone && isLast)
        {
            metrics.Dead.Add(1, new KeyValuePair<string, object?>("channel", card.Channel));
            if (fallback is null)
            {
                metrics.Lost.Add(1);
                NoticeLog.Lost(logger, card.Key);
            }
        }
    }

    /// <summary>Cards that need not go out.</summary>
    public Task WithdrawAsync(IReadOnlyList<(NoticeCard Card, int Attempt, string Why)> cards, CancellationToken cancellationToken) => ledger.WriteAsync(
        t =>
        {
            foreach (var (card, attempt, why) in cards)
            {
                Finish(t, card, EntryKind.NoticeWithdrawn, attempt, why);
            }
        },
        cancellationToken);

    /// <summary>Gives a dead letter another round of attempts.</summary>
    /// <returns>False when there is no such dead letter.</returns>
    public Task<bool> RetryAsync(NoticeCard card, string by, CancellationToken cancellationToken, string? key = null) => OnDeadAsync(
        card, key,
        t =>
        {
            Append(t, card, EntryKind.NoticeRetried, by, new NoticeAttempt(card.Key, 0, "", false), key);
            t.Store.Outbox.Set(card.Key, 0, t.NowMicros, isDead: false);
        },
        cancellationToken);

    /// <summary>Somebody has seen to a dead letter: it need not go out any more.</summary>
    /// <returns>False when there is no such dead letter.</returns>
    public Task<bool> DiscardAsync(NoticeCard card, string by, CancellationToken cancellationToken, string? key = null) => OnDeadAsync(
        card, key,
        t =>
        {
            Append(t, card, EntryKind.NoticeWithdrawn, by, new NoticeAttempt(card.Key, 0, "discarded", true), key);
            t.Store.Outbox.Drop(card.Key);
        },
        cancellationToken);

    /// <summary>About the alarm of notices, and nothing else.</summary>
    private async Task<bool> IsOfAlarmAsync(NoticeCard card, CancellationToken cancellationToken) =>
        card is { Count: 1, Reason: not NoticeReason.Summary } && NoticeAlarm.IsOf(await ledger.FindAlertAsync(card.AlertId, cancellationToken).ConfigureAwait(false));

    private Task FinishAsync(NoticeCard card, EntryKind kind, int attempt, string reason, CancellationToken cancellationToken) =>
        ledger.WriteAsync(t => Finish(t, card, kind, attempt, reason), cancellationToken);

    private static void Finish(LedgerTransaction transaction, NoticeCard card, EntryKind kind, int attempt, string reason)
    {
        if (transaction.Store.Outbox.Find(card.Key) is not null)
        {
            Append(transaction, card, kind, "notices", new NoticeAttempt(card.Key, attempt, reason, true));
            transaction.Store.Outbox.Drop(card.Key);
        }
    }

    private async Task<bool> OnDeadAsync(NoticeCard card, string? key, Action<LedgerTransaction> write, CancellationToken cancellationToken)
    {
        var found = false;
        await ledger.WriteAsync(
            t =>
            {
                found = t.Store.Outbox.Find(card.Key) is { IsDead: true } && (key is null || !t.Store.HasKey(key));
                if (found)
                {
                    write(t);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    private bool Fail(LedgerTransaction transaction, NoticeCard card, int attempt, string failure, bool isLast, string? fallback)
    {
        if (transaction.Store.Outbox.Find(card.Key) is not { } row || row.Attempts >= attempt)
        {
            return false;
        }

        var next = transaction.NowMicros + bounds.BackOffMicros(attempt);
        Append(transaction, card, EntryKind.NoticeFailed, "notices", new NoticeAttempt(card.Key, attempt, failure, isLast, next, fallback));
        transaction.Store.Outbox.Set(card.Key, attempt, next, isLast);
        if (fallback is not null)
        {
            transaction.Store.Outbox.Put(NoticeFold.OverFallback(card, fallback, transaction.NowMicros));
        }

        // At the bound the oldest goes, on record: it was tried as often as it may be.
        if (isLast && transaction.Store.Outbox.CountDead() > bounds.DeadLetters && transaction.Store.Outbox.OldestDead() is { } oldest)
        {
            Append(transaction, oldest, EntryKind.NoticeWithdrawn, "notices", new NoticeAttempt(oldest.Key, 0, "too many dead letters", true));
            transaction.Store.Outbox.Drop(oldest.Key);
        }

        return true;
    }

    /// <summary>The entries of a canary, or of duty, are about no alert.</summary>
    private static void Append(LedgerTransaction transaction, NoticeCard card, EntryKind kind, string actor, NoticeAttempt attempt, string? key = null) => transaction.Append(
        kind, card.Reason == NoticeReason.Canary || DutyNotice.Is(card.Reason) ? "" : card.AlertId, actor,
        key ?? string.Create(CultureInfo.InvariantCulture, $"notice/{card.Key}/{attempt.Number}/{transaction.HeadSequence}"),
        transaction.NowMicros, new EntryBody { Notice = new NoticeFacts { Attempt = attempt } });
}
