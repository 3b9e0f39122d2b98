using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What robots and gateways of messages and calls are sent over a real socket, to the byte, and what of their answers counts as taken.</summary>
public sealed class RobotTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-robots-").FullName;
    private readonly HookSink robot = new();
    private readonly NoticeSender sender = new(new FakeTimeProvider(LedgerKit.Start));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await robot.DisposeAsync();
        await sender.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Signatures were worked out beside the code, of the secret "s3cret" at 2026-03-01 08:00:00 UTC: DingTalk HMAC-SHA256 of "milliseconds\nsecret" under the secret, in the
    /// address; Feishu HMAC-SHA256 of nothing under "seconds\nsecret", in the body. {text} and {subject} stand for the notice's words.
    /// </summary>
    [Theory]
    [InlineData(ChannelType.Wecom, "/send?key=k", "", "/send?key=k", """{"msgtype":"text","text":{"content":{text}}}""")]
    [InlineData(ChannelType.Wecom, "/send?key=k", "s3cret", "/send?key=k", """{"msgtype":"text","text":{"content":{text}}}""")]
    [InlineData(ChannelType.Dingtalk, "/robot/send?access_token=t", "", "/robot/send?access_token=t", """{"msgtype":"text","text":{"content":{text}}}""")]
    [InlineData(ChannelType.Dingtalk, "/robot/send?access_token=t", "s3cret", "/robot/send?access_token=t&timestamp=1772352000000&sign=%2BrB%2BAqUiYFxoYgmRTrX744TBS2CkQiupoovStiHTOCo%3D", """{"msgtype":"text","text":{"content":{text}}}""")]
    [InlineData(ChannelType.Dingtalk, "/robot/send", "s3cret", "/robot/send?timestamp=1772352000000&sign=%2BrB%2BAqUiYFxoYgmRTrX744TBS2CkQiupoovStiHTOCo%3D", """{"msgtype":"text","text":{"content":{text}}}""")]
    [InlineData(ChannelType.Feishu, "/hook/u", "", "/hook/u", """{"msg_type":"text","content":{"text":{text}}}""")]
    [InlineData(ChannelType.Feishu, "/hook/u", "s3cret", "/hook/u", """{"msg_type":"text","content":{"text":{text}},"timestamp":"1772352000","sign":"i7+gNhwELI8dpzddT7CDwQLQ673APU+kJO6e4t1VttQ="}""")]
    [InlineData(ChannelType.Sms, "/sms", "s3cret", "/sms", Own)]
    [InlineData(ChannelType.Voice, "/call", "s3cret", "/call", Own)]
    public async Task Each_is_sent_this_and_nothing_else(ChannelType type, string path, string secret, string target, string body)
    {
        robot.Up();
        robot.Says = """{"errcode":0}""";
        var message = Message();
        (await sender.SendAsync(Channel(type, path, secret), message, Cancel)).Should().BeEmpty();
        var sent = robot.Taken.Should().ContainSingle().Which;
        sent.Line.Should().Be($"POST {target} HTTP/1.1");
        sent.Headers["Content-Type"].Should().Be("application/json; charset=utf-8");

        // Readable as it is written: Chinese is not escaped.
        sent.Text.Should().Contain("燃气管道超压");
        var whole = body.Replace("{text}", JsonSerializer.Serialize(message.Body), StringComparison.Ordinal).Replace("{subject}", JsonSerializer.Serialize(message.Subject), StringComparison.Ordinal);
        JsonNode.Parse(sent.Text)!.ToJsonString().Should().Be(JsonNode.Parse(whole)!.ToJsonString());
        var isOurs = type is ChannelType.Sms or ChannelType.Voice;
        sent.Headers.Keys.Where(h => h.StartsWith("X-", StringComparison.Ordinal) || h == "Idempotency-Key").Order(StringComparer.Ordinal)
            .Should().Equal(isOurs ? ["Idempotency-Key", "X-PingAn-Signature", "X-PingAn-Timestamp"] : Array.Empty<string>());
        if (isOurs)
        {
            sent.IsSignedBy("s3cret").Should().BeTrue();
            sent.Headers["X-PingAn-Timestamp"].Should().Be("1772352000");
            sent.Headers["Idempotency-Key"].Should().Be("K7QM-2XRD-9FVT%2F1%2F%E7%8E%8B%2Fout");
        }
    }

    [Theory]
    [InlineData(ChannelType.Wecom, """{"errcode":0,"errmsg":"ok"}""", "")]
    [InlineData(ChannelType.Wecom, """{"errcode":45009,"errmsg":"api freq out of limit"}""", "the robot answered with code 45009")]
    [InlineData(ChannelType.Wecom, """{"errcode":93000,"errmsg":"invalid webhook url"}""", "the robot answered with code 93000")]
    [InlineData(ChannelType.Dingtalk, """{"errcode":0,"errmsg":"ok"}""", "")]
    [InlineData(ChannelType.Dingtalk, """{"errcode":310000,"errmsg":"sign not match"}""", "the robot answered with code 310000")]
    [InlineData(ChannelType.Dingtalk, """{"errcode":-1,"errmsg":"system busy"}""", "the robot answered with code -1")]
    [InlineData(ChannelType.Feishu, """{"code":0,"data":{},"msg":"success"}""", "")]
    [InlineData(ChannelType.Feishu, """{"StatusCode":0,"StatusMessage":"success"}""", "")]
    [InlineData(ChannelType.Feishu, """{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}""", "the robot answered with code 19021")]
    [InlineData(ChannelType.Feishu, """{"code":9499,"msg":"Bad Request","data":{}}""", "the robot answered with code 9499")]
    [InlineData(ChannelType.Wecom, "{}", "the robot answered with code none")]
    [InlineData(ChannelType.Dingtalk, "[]", "the robot answered with code none")]
    [InlineData(ChannelType.Feishu, """{"code":null}""", "the robot answered with code none")]
    [InlineData(ChannelType.Wecom, """{"errcode":"0"}""", "the robot's answer is not JSON")]
    [InlineData(ChannelType.Dingtalk, """{"errcode":0.5}""", "the robot's answer is not JSON")]
    [InlineData(ChannelType.Feishu, "<html>please sign in</html>", "the robot's answer is not JSON")]
    [InlineData(ChannelType.Wecom, "", "the robot's answer is not JSON")]
    [InlineData(ChannelType.Sms, """{"errcode":1}""", "")]
    public async Task A_robot_says_with_status_200_that_it_has_not_taken_it(ChannelType type, string says, string failure)
    {
        robot.Up();
        robot.Says = says;
        (await sender.SendAsync(Channel(type, "/a", ""), Message(), Cancel)).Should().Be(failure);
    }

    /// <summary>A refusal in the body is a failure like any other: on record, tried again, and delivered once.</summary>
    [Fact]
    public async Task What_a_robot_refuses_is_not_delivered_and_comes_again()
    {
        robot.Up();
        robot.Says = """{"errcode":45009,"errmsg":"api freq out of limit"}""";
        await using var kit = new NoticeKit(
            $$"""
            hosts: [127.0.0.1]
            channels:
              - { name: out, type: wecom, url: "http://127.0.0.1:{{robot.Port}}/send?key=k", timeout: 30s }
            contacts:
              - { name: chief, channels: [out] }
            """,
            sender);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Should().BeEmpty();
        (await kit.Kit.EntriesAsync(EntryKind.NoticeFailed)).Should().ContainSingle().Which.Body.Notice!.Attempt!.Reason.Should().Be("the robot answered with code 45009");
        kit.Office.Health.Channels.Single().FailuresInRow.Should().Be(1);

        robot.Says = """{"errcode":0,"errmsg":"ok"}""";
        await kit.LookAsync(1);
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Should().ContainSingle();
        await kit.LookAsync(60);
        robot.Seen.Should().HaveCount(2);
    }

    private const string Own =
        """
        {"key":"K7QM-2XRD-9FVT/1/王/out","reason":"raised","recipient":"王","alert":"K7QM-2XRD-9FVT","colour":"red","rule":"gas-pipe-overpressure","kind":"gas-pipe","device":"gp-0001",
        "territory":"d01/s03/c07","place":"d01","incident":"","count":1,"time":"2026-03-01T08:00:00.000000Z","subject":{subject},"text":{text},"phone":"13800000000"}
        """;

    private static NoticeMessage Message()
    {
        var start = Micros.From(LedgerKit.Start);
        var alert = NoticeMessage.NoAlert("K7QM-2XRD-9FVT", start) with
        {
            RuleId = "gas-pipe-overpressure", TitleZh = "燃气管道超压", Kind = "gas-pipe", Device = "gp-0001", Territory = "d01/s03/c07", Colour = Severity.Red, PeakColour = Severity.Red,
        };
        var card = new NoticeCard
        {
            Key = "K7QM-2XRD-9FVT/1/王/out", Lane = NoticeLane.Red, Reason = NoticeReason.Raised, Recipient = "王", Channel = "out", AlertId = alert.Id, Sequence = 1, Place = "d01",
            Count = 1, DueMicros = start,
        };
        return new NoticeMessage(card, alert, new Recipient("王", ["out"], Phone: "13800000000"));
    }

    private ChannelConfig Channel(ChannelType type, string path, string secret)
    {
        var file = Path.Combine(folder, "secret");
        File.WriteAllText(file, secret);
        return new ChannelConfig("out", type, new Uri($"http://127.0.0.1:{robot.Port}{path}"), secret.Length > 0 ? "file:" + file : "");
    }
}
