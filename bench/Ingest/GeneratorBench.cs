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

    /// <summary>Several rounds, and the middle one counts; one where a rate is given, which is to look at and not kept.</summary>
    private static async Task<int> MeasureAsync(BenchArguments arguments)
    {
        var rate = arguments.Number("rate", 0);
        var rounds = new List<Round>();
        for (var left = rate > 0 ? 1 : arguments.Count("rounds", 3); left > 0; left--)
        {
            rounds.Add(await RoundAsync(arguments, rate));
        }

        var qos = arguments.Count("qos", 1);
        var report = new Report(
            $"The generator alone: QoS {qos} messages of 120 bytes to a sink that only acknowledges",
            "round", "connections", "connected in s", "acknowledged messages/s", "readings/s", "generator, of one core", "sink, of one core", "publish to PUBACK p50 / p99 / p99.9 / max ms", "lost connections")
        {
            Company = "the sink in a process of its own on the same cores",
        };
        for (var i = 0; i < rounds.Count; i++)
        {
            var r = rounds[i];
            report.Row(
                i + 1, r.Connections, Text($"{r.ConnectSeconds:F2}"), Report.Number(r.PerSecond), Report.Number(r.ReadingsPerSecond), Text($"{r.Own:P0}"), Text($"{r.Sink:P0}"),
                Text($"{Report.Millis(r.AckMicros.GetValueAtPercentile(50))} / {Report.Millis(r.AckMicros.GetValueAtPercentile(99))} / {Report.Millis(r.AckMicros.GetValueAtPercentile(99.9))} / {Report.Millis(r.AckMicros.GetMaxValue())}"),
                r.Disconnected);
        }

        var median = rounds.Select(r => r.PerSecond).Order().ElementAt(rounds.Count / 2);
        report.Note(Text($"The middle round has {median:N0} messages/s; it must be {Floor:N0} or more, well above what the generator is to measure."));
        report.Note(Text($"{Environment.WorkingSet >> 20:N0} MiB resident at the end."));
        if (rate > 0 || arguments.Has("no-results") || qos != 1)
        {
            report.Print();
        }
        else
        {
            report.Write("generator");
        }

        return rate > 0 || median >= Floor ? 0 : 1;
    }

    private static async Task<Round> RoundAsync(BenchArguments arguments, double rate)
    {
        using var sink = await AckSink.StartAsync();
        var speaking = arguments.Count("connections", 123);
        var all = speaking + arguments.Count("idle", 0);
        var clock = TimeProvider.System.GetTimestamp();
        var (begun, sinkBegun, took) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        using var run = new FleetRun(
            new WireOptions { Host = "127.0.0.1", Port = sink.Port, ClientId = "", WindowMessages = arguments.Count("window", 1024), KeepAliveSeconds = arguments.Count("keep-alive", 60) },
            new SteadySource(all, speaking, arguments.Count("devices", 100_000), rate > 0 ? rate : 1_000_000),
            [.. Enumerable.Range(0, all).Select(SteadySource.Name)],
            new FleetPace { FromSeconds = SteadySource.Begin, Speed = rate > 0 ? 1 : double.PositiveInfinity, Qos = arguments.Count("qos", 1), LeadSeconds = 1 },
            TimeProvider.System)
        {
            Grace = TimeSpan.FromSeconds(60),
            Beginning = () => (took, begun, sinkBegun) = (TimeProvider.System.GetElapsedTime(clock), Environment.CpuUsage.TotalTime, sink.ProcessorTime),
        };
        var result = await run.RunAsync(TimeSpan.FromSeconds(arguments.Number("seconds", 5)), CancellationToken.None);
        var (c, seconds) = (result.Counters, result.Elapsed.TotalSeconds);
        var isTold = arguments.Count("qos", 1) > 0;
        return new Round(
            all, took.TotalSeconds, (isTold ? c.Acknowledged : c.Published) / seconds, (isTold ? result.ReadingsAcknowledged : result.Readings) / seconds, (Environment.CpuUsage.TotalTime - begun).TotalSeconds / seconds,
            (sink.ProcessorTime - sinkBegun).TotalSeconds / seconds, c.Disconnected, c.AckMicros);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Round(
        int Connections, double ConnectSeconds, double PerSecond, double ReadingsPerSecond, double Own, double Sink, long Disconnected, LongHistogram AckMicros);
}
