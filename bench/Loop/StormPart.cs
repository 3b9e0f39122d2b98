using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using HdrHistogram;
using PingAnIoT.Alerts;
using PingAnIoT.V1;

namespace PingAnIoT.Bench;

/// <summary>
/// 100,000 alerts in 10 s, by MQTT, a tenth of them red; ten districts' officers watch. When all has come and is over, each alert is acknowledged by one
/// officer and closed by another over gRPC. Nothing may be lost, and the ledger must be sound.
/// </summary>
internal static class StormPart
{
    private const int Gateways = 4;
    private const int Districts = 10;
    private const int CommandsUnderWay = 256;
    private const double Seconds = 10;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var alerts = arguments.Count("alerts", arguments.Has("small") ? 2_000 : 100_000);
        var report = new Report("The loop: a storm of alerts, worked off", "what", "figure", "goal", "") { Company = "gateways and officers on the same cores" };
        await using var city = await LoopCity.StartAsync(alerts, Gateways, 100);
        var (micros, red, raised) = (new LongHistogram(600_000_000, 3), new LongHistogram(600_000_000, 3), new ConcurrentDictionary<string, string>(StringComparer.Ordinal));
        var watchers = new List<Watcher>();
        for (var i = 0; i < Districts; i++)
        {
            var watcher = new Watcher(micros, red, e =>
            {
                if (e.Type == EventType.Raised)
                {
                    raised[e.Alert.Device] = e.AlertId;
                }
            });
            watchers.Add(watcher);
            watcher.Start(city.Channel(), LoopCity.Token("duty-" + i, "d" + i));
            await watcher.Ready.Task;
        }

        var watch = Stopwatch.StartNew();
        await city.PublishAsync(0, alerts, alerts / Seconds, i => i % 10 == 0 ? 60 : i % 10 < 5 ? 45 : 25);
        var sent = watch.Elapsed.TotalSeconds;
        await WaitAsync(() => raised.Count >= alerts);
        var all = watch.Elapsed.TotalSeconds;
        report.Row("alerts raised, by their gateways' acknowledgements", $"{Report.Number(alerts)} in {sent:F1} s", "10 s", "");
        report.Row("on their officers' streams", $"{Report.Number(raised.Count)} after {all:F1} s", "none lost", LoopBench.Said(raised.Count == alerts));
        var worst = red.GetValueAtPercentile(100);
        report.Row(
            $"{Report.Number(red.TotalCount)} reds, from commit to stream: p50, p99, longest",
            $"{Report.Millis(red.GetValueAtPercentile(50))}, {Report.Millis(red.GetValueAtPercentile(99))}, {Report.Millis(worst)} ms", "1 s", LoopBench.Said(worst <= 1_000_000));

        await city.PublishAsync(0, alerts, alerts / Seconds, _ => 1);
        await WaitAsync(() => watchers.Sum(w => w.Events) >= alerts * 2L);
        var ids = raised.Values.ToList();
        watch.Restart();
        var acknowledged = await EachAsync(city, ids, "wang", (client, id, token) => client.AcknowledgeAsync(new AcknowledgeRequest { Id = id, Note = "seen to" }, token).ResponseAsync);
        var acknowledging = watch.Elapsed.TotalSeconds;
        watch.Restart();
        var closed = await EachAsync(city, ids, "li", (client, id, token) => client.CloseAsync(new CloseRequest { Id = id, Verdict = V1.Verdict.False, Note = "nothing there" }, token).ResponseAsync);
        var closing = watch.Elapsed.TotalSeconds;
        var rate = (acknowledged + closed) / (acknowledging + closing);
        report.Row("acknowledged over gRPC", $"{Report.Number(acknowledged)} at {acknowledged / acknowledging:F0} a second", "2,000 a second", LoopBench.Said(acknowledged / acknowledging >= 2_000));
        report.Row("closed over gRPC", $"{Report.Number(closed)} at {closed / closing:F0} a second", "2,000 a second", LoopBench.Said(closed / closing >= 2_000));
        await WaitAsync(() => watchers.Sum(w => w.Events) >= alerts * 4L);
        foreach (var watcher in watchers)
        {
            await watcher.DisposeAsync();
        }

        var peak = city.Server.PeakBytes;
        await city.Server.StopAsync();
        var verified = LedgerVerifier.Verify(Path.Combine(city.Data, "ledger"));
        report.Row("ledger", $"{Report.Number(verified.Entries)} entries, {(verified.IsSound ? "sound" : string.Join("; ", verified.Findings))}", "sound", LoopBench.Said(verified.IsSound));
        report.Note($"{Gateways} gateways, {Districts} officers' streams, {CommandsUnderWay} commands under way; the server's memory was {peak >> 20} MiB at most");
        report.Note("by the rules all alerts are over before they are worked off; nothing falls due meanwhile");
        LoopBench.Keep(report, "storm", arguments);
        var isWhole = raised.Count == alerts && acknowledged == alerts && closed == alerts && verified.IsSound;
        return isWhole && (arguments.Has("small") || (worst <= 1_000_000 && rate >= 2_000)) ? 0 : 1;
    }

    private static async Task<int> EachAsync(
        LoopCity city, List<string> ids, string officer, Func<V1.AlertService.AlertServiceClient, string, Metadata, Task> act)
    {
        var token = LoopCity.Token(officer, "/");
        var (next, done) = (-1, 0);
        var clients = Enumerable.Range(0, 4).Select(_ => new V1.AlertService.AlertServiceClient(city.Channel())).ToArray();
        await Task.WhenAll(Enumerable.Range(0, CommandsUnderWay).Select(worker => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var at && at < ids.Count)
            {
                await act(clients[worker % clients.Length], ids[at], token);
                Interlocked.Increment(ref done);
            }
        })));
        return done;
    }

    /// <summary>Two minutes at most: what has not come by then is told as lost.</summary>
    private static async Task WaitAsync(Func<bool> isSo)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!isSo() && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromMinutes(2))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
