namespace PingAnIoT.Alerts.Tests;

/// <summary>What is said of duty itself; whom, when and over what is told in Timelines/duty-told.txt.</summary>
public sealed class DutyNoticeTests
{
    private static readonly long Start = Micros.From(LedgerKit.Start);
    private static readonly TerritoryTree Places = new([new("d01", "东区", "East District", []), new("d01/s03", "平安街道", "Ping'an Street", [])]);

    [Theory]
    [InlineData(NoticeReason.DutyChecked, "schedule", "", "zh", "[平安] 查岗：请在 2026-03-01 16:01:00+08:00 前应答\n辖区：东区平安街道（d01/s03）")]
    [InlineData(NoticeReason.DutyChecked, "boss", "", "en", "[PingAn] duty check: answer before 2026-03-01 16:01:00+08:00\nPlace: Ping'an Street, East District (d01/s03)\nFrom: boss")]
    [InlineData(NoticeReason.SwapAsked, "wang", "dentist", "zh", "[平安] wang 请您代班：2026-03-01 16:00:00+08:00 至 2026-03-01 16:01:00+08:00\n辖区：东区平安街道（d01/s03）\n来自：wang\n内容：dentist")]
    [InlineData(NoticeReason.SwapAsked, "wang", "dentist", "en", "[PingAn] wang asks you to take a shift: 2026-03-01 16:00:00+08:00 to 2026-03-01 16:01:00+08:00\nPlace: Ping'an Street, East District (d01/s03)\nFrom: wang\nNote: dentist")]
    [InlineData(NoticeReason.SwapAgreed, "wang", "dentist", "zh", "[平安] 换班待审批：wang 由 zhao 代班，2026-03-01 16:00:00+08:00 至 2026-03-01 16:01:00+08:00\n辖区：东区平安街道（d01/s03）\n来自：wang\n内容：dentist")]
    [InlineData(NoticeReason.SwapAgreed, "wang", "dentist", "en", "[PingAn] a swap waits for your approval: zhao for wang, 2026-03-01 16:00:00+08:00 to 2026-03-01 16:01:00+08:00\nPlace: Ping'an Street, East District (d01/s03)\nFrom: wang\nNote: dentist")]
    [InlineData(NoticeReason.HandedOver, "wang", "valve 7 leaks", "zh", "[平安] wang 的交接班记录待您接收\n辖区：东区平安街道（d01/s03）\n来自：wang\n内容：valve 7 leaks")]
    [InlineData(NoticeReason.HandedOver, "wang", "one\ntwo\u202E\u0007three", "en", "[PingAn] wang has left you a hand-over to take\nPlace: Ping'an Street, East District (d01/s03)\nFrom: wang\nNote: one two  three")]
    public void It_says(NoticeReason reason, string by, string text, string language, string says)
    {
        var message = Message(new DutyNotice(reason, "d01/s03", by, text, Start, Start + 60_000_000, "zhao"), language);
        message.Body.Should().Be(says);
        message.Subject.Should().Be(says.Split('\n')[0]);
    }

    /// <summary>However long a note is, the message stays a few lines.</summary>
    [Fact]
    public void A_long_note_is_cut() => Message(new DutyNotice(NoticeReason.HandedOver, "", "wang", new string('x', 2_000), Start, 0), "en").Body.Length.Should().BeLessThan(500);

    [Fact]
    public void A_card_of_what_the_book_has_forgotten_goes_out_no_more()
    {
        DutyNotice.WhyNot(Card(NoticeReason.DutyChecked), DutyBook.Empty).Should().Be("over");
        DutyNotice.WhyNot(Card(NoticeReason.SwapAsked), DutyBook.Empty).Should().Be("answered");
        DutyNotice.WhyNot(Card(NoticeReason.SwapAgreed), DutyBook.Empty).Should().Be("answered");
        DutyNotice.WhyNot(Card(NoticeReason.HandedOver), DutyBook.Empty).Should().Be("taken over");
        DutyNotice.Of(Card(NoticeReason.Raised), DutyBook.Empty).Should().BeNull();
    }

    private static NoticeMessage Message(DutyNotice duty, string language) =>
        new(Card(duty.Reason), NoticeMessage.NoAlert(DutyNotice.Id, Start) with { Territory = duty.Territory }, new Recipient("li", ["sms"], Language: language))
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"), Territories = Places, Duty = duty,
        };

    private static NoticeCard Card(NoticeReason reason) => new()
    {
        Key = "duty/1/li/sms", Lane = NoticeLane.Normal, Reason = reason, Recipient = "li", Channel = "sms", AlertId = DutyNotice.Id, Sequence = 1, Place = "d01/s03", Count = 1, DueMicros = Start,
    };
}
