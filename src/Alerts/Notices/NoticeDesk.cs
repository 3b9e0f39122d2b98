namespace PingAnIoT.Alerts;

/// <summary>
/// Who was told of what within the window: a fold of the plans, so that it is the same after a restart.
/// Threading: owned by the office's loop.
/// </summary>
internal sealed class NoticeDesk(NoticeBounds bounds)
{
    private readonly Dictionary<string, List<Told>> told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NoticeCard> summaries = new(StringComparer.Ordinal);

    private readonly record struct Told(long AtMicros, string Place, long? Incident, NoticeLane Lane, NoticeReason Reason, long Sequence);

    public void Apply(NoticePlan plan, long atMicros)
    {
        foreach (var card in plan.Cards.Where(c => !c.IfUnattended && c.Reason is not (NoticeReason.Ended or NoticeReason.Canary)))
        {
            Note(card.Recipient, card.Place, card.Incident, card.Lane, card.Reason, card.Sequence, atMicros);
            if (card.Reason == NoticeReason.Summary)
            {
                summaries[card.Recipient] = card;
            }
        }
    }

    /// <summary>One card, however many channels it goes over.</summary>
    public void Note(string recipient, string place, long? incident, NoticeLane lane, NoticeReason reason, long sequence, long atMicros)
    {
        var list = told.TryGetValue(recipient, out var found) ? found : told[recipient] = [];
        list.RemoveAll(t => t.AtMicros <= atMicros - Window);
        if (reason == NoticeReason.Summary ? !list.Exists(t => t.Reason == NoticeReason.Summary) : !list.Exists(t => t.Sequence == sequence && t.Place == place && t.Incident == incident && t.Reason == reason))
        {
            list.Add(new Told(atMicros, place, incident, lane, reason, sequence));
        }
    }

    /// <summary>But for the summary.</summary>
    public int Cards(string recipient, long nowMicros) => Recent(recipient, nowMicros).Count(t => t.Reason != NoticeReason.Summary);

    public int Cards(string recipient, NoticeLane lane, long nowMicros) => Recent(recipient, nowMicros).Count(t => t.Lane == lane && t.Reason != NoticeReason.Summary);

    /// <summary>True when the recipient has a card of that incident, or of the place or one around it, that was no less urgent and of the same kind of news.</summary>
    public bool HasTold(string recipient, string place, long? incident, NoticeLane lane, NoticeReason reason, long nowMicros) =>
        Recent(recipient, nowMicros).Any(t => t.Reason != NoticeReason.Summary && t.Lane <= lane && NewsOf(t.Reason) == NewsOf(reason)
            && (t.Incident is { } one ? one == incident : PlaceText.Covers(t.Place, place)));

    /// <summary>What does not say the same: that something has happened, that nobody saw to it in time, that it is silent still, that it is calm.</summary>
    public static NoticeReason NewsOf(NoticeReason reason) =>
        reason is NoticeReason.Breached or NoticeReason.Stayed or NoticeReason.Calmed ? reason : NoticeReason.Raised;

    /// <summary>The summary that still gathers, if there is one.</summary>
    public NoticeCard? Gathering(string recipient, long nowMicros) =>
        summaries.TryGetValue(recipient, out var card) && card.DueMicros > nowMicros ? card : null;

    /// <summary>When the next summary may go out: one a window.</summary>
    public long NextSummary(string recipient, long nowMicros)
    {
        var soonest = nowMicros + (bounds.SummaryAfter.Ticks / TimeSpan.TicksPerMicrosecond);
        return summaries.TryGetValue(recipient, out var last) ? Math.Max(soonest, last.DueMicros + Window) : soonest;
    }

    private long Window => bounds.Window.Ticks / TimeSpan.TicksPerMicrosecond;

    private IEnumerable<Told> Recent(string recipient, long nowMicros) =>
        told.TryGetValue(recipient, out var list) ? list.Where(t => t.AtMicros > nowMicros - Window) : [];
}
