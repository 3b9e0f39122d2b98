namespace PingAnIoT.Alerts;

/// <summary>Whether somebody knows of it, by the cards of this window.</summary>
internal enum ToldAs
{
    Not,

    /// <summary>A card stands for all of its kind in its place or around it, and did not say this.</summary>
    Wider,

    /// <summary>A card said the same, of its incident or its place.</summary>
    Same,
}

/// <summary>
/// Who was told of what within the window: a fold of the plans, so that it is the same after a restart.
/// Threading: owned by the office's loop.
/// </summary>
internal sealed class NoticeDesk(NoticeBounds bounds)
{
    private readonly Dictionary<string, List<Told>> told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NoticeCard> summaries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> calls = new(StringComparer.Ordinal);

    private readonly record struct Told(
        long AtMicros, string Place, long? Incident, NoticeReason Reason, string? News, NoticeLane Lane, long Sequence, string AlertId);

    public void Apply(NoticePlan plan, long atMicros)
    {
        foreach (var card in plan.Cards.Where(c => c is { IfUnattended: true, Reason: NoticeReason.Breached }))
        {
            NoteCall(card);
        }

        foreach (var card in plan.Cards.Where(c => !c.IfUnattended && c.Reason is not (NoticeReason.Ended or NoticeReason.Canary) && !DutyNotice.Is(c.Reason)))
        {
            Note(card.Recipient, new Told(atMicros, card.Place, card.Incident, card.Reason, card.News, card.Lane, card.Sequence, card.AlertId));
            if (card.Reason == NoticeReason.Summary)
            {
                summaries[card.Recipient] = card;
            }
        }
    }

    /// <summary>One card, however many channels it goes over.</summary>
    public void Note(NoticeTelling telling, NoticeLane lane, long atMicros) => Note(
        telling.Recipient.Name,
        new Told(atMicros, telling.Place, telling.CardIncident, telling.Item.Reason, telling.CardNews, lane, telling.Item.Entry.Sequence, telling.Item.Alert.Id));

    /// <summary>A card of what is overdue in a place waits for the fallback channel.</summary>
    public void NoteCall(NoticeCard card)
    {
        if (card.DueMicros > calls.GetValueOrDefault(card.Place))
        {
            calls[card.Place] = card.DueMicros;
        }
    }

    /// <summary>Such a card is not due yet.</summary>
    public bool IsCalling(string place, long nowMicros) => calls.TryGetValue(place, out var due) && due > nowMicros;

    /// <summary>But for the summary.</summary>
    public int Cards(string recipient, long nowMicros) => Recent(recipient, nowMicros).Count(t => t.Reason != NoticeReason.Summary);

    public int Cards(string recipient, NoticeLane lane, long nowMicros) => Recent(recipient, nowMicros).Count(t => t.Lane == lane && t.Reason != NoticeReason.Summary);

    /// <summary>Red ones of missed deadlines.</summary>
    public int OverdueCards(string recipient, long nowMicros) =>
        Recent(recipient, nowMicros).Count(t => t is { Lane: NoticeLane.Red, Reason: NoticeReason.Breached });

    /// <summary>What the recipient's cards of this window, of those no less urgent, say of it.</summary>
    public ToldAs HasTold(NoticeTelling telling, NoticeLane lane, long nowMicros)
    {
        var found = ToldAs.Not;
        foreach (var told in Recent(telling.Recipient.Name, nowMicros))
        {
            var isOfPlace = told.Incident is { } one ? one == telling.Incident : PlaceText.Covers(told.Place, telling.Place);
            if (!isOfPlace || told.Reason == NoticeReason.Summary || told.Lane > lane)
            {
                continue;
            }

            if (told.News is { } news ? news == telling.News : KindOf(told.Reason) == KindOf(telling.Item.Reason))
            {
                var isOfOther = telling.Item.IsAgain && told.AlertId != telling.Item.Alert.Id;
                found = (ToldAs)Math.Max((int)found, (int)(told.News is null || isOfOther ? ToldAs.Wider : ToldAs.Same));
            }
        }

        return found;
    }

    /// <summary>What does not say the same: that something has happened, that nobody saw to it in time, that it is silent still, that it is calm, that it is given or reported.</summary>
    public static NoticeReason KindOf(NoticeReason reason) =>
        reason is NoticeReason.Breached or NoticeReason.Stayed or NoticeReason.Calmed || StepNotice.Is(reason) ? reason : NoticeReason.Raised;

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

    private void Note(string recipient, Told card)
    {
        var list = told.TryGetValue(recipient, out var found) ? found : told[recipient] = [];
        list.RemoveAll(t => t.AtMicros <= card.AtMicros - Window);
        if (card.Reason == NoticeReason.Summary ? !list.Exists(t => t.Reason == NoticeReason.Summary) : !list.Exists(t => t == card with { AtMicros = t.AtMicros }))
        {
            list.Add(card);
        }
    }

    private IEnumerable<Told> Recent(string recipient, long nowMicros) =>
        told.TryGetValue(recipient, out var list) ? list.Where(t => t.AtMicros > nowMicros - Window) : [];
}
