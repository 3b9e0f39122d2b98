namespace PingAnIoT.Alerts;

/// <summary>
/// The outbox as the entries make it: which causes wait, and every card with its attempts. The rows are written in the transactions of these
/// entries, so at every commit they are this fold; <c>verify</c> holds them against it. Pure but for its own state.
/// </summary>
internal sealed class NoticeFold
{
    /// <summary>The lane of the row that says since which entry the outbox is kept.</summary>
    public const int KeptLane = 0;

    private readonly SortedSet<(long Lane, long Sequence)> causes = [];
    private readonly SortedDictionary<string, Card> cards = new(StringComparer.Ordinal);
    private bool isKept;

    private sealed record Card(long Lane, long DueMicros, int Attempts, bool IsDead, string Body);

    public IEnumerable<string> Causes => causes.Select(c => Cause(c.Lane, c.Sequence));

    public IEnumerable<string> Cards => cards.Select(c => CardRow(c.Key, c.Value.Lane, c.Value.DueMicros, c.Value.Attempts, c.Value.IsDead ? 1 : 0, c.Value.Body));

    public static string Cause(long lane, long sequence) => FormattableString.Invariant($"{lane}/{sequence}");

    public static string CardRow(string key, long lane, long dueMicros, long attempts, long dead, string body) =>
        FormattableString.Invariant($"{key}|{lane}|{dueMicros}|{attempts}|{dead}|{body}");

    /// <summary>What goes out over the fallback channel when another has failed for good.</summary>
    public static NoticeCard OverFallback(NoticeCard card, string fallback, long nowMicros) =>
        card with { Key = card.Key + "/" + fallback, Channel = fallback, IfUnattended = false, DueMicros = nowMicros };

    /// <param name="entry">The next entry.</param>
    /// <param name="alert">As the entry has made it; null where it is about none.</param>
    public void Apply(LedgerEntry entry, Alert? alert)
    {
        switch (entry)
        {
            case { Kind: EntryKind.NoticesKept, Body.Notice.IsKept: { } kept }:
                isKept = kept;
                causes.RemoveWhere(c => c.Lane == KeptLane);
                if (kept)
                {
                    causes.Add((KeptLane, entry.Sequence));
                }

                return;
            case { Kind: EntryKind.NoticesPlanned, Body.Notice.Plan: { } plan }:
                causes.RemoveWhere(c => c.Lane == (long)plan.Lane && c.Sequence <= plan.UpTo);
                foreach (var card in plan.Cards)
                {
                    Put(card);
                }

                return;
            case { Body.Notice.Attempt: { } attempt }:
                Apply(entry, attempt);
                return;
        }

        if (isKept && NoticeCause.NoticeOf(entry, alert) is { } cause)
        {
            causes.Add(((long)cause.Lane, entry.Sequence));
        }
    }

    private void Apply(LedgerEntry entry, NoticeAttempt attempt)
    {
        if (!cards.TryGetValue(attempt.Key, out var card))
        {
            return;
        }

        switch (entry.Kind)
        {
            case EntryKind.NoticeDelivered or EntryKind.NoticeWithdrawn:
                cards.Remove(attempt.Key);
                break;
            case EntryKind.NoticeRetried:
                cards[attempt.Key] = card with { Attempts = 0, DueMicros = entry.TimeMicros, IsDead = false };
                break;
            case EntryKind.NoticeFailed:
                cards[attempt.Key] = card with { Attempts = attempt.Number, DueMicros = attempt.NextMicros ?? card.DueMicros, IsDead = attempt.IsLast };
                if (attempt.Fallback is { } fallback)
                {
                    Put(OverFallback(NoticeRows.Parse(card.Body), fallback, entry.TimeMicros));
                }

                break;
        }
    }

    private void Put(NoticeCard card)
    {
        var body = NoticeRows.Text(card);
        cards[card.Key] = cards.TryGetValue(card.Key, out var before) ? before with { Body = body } : new Card((long)card.Lane, card.DueMicros, 0, false, body);
    }
}
