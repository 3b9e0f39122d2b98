using System.Diagnostics;
using System.Globalization;
using System.Text;
using HdrHistogram;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// The pipeline without a network: lanes that decode, journal (written and synced), release and judge as fast as they are let.
/// What it says is the most that any edge in front of it can reach; then the time to restart on what it left.
/// </summary>
internal static class PipelineBench
{
    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var lanes = arguments.Count("connections", 123);
        var devices = arguments.Count("devices", 100_000);
        var batch = arguments.Count("batch", 64);
        var seconds = arguments.Count("seconds", 5);
        var folder = arguments.Text("data") ?? Directory.CreateTempSubdirectory("pingan-bench-").FullName;
        var options = new IngestOptions { DataDirectory = folder, Shards = arguments.Count("shards", 1), SnapshotBytes = 1L << 40 };
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        var rules = arguments.Has("no-rules") ? RuleSet.Empty : RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).RuleSet!;
        var pipeline = new IngestPipeline(options, Register(lanes, devices), rules, new NoSink(), TimeProvider.System, NullLoggerFactory.Instance, meters);
        await pipeline.StartAsync().ConfigureAwait(false);
        var sources = Enumerable.Range(0, lanes).Select(i => new Source($"g{i}")).ToList();
        var allocated = GC.GetTotalAllocatedBytes();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var until = began + (seconds * Stopwatch.Frequency);
        await Task.WhenAll(sources.Select((s, i) => Task.Run(() => PublishAsync(pipeline, s, i, lanes, devices, batch, until)))).ConfigureAwait(false);
        while (pipeline.Health is not { JournalPendingBytes: 0, UnevaluatedBytes: 0 })
        {
            await Task.Yield();
        }

        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        process.Refresh();
        var latency = new LongHistogram(TimeSpan.TicksPerMinute, 2);
        sources.ForEach(s => latency.Add(s.Latency));
        var counters = pipeline.Intake.Counters;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pipeline: {counters.Accepted / took:f0} messages/s, {counters.ReadingsAccepted / took:f0} readings/s, {counters.DeadLettered} dead-lettered, {(process.TotalProcessorTime - cpu).TotalSeconds / took:f2} CPUs"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  durable after p50 {latency.GetValueAtPercentile(50) / 1000.0:f2} ms, p99 {latency.GetValueAtPercentile(99) / 1000.0:f2} ms, max {latency.GetValueAtPercentile(100) / 1000.0:f2} ms; {(GC.GetTotalAllocatedBytes() - allocated) / (double)counters.Received:f1} B allocated a message"));
        await pipeline.AbandonAsync().ConfigureAwait(false);
        var again = new IngestPipeline(options, Register(lanes, devices), rules, new NoSink(), TimeProvider.System, NullLoggerFactory.Instance, meters);
        var restart = Stopwatch.GetTimestamp();
        await again.StartAsync().ConfigureAwait(false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  restart with {again.Recovery!.Messages} messages to replay: {Stopwatch.GetElapsedTime(restart).TotalSeconds:f2} s"));
        await again.StopAsync().ConfigureAwait(false);
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static DeviceRegister Register(int lanes, int devices)
    {
        var register = new DeviceRegister(Catalog.Default);
        var kind = Catalog.Default.FindKind("charging-pile");
        for (var i = 0; i < devices; i++)
        {
            register.Register(new DeviceRecord { Device = $"pile-{i:d7}", Kind = kind, Gateways = [$"g{i % lanes}"] });
        }

        return register;
    }

    private static async Task PublishAsync(IngestPipeline pipeline, Source source, int lane, int lanes, int devices, int batchMessages, long until)
    {
        using var way = pipeline.Intake.OpenLane(source);
        var own = Enumerable.Range(0, devices).Where(d => d % lanes == lane).ToList();
        var topics = own.ConvertAll(d => Encoding.UTF8.GetBytes($"pingan/v1/{source.Gateway}/charging-pile/pile-{d:d7}"));
        var payload = new byte[256];
        var next = 0;
        while (Stopwatch.GetTimestamp() < until)
        {
            var batch = await way.RentAsync(CancellationToken.None).ConfigureAwait(false);
            var time = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            for (var i = 0; i < batchMessages; i++, next++)
            {
                Utf8Text(payload, time, next, out var length);
                batch.Add(topics[next % topics.Count], payload.AsSpan(0, length), PayloadFormat.Json, (ushort)((next % 60_000) + 1));
            }

            source.Submitted();
            way.Submit(batch);
        }
    }

    private static void Utf8Text(Span<byte> to, long time, int n, out int length) => System.Text.Unicode.Utf8.TryWrite(
        to, CultureInfo.InvariantCulture, $"{{\"t\":{time / 1000}.{time % 1000:d3},\"current\":{16 + (n % 16)}.25,\"voltage\":{220 + (n % 9)}.5,\"temperature\":{20 + (n % 20)}.75}}", out length);

    private sealed class NoSink : ITransitionSink
    {
        public void Post(Transition transition)
        {
        }

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Threading: submitted to by its publisher, told by the release thread; batches come back in order.</summary>
    private sealed class Source(string gateway) : IMessageSource
    {
        private readonly Queue<long> under = new();

        public string Gateway { get; } = gateway;

        /// <summary>Microseconds from submission to being on disk.</summary>
        public LongHistogram Latency { get; } = new(TimeSpan.TicksPerMinute, 2);

        public void Submitted()
        {
            lock (under)
            {
                under.Enqueue(Stopwatch.GetTimestamp());
            }
        }

        public void OnDurable(MessageBatch batch)
        {
            lock (under)
            {
                Latency.RecordValue((long)Stopwatch.GetElapsedTime(under.Dequeue()).TotalMicroseconds);
            }
        }
    }
}
