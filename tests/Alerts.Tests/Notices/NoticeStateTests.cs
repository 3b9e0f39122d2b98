using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What holds a notice back beyond its own alert: a gateway that is gone, what was told before a restart, and the file as it is now.</summary>
public class NoticeStateTests
{
    [Fact]
    public async Task Faults_behind_a_gateway_that_is_in_alarm_are_recorded_and_not_told_and_colours_are()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        var gateway = Gateway(kit, "gw-7");
        await kit.PostAsync(gateway.To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        kit.SentTo("chief").Should().ContainSingle("of the gateway itself");

        await kit.PostAsync(
            kit.At("silent-1", "d01/s03/c01").To(Severity.Fault, kit.Kit.Now), kit.At("silent-2", "d01/s03/c02").To(Severity.Fault, kit.Kit.Now),
            kit.At("hot", "d01/s03/c03").To(Severity.Red, kit.Kit.Now), kit.At("elsewhere", "d01/s03/c04", "gw-8").To(Severity.Fault, kit.Kit.Now));
        await kit.LookAsync(1);
        Told(kit, "street").Should().BeEquivalentTo("hot", "elsewhere");
        kit.Kit.Ledger.Book.Alerts.Should().HaveCount(5, "the alerts are there all the same");
        (await HeldAsync(kit, "parent")).Should().Be(2);

        await kit.PostAsync(gateway.To(Severity.Normal, kit.Kit.Now + 1));
        await kit.PostAsync(kit.At("silent-3", "d01/s03/c05").To(Severity.Fault, kit.Kit.Now));
        await kit.LookAsync(1);
        Told(kit, "street").Should().Contain("silent-3", "the gateway is back: this is the device's own");
    }

    [Fact]
    public async Task What_was_told_before_a_restart_is_not_told_again_and_counts_towards_the_window()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        for (var i = 0; i < 4; i++)
        {
            await kit.PostAsync(kit.At($"y{i}", $"d01/s03/c0{i}").To(Severity.Yellow, kit.Kit.Now));
            await kit.LookAsync(1);
        }

        await kit.Office.DisposeAsync();
        await kit.Kit.ReopenAsync();
        kit.RestartOffice();
        await kit.PostAsync(kit.At("same", "d01/s03/c00").To(Severity.Yellow, kit.Kit.Now), kit.At("fifth", "d01/s03/c09").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync(1);
        Told(kit, "street").Should().Equal("y0", "y1", "y2", "y3");
        (await HeldAsync(kit, "grouped"), await HeldAsync(kit, "summary")).Should().Be((1, 1));

        // Once more, with a summary that still gathers: it goes on, and comes once.
        await kit.Office.DisposeAsync();
        await kit.Kit.ReopenAsync();
        kit.RestartOffice();
        await kit.PostAsync(kit.At("sixth", "d01/s03/c08").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync(1);
        await kit.LookAsync(70);
        kit.Sent.Single(s => s.Message.Card.Reason == NoticeReason.Summary).Message.Card.Count.Should().Be(2);
    }

    [Fact]
    public async Task The_file_is_followed_and_one_with_errors_leaves_the_old_one_live()
    {
        using var temp = new TempFolder("notices");
        var path = temp.PathOf("notices.yaml");
        var clock = new FakeTimeProvider(LedgerKit.Start);
        await File.WriteAllTextAsync(path, NoticeTests.Yaml, TestContext.Current.CancellationToken);
        var log = new LogLines<NoticeSource>();
        await using (var source = new NoticeSource(path, clock, log))
        {
            source.Current.Contacts.Should().HaveCount(2);
            Write(NoticeTests.Yaml.Replace("  - { name: chief, channels: [hook] }\n", "", StringComparison.Ordinal));
            clock.Advance(TimeSpan.FromSeconds(1));
            source.Current.Contacts.Should().ContainSingle();

            Write("channels: 7");
            clock.Advance(TimeSpan.FromSeconds(1));
            source.Current.Contacts.Should().ContainSingle("the old one stays live");
            log.Lines.Should().ContainSingle(l => l.Id == 3203);
            clock.Advance(TimeSpan.FromSeconds(5));
            log.Lines.Should().ContainSingle(l => l.Id == 3203, "it is said once");

            File.Delete(path);
            clock.Advance(TimeSpan.FromSeconds(1));
            source.Current.Contacts.Should().ContainSingle("a file that is gone too");
            Write(NoticeTests.Yaml + "\n# later");
            clock.Advance(TimeSpan.FromSeconds(1));
            source.Current.Contacts.Should().HaveCount(2);
        }

        File.Delete(path);
        var start = () => new NoticeSource(path, clock, log);
        start.Should().Throw<IOException>("a server does not start without the file it is named");

        void Write(string text)
        {
            File.WriteAllText(path, text);
            File.SetLastWriteTimeUtc(path, clock.GetUtcNow().UtcDateTime.AddSeconds(text.Length));
        }
    }

    [Fact]
    public async Task A_file_that_changes_is_what_the_next_notice_goes_by()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Answer = (_, _) => "status 503";
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        kit.Config = NoticeFile.Parse(NoticeTests.Yaml.Replace("name: street,", "name: street, mail: s@test,", StringComparison.Ordinal), "n").Config!;
        kit.Answer = (_, _) => "";
        await kit.LookAsync(1);
        kit.Sent.Single().Message.Recipient.Mail.Should().Be("s@test", "a card holds a name, and not what the name stood for");
        kit.Config = NoticeFile.Parse(NoticeTests.Yaml.Replace("hook.test/b", "hook.test/c", StringComparison.Ordinal).Replace("{ name: street, territory: d01/s03, channels: [hook] }", "{ name: night, territory: d01/s03, channels: [hook] }", StringComparison.Ordinal), "n").Config!;
        await kit.PostAsync(kit.At("b", "d01/s03/c08").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync(1);
        kit.SentTo("night").Should().ContainSingle();
    }

    private static Plant Gateway(NoticeKit kit, string name)
    {
        var kind = Catalog.Default.FindKind(Catalog.GatewayKind);
        return new Plant(name, "gateway-offline")
        {
            Device = new DeviceRecord { Device = name, Kind = kind, Gateways = [name], Territory = "" },
            Rule = kit.At(name, "").Rule with { Id = "gateway-offline", Kind = kind },
        };
    }

    private static IEnumerable<string> Told(NoticeKit kit, string recipient) =>
        kit.Sent.Where(s => s.Message.Recipient.Name == recipient && s.Message.Card.Reason == NoticeReason.Raised).Select(s => s.Message.Alert.Device);

    private static async Task<int> HeldAsync(NoticeKit kit, string reason) =>
        (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Sum(e => e.Body.Notice!.Plan!.Held.GetValueOrDefault(reason));
}
