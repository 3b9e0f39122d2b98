using System.Globalization;
using MQTTnet;
using MQTTnet.Protocol;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// T-19: officers whose machine stands still or whose line is cut are found out and cost nobody anything. The times are said and not held to:
/// a slow machine makes them longer.
/// </summary>
public sealed class DeadOfficerTests
{
    private const int Good = 160;
    private const int Dead = 40;
    private const int Before = 20;
    private const int After = 100;
    private const long RssPerStreamBytes = 1024 * 1024;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task T19_forty_of_two_hundred_streams_go_dead_and_the_others_see_everything_and_the_forty_resume_without_gap_or_repeat()
    {
        using var temp = new TempFolder("dead-officers");
        var data = temp.FullName;
        await using var server = await PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal) { ["Rules"] = TestRules.Write(data, TestRules.Methane) });
        using var gateway = new MqttClientFactory().CreateMqttClient();
        await gateway.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", server.Mqtt).WithClientId("gw").WithCredentials("gw", "x").WithTimeout(Long).Build());
        var resident = Resident(server.Id);
        using var good = new OfficerCrowd(perConnection: 20);
        using var dead = new OfficerCrowd(perConnection: 1);
        await using var line = new StallProxy(server.Grpc);
        for (var i = 0; i < Good; i++)
        {
            good.Add(server.Grpc);
        }

        for (var i = 0; i < Dead; i++)
        {
            dead.Add(line.Port);
        }

        await Until.SoAsync(() => good.Streams.Concat(dead.Streams).All(s => s.IsReady), Long, "every stream is open");
        await RaiseAsync("before", Before);
        await Until.SoAsync(() => good.Streams.Concat(dead.Streams).All(s => s.HasSeen($"before-{Before - 1}")), Long, "all have seen what was before");
        using var officer = new Officer(server.Grpc);
        line.Die();
        var died = TimeProvider.System.GetTimestamp();
        await RaiseAsync("after", After);
        var last = $"after-{After - 1}";
        await Until.SoAsync(() => good.Streams.TrueForAll(s => s.HasSeen(last)), Long, "the others see everything");
        var others = TimeProvider.System.GetElapsedTime(died);
        await Until.SoAsync(async () => (await officer.Fleet.GetCountersAsync(new GetCountersRequest())).Watchers == Good, Long, "the dead ones are found out");
        var found = TimeProvider.System.GetElapsedTime(died);
        var growth = Math.Max(0, Resident(server.Id) - resident);

        using var again = new OfficerCrowd(perConnection: 10);
        foreach (var stream in dead.Streams)
        {
            await stream.LeaveAsync();
            again.Add(server.Grpc, stream);
        }

        await Until.SoAsync(() => again.Streams.TrueForAll(s => s.HasSeen(last)), Long, "those who come back see the rest");
        var whole = UpTo(good.Streams[0], last);
        var wrong = good.Streams.Concat(again.Streams).Count(s => !UpTo(s, last).SequenceEqual(whole));
        var lost = dead.Streams.Count(s => s.HasSeen(last));
        var tooLarge = growth > (Good + Dead) * RssPerStreamBytes ? 1 : 0;
        foreach (var stream in good.Streams.Concat(again.Streams))
        {
            await stream.LeaveAsync();
        }

        ThreatLine.Print("T-19", Good + Dead, wrong + lost + tooLarge,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Dead} dead found out after {found.TotalSeconds:F1} s, all {After} alerts on the other {Good} streams after {others.TotalSeconds:F1} s, {growth / 1024.0 / (Good + Dead):F0} KiB a stream"));
        (wrong, lost, tooLarge).Should().Be((0, 0, 0));
        whole.Count.Should().BeGreaterThanOrEqualTo(Before + After);

        async Task RaiseAsync(string name, int count)
        {
            for (var i = 0; i < count; i++)
            {
                await gateway.PublishAsync(new MqttApplicationMessageBuilder()
                    .WithTopic($"pingan/v1/gw/gas-pipe/{name}-{i}").WithPayload("""{"methane":60}""").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());
            }
        }
    }

    private static List<long> UpTo(CrowdStream stream, string device)
    {
        var events = stream.Events;
        var end = events.First(e => e.Device == device).Sequence;
        return [.. events.Where(e => e.Sequence <= end).Select(e => e.Sequence)];
    }

    private static long Resident(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;
}
