using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A card with all that is said in it.</summary>
public sealed record NoticeMessage(NoticeCard Card, Alert Alert, Recipient Recipient)
{
    private const int FieldLimit = 300;

    /// <summary>Whose clock its times are by.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public TerritoryTree Territories { get; init; } = TerritoryTree.Empty;

    /// <summary>Null where it is about an alert.</summary>
    internal DutyNotice? Duty { get; init; }

    /// <summary>Null where it tells of no step of an officer's.</summary>
    internal StepNotice? Step { get; init; }

    public bool IsChinese => Recipient.Language != "en";

    public string Title => One(IsChinese ? Alert.TitleZh : Alert.TitleEn);

    public string Colour => IsChinese
        ? Alert.PeakColour switch { Severity.Red => "红色", Severity.Yellow => "黄色", Severity.Green => "绿色", _ => "故障" }
        : Alert.PeakColour.ToString().ToLowerInvariant();

    /// <summary>One line: for the subject of a mail, and the first line of all else.</summary>
    public string Subject => (IsChinese, Card.Reason) switch
    {
        _ when Duty is not null => Duty.Subject(IsChinese, Zone),
        (true, _) when Step is not null => Text($"[平安][{Colour}] {Step.What(PlaceOrCity(Step.To), true)}：{Title}{More}"),
        (false, _) when Step is not null => Text($"[PingAn][{Colour}] {Step.What(PlaceOrCity(Step.To), false)}: {Title}{More}"),
        (true, NoticeReason.Canary) => "[平安] 通知链路自检",
        (false, NoticeReason.Canary) => "[PingAn] canary: the way of notices is open",
        (true, NoticeReason.CanaryLate) => "[平安] 通知链路中断：自检通知未送达",
        (false, NoticeReason.CanaryLate) => "[PingAn] the canary has not come through: notices may not arrive",
        (true, NoticeReason.Trial) => "[平安] 测试通知",
        (false, NoticeReason.Trial) => "[PingAn] test notice",
        (true, NoticeReason.Ended) => Text($"[平安][{Colour}] 已办结：{Title}"),
        (false, NoticeReason.Ended) => Text($"[PingAn][{Colour}] closed: {Title}"),
        (true, NoticeReason.Summary) => Text($"[平安] 另有 {Card.Count} 条通知未逐条发送{Reds}"),
        (false, NoticeReason.Summary) => Text($"[PingAn] {Card.Count} more notices were not told one by one{Reds}"),
        (true, NoticeReason.CameBack) => Text($"[平安][{Colour}] 已确认未交办，重新告警{Breach?.Grade}：{Title}{More}"),
        (false, NoticeReason.CameBack) => Text($"[PingAn][{Colour}] acknowledged and nobody sent, it is new again{Breach?.Grade}: {Title}{More}"),
        (true, NoticeReason.Breached) => Text($"[平安][{Colour}] {Breach?.What ?? "逾期未办"}{Breach?.Grade}：{Title}{More}"),
        (false, NoticeReason.Breached) => Text($"[PingAn][{Colour}] {Breach?.What ?? "overdue"}{Breach?.Grade}: {Title}{More}"),
        (true, NoticeReason.AfterMaintenance) => Text($"[平安][{Colour}] 检修结束仍未恢复：{Title}{More}"),
        (false, NoticeReason.AfterMaintenance) => Text($"[PingAn][{Colour}] still active after maintenance: {Title}{More}"),
        (true, NoticeReason.Stayed) => Text($"[平安][{Colour}] 网关已恢复，仍无信号：{Title}{More}"),
        (false, NoticeReason.Stayed) => Text($"[PingAn][{Colour}] still silent, though its gateway is back: {Title}{More}"),
        (true, NoticeReason.Calmed) => Text($"[平安][{Colour}] 反复 {Card.Count} 次后已平稳：{Title}"),
        (false, NoticeReason.Calmed) => Text($"[PingAn][{Colour}] calm after coming {Card.Count} times: {Title}"),
        (true, _) => Text($"[平安][{Colour}] {Title}{More}"),
        _ => Text($"[PingAn][{Colour}] {Title}{More}"),
    };

