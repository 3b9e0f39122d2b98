namespace PingAnIoT.Alerts.Tests;

/// <summary>What is said of a step that others are told of; whom, when and over what is told in Timelines/given.txt.</summary>
public sealed class StepNoticeTests
{
    private static readonly long Start = Micros.From(LedgerKit.Start);
    private static readonly TerritoryTree Places = new([new("d01", "东区", "East District", [])]);

    [Theory]
    [InlineData(NoticeReason.Dispatched, "li", "take the key", "zh", "[平安][红色] wang 交办给您：燃气泄漏", "处置时限：2026-03-01 16:30:00+08:00\n内容：take the key\n地点：东区（d01）")]
    [InlineData(NoticeReason.Dispatched, "li", "take\nthe\u202E key", "en", "[PingAn][red] given to you by wang: Gas leak", "Arrive by: 2026-03-01 16:30:00+08:00\nNote: take the  key\nPlace: East District (d01)")]
    [InlineData(NoticeReason.Reported, "d01", "", "zh", "[平安][红色] wang 上报东区（d01）：燃气泄漏", "地点：东区（d01）")]
    [InlineData(NoticeReason.Reported, "", "too big", "zh", "[平安][红色] wang 上报全市：燃气泄漏", "内容：too big\n地点：东区（d01）")]
    [InlineData(NoticeReason.Reported, "d01", "too big", "en", "[PingAn][red] reported by wang to East District (d01): Gas leak", "Note: too big\nPlace: East District (d01)")]
    [InlineData(NoticeReason.Reported, "", "", "en", "[PingAn][red] reported by wang to the city: Gas leak", "Place: East District (d01)")]
    public void It_says(NoticeReason reason, string to, string note, string language, string subject, string lines)
    {
        var alert = NoticeMessage.NoAlert("K7QM-2XRD-9FVT", Start) with
        {
            TitleZh = "燃气泄漏", TitleEn = "Gas leak", Territory = "d01", PeakColour = PingAnIoT.Rules.Severity.Red,
            Deadlines = [new Deadline(WorkState.Rectified, 1, 1, Start + 60_000_000), new Deadline(WorkState.Arrived, 1, 1, Start + 1_800_000_000)],
        };
        var message = new NoticeMessage(Card(reason, "li"), alert, new Recipient("li", ["sms"], Language: language))
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"), Territories = Places, Step = StepNotice.Of(reason, Entry(reason, to, note), alert),
        };
        message.Subject.Should().Be(subject);
        message.Body.Should().StartWith(subject + "\n" + lines);
    }

    [Fact]
    public void It_goes_out_while_it_holds()
    {
        var alert = NoticeMessage.NoAlert("K7QM-2XRD-9FVT", Start) with { Work = WorkState.Dispatched, Dispatched = new Attestation("wang", Start, "", PingAnIoT.Rules.Severity.Red, Verdict.None, "li") };
        var (given, reported) = (Card(NoticeReason.Dispatched, "li"), Card(NoticeReason.Reported, "boss"));
        StepNotice.WhyNot(given, alert).Should().BeNull();
        StepNotice.WhyNot(given, alert with { Work = WorkState.Arrived }).Should().Be("arrived");
        StepNotice.WhyNot(given, alert with { Dispatched = alert.Dispatched! with { To = "chen" } }).Should().Be("taken back");
        StepNotice.WhyNot(given, alert with { Work = WorkState.Raised, Dispatched = null }).Should().Be("taken back");
        StepNotice.WhyNot(given, alert with { Work = WorkState.Closed }).Should().Be("closed");
        StepNotice.WhyNot(given with { News = null, Count = 2 }, alert with { Work = WorkState.Closed }).Should().BeNull("it stands for others, too");
        StepNotice.WhyNot(reported, alert with { Work = WorkState.Arrived }).Should().BeNull();
        StepNotice.WhyNot(reported, alert with { Work = WorkState.Closed }).Should().Be("closed");
    }

    /// <summary>A ledger of before has such entries, and no row of them in its outbox.</summary>
    [Theory]
    [InlineData(EntryKind.Dispatched)]
    [InlineData(EntryKind.Reported)]
    public void A_step_of_before_anybody_was_told_of_it_is_told_to_nobody(EntryKind kind)
    {
        var (told, alert) = (Entry(NoticeReason.Dispatched, "li", "") with { Kind = kind }, NoticeMessage.NoAlert("K7QM-2XRD-9FVT", Start));
        NoticeCause.NoticeOf(told, alert)!.Value.Lane.Should().Be(NoticeLane.Normal);
        NoticeCause.NoticeOf(told, alert with { PeakColour = PingAnIoT.Rules.Severity.Red })!.Value.Lane.Should().Be(NoticeLane.Red);
        NoticeCause.NoticeOf(told with { Body = new EntryBody { Command = told.Body.Command! with { Tells = null } } }, alert).Should().BeNull();
    }

    private static LedgerEntry Entry(NoticeReason reason, string to, string note) => new()
    {
        Sequence = 7, TimeMicros = Start, Kind = reason == NoticeReason.Dispatched ? EntryKind.Dispatched : EntryKind.Reported, AlertId = "K7QM-2XRD-9FVT", Actor = "wang", Key = "k",
        Body = new EntryBody { Command = new CommandFacts(note) { To = to, Tells = true } }, PreviousHash = HashChain.Start, Hash = HashChain.Start,
    };

    private static NoticeCard Card(NoticeReason reason, string recipient) => new()
    {
        Key = $"K7QM-2XRD-9FVT/7/{recipient}/sms", Lane = NoticeLane.Red, Reason = reason, Recipient = recipient, Channel = "sms", AlertId = "K7QM-2XRD-9FVT", Sequence = 7, Place = "d01",
        News = "given/7", Count = 1, DueMicros = Start,
    };
}
