using System.Text;
using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>T-23 for notices: what a stranger writes into a name, a title or an address stays text in every channel.</summary>
public sealed class NoticeInjectionTests
{
    private static readonly string[] Pieces =
    [
        "\r\nBcc: all@evil.test", "\n.\r\nMAIL FROM:<x>", "<script>alert(1)</script>", "\",\"phone\":\"110\"}", "=cmd|' /C calc'!A0", "\u202Egpj.exe", "\0", "\u2028",
        "=?utf-8?B?QmNjOg==?=", "{{7*7}}", "';DROP TABLE entry;--", "\\u000d\\u000aX: y", "王小明", "🔥", "\ud800", "@all", "<at user_id=\"all\">",
    ];

    [Fact]
    public void T23_hostile_text_is_text_in_every_channel()
    {
        const int Seed = 23;
        var random = new Random(Seed);
        var failures = 0;
        var cases = 0;
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var alert = AlertWith(text);
            foreach (var type in Enum.GetValues<ChannelType>())
            {
                cases += 2;
                failures += IsTextOnly(type, alert, RaisedOf(alert), 6) ? 0 : 1;
                failures += IsTextOnly(type, alert, OverdueOf(alert, text), 8) ? 0 : 1;
            }
        }

        Threat.Report("T-23", cases, failures, $"2,000 texts in six fields over {Enum.GetValues<ChannelType>().Length} kinds of channel; seed {Seed}");
        failures.Should().Be(0);
    }

    private static NoticeCard RaisedOf(Alert alert) => new()
    {
        Key = "k/1/王/hook", Lane = NoticeLane.Red, Reason = NoticeReason.Raised, Recipient = "王", Channel = "hook", AlertId = alert.Id, Sequence = 1, Place = "d01",
        Count = 1, DueMicros = 0,
    };

    /// <summary>Of a wider place, to a supervisor: everything that a notice can say.</summary>
    private static NoticeCard OverdueOf(Alert alert, string text) => RaisedOf(alert) with
    {
        Reason = NoticeReason.Breached, Place = text, Count = 2, Breach = new Breach(WorkState.Rectified, 2, 1, 1, 2, text, OfficerRoles.Supervisor, Supervision.Listed),
    };

    private static bool IsTextOnly(ChannelType type, Alert alert, NoticeCard card, int lines)
    {
        var message = new NoticeMessage(card, alert, new Recipient("王", ["hook"], "w@test", "13800000000"));
        var channel = new ChannelConfig("hook", type, new Uri("http://hook.test/a"), From: "p@test");
        if (message.Subject.Any(char.IsControl) || message.Body.Count(c => c == '\n') != lines - 1 || message.Body.Any(c => char.IsControl(c) && c != '\n'))
        {
            return false;
        }

        if (type == ChannelType.Mail)
        {
            using var mail = MailChannel.Compose(channel, message);
            using var bytes = new MemoryStream();
            mail.WriteTo(bytes);
            bytes.Position = 0;
            using var back = MimeKit.MimeMessage.Load(bytes);
            return back.Bcc.Count == 0 && back.To.Count == 1 && back.Headers.Count == mail.Headers.Count && back.HtmlBody is null
                && string.Equals(back.TextBody!.ReplaceLineEndings("\n").TrimEnd(), message.Body.TrimEnd(), StringComparison.Ordinal);
        }

        using var request = HttpNotice.Request(channel, message, "secret", 0);
        using var body = request.Content!.ReadAsStream();
        using var json = JsonDocument.Parse(body);
        return request.RequestUri!.Host == "hook.test" && request.Headers.All(h => h.Value.All(v => v.All(char.IsAscii)))
            && Encoding.UTF8.GetByteCount(json.RootElement.GetRawText()) > 0 && !json.RootElement.GetRawText().Contains("<script", StringComparison.Ordinal);
    }

    private static Alert AlertWith(string text) => new()
    {
        Id = "K7QM-2XRD-9FVT", RuleId = "r", RuleVersion = "1", TitleZh = text, TitleEn = text, Basis = text, Series = "gas-pipe/x/pressure", Kind = "gas-pipe",
        Device = text, Quantity = "pressure", Unit = text, Address = text, OwnerUnit = text, Territory = "d01", Condition = AlertCondition.Active,
        Colour = Severity.Red, PeakColour = Severity.Red, Work = WorkState.Raised, FirstEpisodeMicros = 1, EpisodeMicros = 1, ChangedEventMicros = 1,
        RaisedAtMicros = 1, ChangedAtMicros = 1, FirstSequence = 1, LastSequence = 1,
    };
}
