namespace PingAnIoT.Alerts;

/// <summary>A step that one officer takes and others are told of: it is given to somebody (交办), or handed up to a territory (上报).</summary>
/// <param name="By">Who took it.</param>
/// <param name="Note">What he said with it.</param>
/// <param name="To">To whom it was given, or the territory it was handed up to.</param>
/// <param name="ArriveMicros">By when somebody is to be there; 0 where that is not said.</param>
internal sealed record StepNotice(NoticeReason Reason, string By, string Note, string To, long ArriveMicros)
{
    public static bool Is(NoticeReason reason) => reason is NoticeReason.Dispatched or NoticeReason.Reported;

    /// <param name="reason">Of the card.</param>
    /// <param name="entry">The step.</param>
    /// <param name="alert">As it is now: a deadline moves with a clock that is set.</param>
    public static StepNotice Of(NoticeReason reason, LedgerEntry entry, Alert alert)
    {
        var arrive = reason == NoticeReason.Dispatched ? alert.Deadlines.Where(d => d.Step == WorkState.Arrived).Select(d => d.DueMicros) : [];
        return new StepNotice(reason, entry.Actor, entry.Body.Command!.Note, entry.Body.Command.To!, arrive.DefaultIfEmpty().Min());
    }

    /// <summary>Why it need not go out any more; null when it still holds, and for a card that stands for others, too.</summary>
    public static string? WhyNot(NoticeCard card, Alert alert) =>
        card.News is null || card.Count > 1 ? null
        : !alert.IsOpen ? "closed"
        : card.Reason == NoticeReason.Reported || (alert.Work == WorkState.Dispatched && alert.Dispatched?.To == card.Recipient) ? null
        : alert.Work > WorkState.Dispatched ? "arrived"
        : "taken back";

    /// <param name="place">The territory it was handed up to, as it is named.</param>
    /// <param name="isChinese">Else English.</param>
    public string What(string place, bool isChinese) => (Reason, isChinese) switch
    {
        (NoticeReason.Dispatched, true) => $"{NoticeMessage.One(By)} 交办给您",
        (NoticeReason.Dispatched, false) => $"given to you by {NoticeMessage.One(By)}",
        (_, true) => $"{NoticeMessage.One(By)} 上报{place}",
        _ => $"reported by {NoticeMessage.One(By)} to {place}",
    };

    /// <summary>By when to be there, and what was said.</summary>
    public string Lines(bool isChinese, TimeZoneInfo zone)
    {
        var arrive = ArriveMicros == 0 ? "" : (isChinese ? "\n处置时限：" : "\nArrive by: ") + NoticeWords.Time(ArriveMicros, zone);
        return arrive + (Note.Length == 0 ? "" : (isChinese ? "\n内容：" : "\nNote: ") + NoticeMessage.One(Note));
    }
}
