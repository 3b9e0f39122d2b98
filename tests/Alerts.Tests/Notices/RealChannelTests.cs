using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// Notices over real sockets through an outage: the other side is away, refuses, or hangs; what was to be told comes once it is back, and once.
/// Time is the test's, and moves only while nothing is under way: how fast the machine is changes nothing.
/// </summary>
public sealed class RealChannelTests : IAsyncDisposable
{
    private const string Secret = "a secret of the hook's";
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-channels-").FullName;
    private readonly HookSink hook = new();
    private readonly HookSink calls = new();
    private readonly NoticeSender sender = new(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await hook.DisposeAsync();
        await calls.DisposeAsync();
        await sender.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_webhook_that_is_away_refuses_and_hangs_gets_every_notice_once_and_signed()
    {
        hook.Up();
        calls.Up();
        await using var kit = new NoticeKit(Yaml(), sender);
        kit.Open();
        await hook.DownAsync();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        (await FailuresAsync(kit)).Should().Equal("ConnectionError");

        hook.Up();
        hook.Status = 500;
        await kit.LookAsync(1);
        hook.Status = 0;
        await HungAsync(kit, 2, () => hook.Seen.Count == 2);
        hook.Status = 503;
        await kit.LookAsync(4);
        await kit.LookAsync(8);
        (await FailuresAsync(kit)).Should().Equal("ConnectionError", "status 500", "no answer in time", "status 503", "status 503");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3205, "five in a row open the circuit");
        kit.Office.Health.Channels.Single(c => c.Name == "hook").IsOpen.Should().BeTrue();

        hook.Status = 200;
        var before = hook.Seen.Count;
        await kit.LookAsync(17);
        hook.Seen.Should().HaveCount(before, "it is due, and the circuit is open");
        await kit.LookAsync(14);
        hook.Taken.Should().ContainSingle();
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3206, "the trial has closed it");

        await kit.PostAsync([.. Enumerable.Range(0, 3).Select(i => kit.At($"b{i}", $"d01/s0{i + 4}").To(Severity.Yellow, kit.Kit.Now))]);
        for (var look = 0; look < 30; look++)
        {
            await kit.LookAsync(1);
        }

