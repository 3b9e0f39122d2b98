using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using HdrHistogram;
using PingAnIoT.Simulators;
using PingAnIoT.V1;

namespace PingAnIoT.Bench;

/// <summary>From a gateway's publish to the event on a duty officer's stream, everything on disk in between.</summary>
internal static class LatencyBench
{
    private const string Rules =
        """
        rules:
          - id: methane-now
            title: { zh: 甲烷, en: Methane }
            kind: gas-pipe
            quantity: methane
            when: last
            red: "> 50"
            basis: site
        """;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var report = new Report("Latency: publish to Watch event", "messages/s", "of which change a colour", "events seen", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "server CPU s / s");
        var rate = arguments.Number("rate", 2_000);
        var seconds = arguments.Number("seconds", 20);
        var worst = 0.0;
        foreach (var every in arguments.Text("every") is { } text ? [int.Parse(text, CultureInfo.InvariantCulture)] : new[] { 10, 1 })
        {
            var p99 = await OneAsync(rate, every, seconds, report);
            worst = every == 10 ? p99 : worst;
        }

        report.Note("the time counts from when the message was due, by the same machine's clock, and ends when the client has the event decoded");
        report.Write("latency");
        return worst <= 100_000 ? 0 : 1;
    }

    private static async Task<double> OneAsync(double rate, int every, double seconds, Report report)
    {
        var data = ServerChild.NewDataFolder();
        var rules = Path.Combine(data, "rules.yaml");
        await File.WriteAllTextAsync(rules, Rules + "\n");
        try
        {
            await using var server = await ServerChild.StartAsync(data, new Dictionary<string, string>(StringComparer.Ordinal) { ["Rules"] = rules });
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Grpc}");
            var micros = new LongHistogram(600_000_000, 3);
            using var stop = new CancellationTokenSource();
            var seen = new Seen();
            var watching = WatchAsync(channel, micros, seen, stop.Token);
            await Run(server, rate, every, 3, "warm");
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            seen.IsCounting = true;
            var processor = server.ProcessorTime;
            var changes = await Run(server, rate, every, seconds, "run");
            processor = server.ProcessorTime - processor;
            for (var i = 0; seen.Count < changes && i < 500; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }

            await stop.CancelAsync();
            await watching;
            report.Row(
                Report.Number(rate), $"1 in {every}", $"{Report.Number(seen.Count)} of {Report.Number(changes)}",
                Report.Millis(micros.GetValueAtPercentile(50)), Report.Millis(micros.GetValueAtPercentile(99)), Report.Millis(micros.GetValueAtPercentile(99.9)),
                Report.Millis(micros.GetValueAtPercentile(100)), (processor.TotalSeconds / seconds).ToString("F2", CultureInfo.InvariantCulture));
            return micros.GetValueAtPercentile(99);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<long> Run(ServerChild server, double rate, int every, double seconds, string name)
    {
        var load = new ChangeLoad(rate, every, 1_000, name, TimeProvider.System);
        using var client = new WireClient(
            new WireOptions { Host = "127.0.0.1", Port = server.Mqtt, ClientId = "gw-latency", UserName = "gw-latency", Password = "x", WindowMessages = 4096, WindowBytes = 1 << 20 },
            new WireCounters(), TimeProvider.System);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        await new WireFleet([client], load, TimeProvider.System).RunAsync(stop.Token);
        load.IsStopped = true;
        using var drain = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await new WireFleet([client], load, TimeProvider.System).RunAsync(drain.Token);
        return load.Changes;
    }

    private static async Task WatchAsync(GrpcChannel channel, LongHistogram micros, Seen seen, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new AlertService.AlertServiceClient(channel).Watch(new WatchRequest(), cancellationToken: cancellationToken);
            await foreach (var message in stream.ResponseStream.ReadAllAsync(cancellationToken))
            {
                if (message.Event is { } change && seen.IsCounting)
                {
                    var latency = (TimeProvider.System.GetUtcNow() - change.EventTime.ToDateTimeOffset()).Ticks / 10;
                    micros.RecordValue(Math.Clamp(latency, 1, 600_000_000));
                    seen.Count++;
                }
            }
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // The end of the run.
        }
    }

    private sealed class Seen
    {
        private long count;

        public volatile bool IsCounting;

        public long Count
        {
            get => Volatile.Read(ref count);
            set => Volatile.Write(ref count, value);
        }
    }
}