    /// <summary>Lines of plain text.</summary>
    public string Body => Duty is not null ? Subject + Duty.Lines(IsChinese, PlaceOrCity(Duty.Territory)) : IsChinese
        ? Text($"{Subject}{Summons}\n地点：{Place(Alert.Territory)} {One(Alert.Address)}\n设备：{One(Alert.Kind)}/{One(Alert.Device)}\n数值：{Alert.WindowValue:0.###} {One(Alert.Unit)}（阈值 {Alert.Threshold:0.###}）\n时间：{Time(Alert.ChangedEventMicros)}\n编号：{Alert.Id}")
        : Text($"{Subject}{Summons}\nPlace: {Place(Alert.Territory)} {One(Alert.Address)}\nDevice: {One(Alert.Kind)}/{One(Alert.Device)}\nValue: {Alert.WindowValue:0.###} {One(Alert.Unit)} (threshold {Alert.Threshold:0.###})\nTime: {Time(Alert.ChangedEventMicros)}\nAlert: {Alert.Id}");

    /// <summary>Null where the card is about no breach.</summary>
    internal BreachText? Breach => BreachText.Of(Card, Alert, IsChinese);

    /// <summary>What stands in for an alert where there is none: nothing in it is real.</summary>
    public static Alert NoAlert(string id, long atMicros) => new()
    {
        Id = id, RuleId = id, RuleVersion = "", TitleZh = "自检", TitleEn = id, Basis = "", Series = "", Kind = "", Device = "", Quantity = "", Unit = "",
        Condition = AlertCondition.Normal, Colour = Severity.Green, PeakColour = Severity.Green, Work = WorkState.Raised, FirstEpisodeMicros = atMicros,
        EpisodeMicros = atMicros, ChangedEventMicros = atMicros, RaisedAtMicros = atMicros, ChangedAtMicros = atMicros, FirstSequence = 0, LastSequence = 0,
    };

    /// <summary>It stands for all of its kind in its place.</summary>
    private bool IsWide => (Card.News is null || Card.News.EndsWith(NoticeCard.Again, StringComparison.Ordinal)) && Card.Place is not ['?', ..];

    private string More => (Card.Count <= 1, IsWide, IsChinese) switch
    {
        (true, _, _) => "",
        (_, true, true) => Text($"，{PlaceOrCity(Card.Place)}共 {Card.Count} 条"),
        (_, true, false) => Text($", {Card.Count} in {PlaceOrCity(Card.Place)}"),
        (_, _, true) => Text($"（同处共 {Card.Count} 条）"),
        _ => Text($" ({Card.Count} at this place)"),
    };

    /// <summary>Of a breach: lines that say when it was due, and who is to see to it; of a step what was said with it.</summary>
    private string Summons => (Breach, IsChinese) switch
    {
        _ when Step is not null => Step.Lines(IsChinese, Zone),
        (null, _) => "",
        (var b, true) => $"\n时限：{Time(b.First.DueMicros)}" + (b is { IsForSupervisor: true, Breach.To: { } to } ? $"\n致：{PlaceOrCity(to)}督办人" : ""),
        var (b, _) => $"\nDue: {Time(b.First.DueMicros)}" + (b is { IsForSupervisor: true, Breach.To: { } to } ? $"\nTo: the supervisor of {PlaceOrCity(to)}" : ""),
    };

    private string Reds => Card.Reds is not > 0 ? "" : IsChinese ? Text($"，其中红色 {Card.Reds} 条") : Text($", {Card.Reds} of them red");

    /// <summary>What an outsider may have had a hand in, as one line of printable text: no line ends, no control or direction marks, bounded.</summary>
    public static string One(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, FieldLimit));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= FieldLimit)
            {
                line.Append('…');
                break;
            }

            var isOther = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
            line.Append(isOther || rune == Rune.ReplacementChar ? " " : rune.ToString());
        }

        return line.ToString();
    }

    private string Time(long micros) => NoticeWords.Time(micros, Zone);

    private string Place(string path) => NoticeWords.Place(path, Territories, IsChinese);

    private string PlaceOrCity(string path) => path.Length > 0 ? Place(path) : IsChinese ? "全市" : "the city";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
