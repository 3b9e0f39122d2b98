using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// The generator against a sink that acknowledges everything: it has to be well above what it is to measure. With <c>--rate</c> it goes at a rate,
/// and <c>--idle</c> adds connections that say nothing.
/// </summary>
internal static class GeneratorBench
{
    private const double Floor = 150_000;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        try
        {
            return await MeasureAsync(arguments);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(BenchArguments arguments)
    {
        using var sink = await AckSink.StartAsync();
        var speaking = arguments.Count("connections", 123);
        var all = speaking + arguments.Count("idle", 0);
        var rate = arguments.Number("rate", 0);
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var clock = TimeProvider.System.GetTimestamp();
        var (connected, begun, sinkBegun, took) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        using var run = new FleetRun(
            new WireOptions { Host = "127.0.0.1", Port = sink.Port, ClientId = "", WindowMessages = arguments.Count("window", 1024), KeepAliveSeconds = arguments.Count("keep-alive", 60) },
            new SteadySource(all, speaking, arguments.Count("devices", 100_000), rate > 0 ? rate : 1_000_000),
            [.. Enumerable.Range(0, all).Select(SteadySource.Name)],
            new FleetPace { FromSeconds = SteadySource.Begin, Speed = rate > 0 ? 1 : double.PositiveInfinity, Qos = arguments.Count("qos", 1), LeadSeconds = 1 },
            TimeProvider.System)
        {
            Grace = TimeSpan.FromSeconds(60),
            Beginning = () =>
            {
                took = TimeProvider.System.GetElapsedTime(clock);
                (connected, begun, sinkBegun) = (self.TotalProcessorTime - before, self.TotalProcessorTime, sink.ProcessorTime);
            },
        };
        var result = await run.RunAsync(TimeSpan.FromSeconds(arguments.Number("seconds", 5)), CancellationToken.None);
        self.Refresh();
        var (c, seconds) = (result.Counters, result.Elapsed.TotalSeconds);
        var perSecond = c.Published / seconds;
        Line($"{c.Connected:N0} connections in {took.TotalSeconds:F2} s ({connected.TotalSeconds:F2} s of processor), lost {c.Disconnected:N0}; {self.WorkingSet64 >> 20:N0} MiB resident");
        Line($"published {c.Published:N0}, acknowledged {c.Acknowledged:N0}: {perSecond:N0} messages/s, {result.Readings / seconds:N0} readings/s over {seconds:F2} s");
        Line($"processor: generator {(self.TotalProcessorTime - begun).TotalSeconds / seconds:P0}, sink {(sink.ProcessorTime - sinkBegun).TotalSeconds / seconds:P0} of a core");
        Line($"{(rate > 0 ? "due" : "publish")} to PUBACK: p50 {Millis(50)} ms, p99 {Millis(99)} ms, p99.9 {Millis(99.9)} ms, max {c.AckMicros.GetMaxValue() / 1000.0:F2} ms");
        return rate > 0 || perSecond >= Floor ? 0 : 1;

        double Millis(double percentile) => c.AckMicros.GetValueAtPercentile(percentile) / 1000.0;
        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