        hook.Taken.Should().HaveCount(4);
        hook.Taken.Select(r => r.Key).Should().OnlyHaveUniqueItems("each key is taken once");
        hook.Seen.Should().OnlyContain(r => r.IsSignedBy(Secret));
        hook.Seen.Take(5).Select(r => r.Key).Distinct(StringComparer.Ordinal).Should().ContainSingle("however often it is sent, it is the same notice");
        hook.Taken.Select(r => JsonDocument.Parse(r.Text).RootElement.GetProperty("device").GetString()).Should().BeEquivalentTo("a", "b0", "b1", "b2");
        await SoundAsync(kit);
    }

    [Fact]
    public async Task What_no_channel_takes_is_a_dead_letter_goes_over_the_fallback_and_is_said_aloud_when_that_fails_too()
    {
        hook.Up();
        calls.Up();
        hook.Status = 500;
        await using var kit = new NoticeKit(Yaml(), sender);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Green, kit.Kit.Now));
        await RunAsync(kit, 800, () => calls.Taken.Count > 0);
        hook.Seen.Should().HaveCount(12);
        calls.Taken.Should().ContainSingle();
        kit.Office.Health.Fault.Should().BeNull("the fallback has it");
        kit.Office.Health.Channels.Single(c => c.Name == "hook").DeadLetters.Should().Be(1);

        calls.Status = 500;
        await kit.PostAsync(kit.At("b", "d02").To(Severity.Green, kit.Kit.Now));
        await RunAsync(kit, 2400, () => kit.Office.Health.Lost > 0);
        kit.Office.Health.Fault.Should().Contain("not even the fallback");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3207);
        var dead = await kit.Office.ListDeadAsync(10, Cancel);
        dead.Should().HaveCount(3, "one over the hook for each alert, and the second over the fallback");

        // It is still there after a restart, and comes when it is asked for again.
        await kit.Office.DisposeAsync();
        await kit.Kit.ReopenAsync();
        kit.RestartOffice();
        await kit.LookAsync();
        kit.Office.Health.Lost.Should().Be(1);
        calls.Status = 200;
        (await kit.Office.RetryAsync(dead.Single(d => d.Channel == "calls").Key, new Officer("wang"), Cancel)).Should().BeTrue();
        await RunAsync(kit, 60, () => calls.Taken.Count == 2);
        kit.Office.Health.Lost.Should().Be(0);
        foreach (var letter in dead.Where(d => d.Channel == "hook"))
        {
            (await kit.Office.DiscardAsync(letter.Key, new Officer("wang"), Cancel)).Should().BeTrue();
        }

        (await kit.Office.ListDeadAsync(10, Cancel)).Should().BeEmpty();
        (await kit.Office.DiscardAsync(dead[0].Key, new Officer("wang"), Cancel)).Should().BeFalse();
        await SoundAsync(kit);
    }

    [Fact]
    public async Task What_waits_for_a_channel_that_is_shut_keeps_nothing_from_another()
    {
        hook.Up();
        calls.Up();
        hook.Status = 500;
        await using var kit = new NoticeKit(Yaml().Replace("channels: [hook]", "channels: [hook, calls]", StringComparison.Ordinal), sender);
        kit.Open();
        for (var i = 0; i < 8; i++)
        {
            await kit.PostAsync(kit.At($"a{i}", $"d{i:D2}").To(Severity.Red, kit.Kit.Now));
            await kit.LookAsync(1);
        }

        await kit.LookAsync(1);
        kit.Office.Health.Channels.Single(c => c.Name == "hook").IsOpen.Should().BeTrue();
        calls.Taken.Select(r => JsonDocument.Parse(r.Text).RootElement.GetProperty("device").GetString()).Should().Contain(["a0", "a3", "a5"], "six before the window is so full that one card is for the city");
    }

    [Fact]
    public async Task A_mail_server_that_is_away_refuses_and_hangs_gets_the_mail_once()
    {
        await using var smtp = new SmtpSink();
        smtp.Up();
        await using var kit = new NoticeKit(MailYaml(smtp.Port), sender);
        kit.Open();
        await smtp.DownAsync();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        smtp.Up();
        smtp.Answer = 451;
        await kit.LookAsync(1);
        smtp.Silence = SmtpSilence.Greeting;
        await HungAsync(kit, 2, () => smtp.Silences == 1);
        smtp.Silence = SmtpSilence.Data;
        await HungAsync(kit, 4, () => smtp.Silences == 2);
        (await FailuresAsync(kit)).Should().HaveCount(4).And.ContainInOrder("the mail server answered 451", "no answer in time", "no answer in time");

        // It is taken, and only the goodbye is not answered: that is no reason to send it again.
        (smtp.Answer, smtp.Silence) = (250, SmtpSilence.Quit);
        await HungAsync(kit, 8, () => smtp.Silences == 3);
        smtp.Silence = SmtpSilence.None;
        for (var look = 0; look < 100; look++)
        {
            await kit.LookAsync(1);
        }

        var mail = smtp.Mails.Should().ContainSingle().Subject;
        (mail.From, mail.To.Single()).Should().Be(("pingan@test", "chief@test"));
        Uri.UnescapeDataString(mail.Header("X-PingAn-Key")).Should().EndWith("/chief/mail");
        mail.Header("Subject").Should().StartWith("=?utf-8?", "a Chinese subject is encoded");
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Should().ContainSingle();
        await SoundAsync(kit);
    }

    [Theory]
    [InlineData(true, "right", true)]
    [InlineData(true, "wrong", false)]
    [InlineData(false, "right", false)]
    public async Task A_mail_server_is_told_who_we_are_only_where_its_certificate_is_good(bool isTrusted, string password, bool isTaken)
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var certificate = authority.Issue();
        await using var smtp = new SmtpSink { Certificate = certificate, Login = "pingan right" };
        smtp.Up();
        var pem = (isTrusted ? authority : other).WriteTo(Path.Combine(folder, "authorities.pem"));
        var secret = Path.Combine(folder, "mail");
        await File.WriteAllTextAsync(secret, password, Cancel);
        await using var kit = new NoticeKit(MailYaml(smtp.Port, $"user: pingan, secret: \"file:{secret}\", authorities: \"{pem}\""), sender);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        smtp.Connections.Should().Be(1);
        smtp.Mails.Should().HaveCount(isTaken ? 1 : 0);
        if (isTaken)
        {
            smtp.Mails.Should().OnlyContain(m => m.IsTls && m.User == "pingan");
            return;
        }

        (await FailuresAsync(kit)).Should().ContainSingle().Which.Should().Be(isTrusted ? "the mail server refused the user" : "no TLS with the mail server: its certificate is not good, or it offers none");
    }

    private string Yaml()
    {
        var secret = Path.Combine(folder, "hook");
        File.WriteAllText(secret, Secret + "\n");
        return $$"""
            hosts: [127.0.0.1]
            channels:
              - { name: hook, type: webhook, url: "http://127.0.0.1:{{hook.Port}}/alerts", secret: "file:{{secret}}", timeout: 30s }
              - { name: calls, type: voice, url: "http://127.0.0.1:{{calls.Port}}/call", timeout: 30s }
            contacts:
              - { name: chief, channels: [hook] }
            fallback: calls
            """;
    }

    private static string MailYaml(int port, string more = "timeout: 30s") => $$"""
        hosts: [127.0.0.1]
        channels:
          - { name: mail, type: mail, url: "smtp://127.0.0.1:{{port}}", from: pingan@test, {{more}} }
        contacts:
          - { name: chief, channels: [mail], mail: chief@test }
        """;

    /// <summary>Looks once, waits until the other side hangs, and lets the channel's patience run out.</summary>
    private static async Task HungAsync(NoticeKit kit, double afterSeconds, Func<bool> hangs)
    {
        var look = kit.LookAsync(afterSeconds);
        await Eventually.BecomesTrue(hangs, "the other side has it and hangs", 120);
        kit.Kit.Fake.Advance(TimeSpan.FromSeconds(31));
        await look;
    }

    private static async Task RunAsync(NoticeKit kit, int seconds, Func<bool> until)
    {
        for (var second = 0; second < seconds && !until(); second++)
        {
            await kit.LookAsync(1);
        }

        until().Should().BeTrue();
    }

    private static async Task<IReadOnlyList<string>> FailuresAsync(NoticeKit kit) =>
        [.. (await kit.Kit.EntriesAsync(EntryKind.NoticeFailed)).Select(e => e.Body.Notice!.Attempt!.Reason)];

    /// <summary>The outbox is what the entries make it, all the way.</summary>
    private static async Task SoundAsync(NoticeKit kit)
    {
        await kit.Office.DisposeAsync();
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
        await kit.Kit.ReopenAsync();
        kit.RestartOffice();
    }
}
