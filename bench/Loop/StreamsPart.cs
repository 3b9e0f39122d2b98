using HdrHistogram;
using PingAnIoT.V1;

namespace PingAnIoT.Bench;

/// <summary>
/// A thousand officers, each with a community of his own, while alerts come all over the city: from the commit to the event decoded at the officer's.
/// Then the same with twenty more who watch the whole city and read nothing.
/// </summary>
internal static class StreamsPart
{
    private const int PerConnection = 50;
    private const int Frozen = 20;
    private const int Gateways = 4;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var isSmall = arguments.Has("small");
        var officers = arguments.Count("officers", isSmall ? 50 : LoopCity.Communities);
        var rate = arguments.Number("rate", isSmall ? 100 : 500);
        var seconds = arguments.Number("seconds", isSmall ? 2 : 20);
        var report = new Report(
            "The loop: officers' streams", "streams, each of its own community", "frozen ones beside", "alerts a second", "events seen", "p50 ms", "p99 ms", "longest ms", "goal", "")
        {
            Company = "gateways and officers on the same cores",
        };
        var devices = (int)(rate * seconds);
        await using var city = await LoopCity.StartAsync(devices * 3, Gateways, officers + Frozen, officers);
        var micros = new LongHistogram(600_000_000, 3);
        var watchers = new List<Watcher>();
        var channel = city.Channel();
        for (var i = 0; i < officers; i++)
        {
            channel = i % PerConnection == 0 ? city.Channel() : channel;
            watchers.Add(new Watcher(micros));
            watchers[i].Start(channel, LoopCity.Token("officer-" + i, LoopCity.TerritoryOf(i)));
        }

        await Task.WhenAll(watchers.Select(w => w.Ready.Task));

        // The first third warms up.
        var wanted = await RaiseAsync(0);
        await WaitAsync(() => watchers.Sum(w => w.Events) >= wanted);
        micros.Reset();
        var isWhole = true;
        var p99 = 0.0;
        foreach (var frozen in new[] { 0, Frozen })
        {
            var idle = Enumerable.Range(0, frozen).Select(i => Freeze(city, i)).ToList();
            wanted += await RaiseAsync(frozen == 0 ? devices : devices * 2);
            await WaitAsync(() => watchers.Sum(w => w.Events) >= wanted);
            var seen = watchers.Sum(w => w.Events);
            isWhole &= seen == wanted;
            lock (micros)
            {
                p99 = Math.Max(p99, micros.GetValueAtPercentile(99));
                report.Row(
                    Report.Number(officers), frozen, Report.Number(rate), $"{Report.Number(seen)} of {Report.Number(wanted)}", Report.Millis(micros.GetValueAtPercentile(50)),
                    Report.Millis(micros.GetValueAtPercentile(99)), Report.Millis(micros.GetValueAtPercentile(100)), "p99 250 ms",
                    LoopBench.Said(seen == wanted && micros.GetValueAtPercentile(99) <= 250_000));
                micros.Reset();
            }

            idle.ForEach(i => i.Dispose());
        }

        foreach (var watcher in watchers)
        {
            await watcher.DisposeAsync();
        }

        report.Note($"{PerConnection} streams to a connection; the frozen ones each on their own, of the whole city, and nobody reads them; the server's memory was {city.Server.PeakBytes >> 20} MiB at most");
        LoopBench.Keep(report, "streams", arguments);
        return isWhole && (isSmall || p99 <= 250_000) ? 0 : 1;

        async Task<long> RaiseAsync(int from)
        {
            await city.PublishAsync(from, from + devices, rate, _ => 45);
            return devices;
        }
    }

    private static Grpc.Core.AsyncServerStreamingCall<WatchResponse> Freeze(LoopCity city, int number) =>
        new AlertService.AlertServiceClient(city.Channel()).Watch(new WatchRequest(), LoopCity.Token("frozen-" + number, "/"));

    private static async Task WaitAsync(Func<bool> isSo)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!isSo() && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
