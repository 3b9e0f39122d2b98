namespace PingAnIoT.Alerts;

/// <summary>
/// What is told of duty itself, to those alone whom it concerns: a check, a swap that is asked for or waits for approval, a hand-over that waits. The card names the entry that began it; what it says is read
/// from the book when it goes out, and whether it is still waited for.
/// </summary>
/// <param name="By">Who asks, or has left it.</param>
/// <param name="Text">Of the swap or the hand-over.</param>
/// <param name="FromMicros">When the shift begins that is asked for.</param>
/// <param name="UntilMicros">When it ends; of a check: when its time is over.</param>
/// <param name="Other">Who is to take the shift; "" where it is the one who is told.</param>
internal sealed record DutyNotice(NoticeReason Reason, string Territory, string By, string Text, long FromMicros, long UntilMicros, string Other = "")
{
    /// <summary>Stands where other cards have their alert.</summary>
    public const string Id = "duty";

    public static bool Is(NoticeReason reason) => reason is NoticeReason.DutyChecked or NoticeReason.SwapAsked or NoticeReason.SwapAgreed or NoticeReason.HandedOver;

    /// <param name="facts">Of an entry that is told.</param>
    /// <returns>Of which territory, whom, and not before when (0 for at once).</returns>
    public static (string Territory, IReadOnlyList<string> Officers, long FromMicros) Told(DutyFacts facts) => facts switch
    {
        { Check: { } check } => (check.Territory, check.Asked, 0),
        { Swap: { } swap } => (swap.Territory, [swap.Other], 0),
        { HandOver: { } left } => (left.Territory, left.To, left.DueMicros),
        _ => ("", [], 0),
    };

    /// <returns>Null when the card is of something else.</returns>
    public static DutyNotice? Of(NoticeCard card, DutyBook book) => card.Reason switch
    {
        NoticeReason.DutyChecked when book.Checks.TryGetValue(card.Sequence, out var check) => new(card.Reason, check.Territory, check.By, "", check.AtMicros, check.DueMicros),
        NoticeReason.SwapAsked when book.Swaps.TryGetValue(card.Sequence, out var swap) => new(card.Reason, swap.Territory, swap.Asker, swap.Note, swap.FromMicros, swap.ToMicros),
        NoticeReason.SwapAgreed when AgreedIn(card.Sequence, book) is { } swap => new(card.Reason, swap.Territory, swap.Asker, swap.Note, swap.FromMicros, swap.ToMicros, swap.Other),
        NoticeReason.HandedOver when book.HandOvers.TryGetValue(card.Sequence, out var left) => new(card.Reason, left.Territory, left.By, left.Text, left.DueMicros, 0),
        _ => null,
    };

    /// <summary>Why it need not go out any more; null when it is still waited for.</summary>
    public static string? WhyNot(NoticeCard card, DutyBook book) => card.Reason switch
    {
        NoticeReason.DutyChecked => !book.Checks.TryGetValue(card.Sequence, out var check) || check.State != CheckState.Open ? "over"
            : check.Silent.Contains(card.Recipient, StringComparer.Ordinal) ? null : "answered",
        NoticeReason.SwapAsked => book.Swaps.TryGetValue(card.Sequence, out var swap) && swap.State == SwapState.Asked ? null : "answered",
        NoticeReason.SwapAgreed => AgreedIn(card.Sequence, book) is { State: SwapState.Agreed } ? null : "answered",
        NoticeReason.HandedOver => book.HandOvers.TryGetValue(card.Sequence, out var left) && left.IsOpen ? null : "taken over",
        _ => null,
    };

    public string Subject(bool isChinese, TimeZoneInfo zone)
    {
        var (by, from, until) = (NoticeMessage.One(By), NoticeWords.Time(FromMicros, zone), NoticeWords.Time(UntilMicros, zone));
        return (isChinese, Reason) switch
        {
            (true, NoticeReason.DutyChecked) => $"[平安] 查岗：请在 {until} 前应答",
            (false, NoticeReason.DutyChecked) => $"[PingAn] duty check: answer before {until}",
            (true, NoticeReason.SwapAsked) => $"[平安] {by} 请您代班：{from} 至 {until}",
            (false, NoticeReason.SwapAsked) => $"[PingAn] {by} asks you to take a shift: {from} to {until}",
            (true, NoticeReason.SwapAgreed) => $"[平安] 换班待审批：{by} 由 {NoticeMessage.One(Other)} 代班，{from} 至 {until}",
            (false, NoticeReason.SwapAgreed) => $"[PingAn] a swap waits for your approval: {NoticeMessage.One(Other)} for {by}, {from} to {until}",
            (true, _) => $"[平安] {by} 的交接班记录待您接收",
            _ => $"[PingAn] {by} has left you a hand-over to take",
        };
    }

    /// <summary>The lines below the subject.</summary>
    /// <param name="place">The territory as it is named.</param>
    public string Lines(bool isChinese, string place)
    {
        var by = By == CheckCommands.Scheduler ? "" : (isChinese ? "\n来自：" : "\nFrom: ") + NoticeMessage.One(By);
        var text = Text.Length == 0 ? "" : (isChinese ? "\n内容：" : "\nNote: ") + NoticeMessage.One(Text);
        return (isChinese ? "\n辖区：" : "\nPlace: ") + place + by + text;
    }

    private static SwapRecord? AgreedIn(long entry, DutyBook book) => book.Swaps.Values.FirstOrDefault(s => s.AgreedIn == entry);
}
