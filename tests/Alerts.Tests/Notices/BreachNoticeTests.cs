using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The words of a notice about a missed deadline: they are what somebody who was asleep goes by.</summary>
public sealed class BreachNoticeTests
{
    private static readonly long Due = Micros.From(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    private static readonly TerritoryTree Territories = TerritoryCsv.Read(
        new StringReader("path,zh,en\nd01,东城区,East District\nd01/s03,平安街道,Ping'an Street\nd01/s03/c02,,Second Community\n"), "t.csv").Tree!;

    [Theory]
    [InlineData(WorkState.Seen, "阅", "seen")]
    [InlineData(WorkState.Acknowledged, "确认", "acknowledged")]
    [InlineData(WorkState.Triaged, "甄别", "triaged")]
    [InlineData(WorkState.Reported, "上报", "reported")]
    [InlineData(WorkState.Dispatched, "交办", "dispatched")]
    [InlineData(WorkState.Arrived, "处置", "arrived")]
    [InlineData(WorkState.Rectified, "反馈", "rectified")]
    [InlineData(WorkState.Closed, "办结", "closed")]
    public void It_names_the_step_the_level_and_how_late_it_is(WorkState step, string zh, string en)
    {
        var atOnce = new Breach(step, 1, 1, Due, Due + 900_000, "d01/s03/c02/g09", OfficerRoles.Officer);
        var late = atOnce with { AtMicros = Due + 200_900_000 };
        Subject(atOnce, "zh").Should().Be($"[平安][红色] 逾期未{zh}（第 1 级）：燃气泄漏");
        Subject(atOnce, "en").Should().Be($"[PingAn][red] not {en} in time (level 1): Gas leak");
        Subject(late, "zh").Should().Be($"[平安][红色] 已逾期 3 分 20 秒未{zh}（第 1 级）：燃气泄漏");
        Subject(late, "en").Should().Be($"[PingAn][red] not {en}, overdue by 3 min 20 s (level 1): Gas leak");
    }

    [Fact]
    public void A_level_further_up_says_whom_it_is_for_what_it_amounts_to_and_how_late_the_step_is_by_its_first_deadline()
    {
        var breach = new Breach(WorkState.Rectified, 2, 1, Due + 86_400_000_000, Due + 86_400_000_000, "d01", OfficerRoles.Supervisor, Supervision.Interview);
        var first = breach with { Level = 1, DueMicros = Due, AtMicros = Due, Supervision = Supervision.Notice };
        var others = new[] { first with { Round = 0, DueMicros = 1 }, first with { Step = WorkState.Acknowledged, DueMicros = 1 }, first, breach };
        Message(breach, "zh", others).Body.Should().Be(
            """
            [平安][红色] 已逾期 1 天未反馈（第 2 级，致督办人：约谈）：燃气泄漏
            时限：2026-03-01 16:00:00+08:00
            致：东城区（d01）督办人
            地点：东城区平安街道Second Community（d01/s03/c02/g09） 平安路 1 号
            设备：gas-pipe/a
            数值：0.5 MPa（阈值 0.4）
            时间：2026-03-01 15:58:59+08:00
            编号：K7QM-2XRD-9FVT
            """);
        Message(breach, "en", others).Body.Should().Be(
            """
            [PingAn][red] not rectified, overdue by 1 d (level 2, to the supervisor: interview): Gas leak
            Due: 2026-03-01 16:00:00+08:00
            To: the supervisor of East District (d01)
            Place: Second Community, Ping'an Street, East District (d01/s03/c02/g09) 平安路 1 号
            Device: gas-pipe/a
            Value: 0.5 MPa (threshold 0.4)
            Time: 2026-03-01 15:58:59+08:00
            Alert: K7QM-2XRD-9FVT
            """);
        Subject(first, "zh").Should().Be("[平安][红色] 逾期未反馈（第 1 级，致督办人：通报）：燃气泄漏");
        Subject(first, "en").Should().Be("[PingAn][red] not rectified in time (level 1, to the supervisor: notice): Gas leak");
        Subject(first with { Supervision = Supervision.Listed }, "zh").Should().Be("[平安][红色] 逾期未反馈（第 1 级，致督办人：挂牌督办）：燃气泄漏");
        Subject(first with { Supervision = null }, "en").Should().Be("[PingAn][red] not rectified in time (level 1, to the supervisor): Gas leak");
    }

    [Fact]
    public void Where_the_first_of_very_many_is_no_longer_kept_it_is_later_than_that()
    {
        var kept = new Breach(WorkState.Acknowledged, 9, 1, Due, Due, "d01", OfficerRoles.Supervisor);
        var breach = kept with { Level = 40, DueMicros = Due + 27_900_000_000, AtMicros = Due + 27_900_000_000 };
        Message(breach, "zh", [kept, breach]).Subject.Should().Be("[平安][红色] 已逾期超过 7 小时 45 分未确认（第 40 级，致督办人）：燃气泄漏");
        Message(breach, "en", [kept, breach]).Subject.Should().Be("[PingAn][red] not acknowledged, overdue by more than 7 h 45 min (level 40, to the supervisor): Gas leak");
    }

    [Fact]
    public void What_comes_back_says_its_level_and_when_somebody_was_to_be_sent()
    {
        var card = Card(new Breach(WorkState.Dispatched, 2, 1, Due, Due, "", OfficerRoles.Supervisor)) with { Reason = NoticeReason.CameBack };
        Lines(Message(card, "zh")).Should().StartWith(["[平安][红色] 已确认未交办，重新告警（第 2 级，致督办人）：燃气泄漏", "时限：2026-03-01 16:00:00+08:00", "致：全市督办人"]);
        Lines(Message(card, "en")).Should().StartWith(
            ["[PingAn][red] acknowledged and nobody sent, it is new again (level 2, to the supervisor): Gas leak", "Due: 2026-03-01 16:00:00+08:00", "To: the supervisor of the city"]);
    }

    [Theory]
    [InlineData("d01", "step/1/1", "（同处共 12 条）", " (12 at this place)")]
    [InlineData("d01", null, "，东城区（d01）共 12 条", ", 12 in East District (d01)")]
    [InlineData("d02", null, "，d02共 12 条", ", 12 in d02")]
    [InlineData("", null, "，全市共 12 条", ", 12 in the city")]
    [InlineData("?/a", null, "（同处共 12 条）", " (12 at this place)")]
    public void A_card_that_stands_for_a_wider_place_says_for_how_many_and_where(string place, string? news, string zh, string en)
    {
        var card = Card(new Breach(WorkState.Arrived, 1, 1, Due, Due + 7_205_000_000)) with { Place = place, News = news, Count = 12 };
        Message(card, "zh").Subject.Should().Be("[平安][红色] 已逾期 2 小时未处置（第 1 级）：燃气泄漏" + zh);
        Message(card, "en").Subject.Should().Be("[PingAn][red] not arrived, overdue by 2 h (level 1): Gas leak" + en);
    }

    [Theory]
    [InlineData(0, "2026-10-25 02:30:00+02:00")]
    [InlineData(1, "2026-10-25 02:30:00+01:00")]
    [InlineData(-5088, "2026-03-27 01:30:00+01:00")]
    public void Its_times_are_the_zones_on_either_side_of_a_change_of_the_clock(int hours, string local)
    {
        var due = Micros.From(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero).AddHours(hours));
        var message = Message(Card(new Breach(WorkState.Seen, 1, 1, due, due)), "en") with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };
        Lines(message)[1].Should().Be("Due: " + local);
    }

    [Fact]
    public async Task A_webhook_has_the_same_as_fields()
    {
        var first = new Breach(WorkState.Rectified, 1, 1, Due, Due, "d01", OfficerRoles.Supervisor, Supervision.Notice);
        var breach = first with { Level = 2, DueMicros = Due + 1, AtMicros = Due + 200_900_000, Supervision = Supervision.Listed };
        (await JsonAsync(Message(breach, "zh", [first, breach]))).GetProperty("breach").GetRawText().Should().Be(
            """{"step":"rectified","level":2,"due":"2026-03-01T08:00:00.000000Z","overdue_seconds":200,"territory":"d01","role":"supervisor","supervision":"listed"}""");
        var raised = Message(Card(breach) with { Reason = NoticeReason.Raised, Breach = null }, "zh");
        (await JsonAsync(raised)).TryGetProperty("breach", out _).Should().BeFalse();
    }

    [Fact]
    public async Task The_office_gives_it_the_policys_zone_and_the_names()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml) { Territories = Territories };
        kit.Kit.Options = kit.Kit.Options with
        {
            Deadlines = PolicyFile.Parse("zone: Europe/Berlin\ndeadlines: { red: { acknowledged: { within: 60s, repeat: 60s, levels: 2, chain: [grid, district] } } }", "p").Policy!,
        };
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c02/g09").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        for (var level = 1; level <= 2; level++)
        {
            kit.Kit.Fake.Advance(TimeSpan.FromSeconds(60));
            await kit.Kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
            await kit.LookAsync();
        }

        Lines(kit.Sent[^1].Message).Should().StartWith(
        [
            "[平安][红色] 已逾期 1 分未确认（第 2 级，致督办人）：" + kit.Sent[^1].Message.Title, "时限：2026-03-01 09:01:00+01:00", "致：东城区（d01）督办人",
            "地点：东城区平安街道Second Community（d01/s03/c02/g09） 平安路 1 号",
        ]);
    }

    private static string Subject(Breach breach, string language) => Message(breach, language, [breach]).Subject;

    private static string[] Lines(NoticeMessage message) => message.Body.Split('\n');

    private static NoticeMessage Message(Breach breach, string language, IReadOnlyList<Breach> all) => Message(Card(breach), language, all);

    private static NoticeMessage Message(NoticeCard card, string language, IReadOnlyList<Breach>? all = null) =>
        new(card, AlertWith(all ?? []), new Recipient("王", ["hook"], Language: language))
        {
            Zone = DeadlinePolicy.Default.Calendar.Zone, Territories = Territories,
        };

    private static NoticeCard Card(Breach breach) => new()
    {
        Key = "k/1/王/hook", Lane = NoticeLane.Red, Reason = NoticeReason.Breached, Recipient = "王", Channel = "hook", AlertId = "K7QM-2XRD-9FVT", Sequence = 1,
        Place = breach.To ?? "", News = "step/1/1", Breach = breach, Count = 1, DueMicros = 0,
    };

    private static Alert AlertWith(IReadOnlyList<Breach> breaches) => NoticeMessage.NoAlert("K7QM-2XRD-9FVT", Due - 60_500_000) with
    {
        TitleZh = "燃气泄漏", TitleEn = "Gas leak", Kind = "gas-pipe", Device = "a", Unit = "MPa", WindowValue = 0.5, Threshold = 0.4, PeakColour = Severity.Red,
        Territory = "d01/s03/c02/g09", Address = "平安路 1 号", Breaches = breaches,
    };

    private static async Task<JsonElement> JsonAsync(NoticeMessage message)
    {
        using var request = HttpNotice.Request(new ChannelConfig("hook", ChannelType.Webhook, new Uri("http://hook.test/a")), message, "", 0);
        return JsonDocument.Parse(await request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
