using System.Globalization;
using HdrHistogram;

namespace PingAnIoT.Simulators;

/// <summary>Where a load goes and for how long.</summary>
public sealed record LoadTarget
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    public WireVersion Version { get; init; } = WireVersion.Mqtt311;

    public int WindowMessages { get; init; } = 1024;

    public string? Password { get; init; } = "simulated";

    /// <summary>Stops publishing after this; acknowledgements under way are then waited for.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the last acknowledgements.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a load run did.</summary>
/// <param name="Counters">All connections together.</param>
/// <param name="Readings">Published.</param>
/// <param name="Elapsed">From the first publish to the last acknowledgement.</param>
public sealed record LoadResult(WireCounters Counters, long Readings, TimeSpan Elapsed)
{
    public double MessagesPerSecond => Counters.Acknowledged / Elapsed.TotalSeconds;
}

/// <summary>Runs one uniform load on one thread: <c>pinganiot simulate</c> and the benchmarks.</summary>
public sealed class LoadRun(LoadTarget target, LoadShape shape, TimeProvider time)
{
    private readonly WireCounters counters = new();

    public WireCounters Counters => counters;

    /// <summary>Called when every message is made and every connection stands, just before the first publish: a clock that starts here counts no preparations.</summary>
    public Action? Opening { get; init; }

    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        var clients = Enumerable.Range(0, shape.Gateways).Select(Client).ToList();
        try
        {
            var gate = new Gate(shape, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var running = new WireFleet(clients, gate, time).RunAsync(stop.Token);
            await PollAsync(() => clients.All(c => c.IsOpen), TimeSpan.FromSeconds(15), cancellationToken);
            if (counters.Connected == 0)
            {
                await stop.CancelAsync();
                await running;
                throw new IOException($"nobody answers at {target.Host}:{target.Port} (CONNACK code {clients[0].ConnackCode})");
            }

            Opening?.Invoke();
            var start = time.GetTimestamp();
            gate.Open();
            await PollAsync(() => gate.IsDone, target.Duration, cancellationToken);
            gate.Shut();
            await PollAsync(() => clients.All(c => c.InFlight == 0), target.Grace, cancellationToken);
            var elapsed = time.GetElapsedTime(start);
            await stop.CancelAsync();
            await running;
            return new LoadResult(counters, gate.Readings, elapsed);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    /// <summary>The result as the lines that <c>simulate</c> prints.</summary>
    public static IEnumerable<string> Describe(LoadResult result)
    {
        var c = result.Counters;
        var h = c.AckMicros;
        yield return Line($"published {c.Published:N0}, acknowledged {c.Acknowledged:N0}, refused {c.Refused:N0}, sent again {c.Resent:N0}, connections lost {c.Disconnected:N0}");
        yield return Line($"{result.MessagesPerSecond:N0} messages/s, {result.Readings / result.Elapsed.TotalSeconds:N0} readings/s over {result.Elapsed.TotalSeconds:F2} s");
        yield return Line($"publish to PUBACK: p50 {Millis(50)} ms, p99 {Millis(99)} ms, p99.9 {Millis(99.9)} ms, max {h.GetMaxValue() / 1000.0:F2} ms");

        string Millis(double percentile) => (h.GetValueAtPercentile(percentile) / 1000.0).ToString("F2", CultureInfo.InvariantCulture);
        static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private WireClient Client(int gateway)
    {
        var client = new WireClient(
            new WireOptions
            {
                Host = target.Host,
                Port = target.Port,
                ClientId = LoadShape.GatewayName(gateway),
                UserName = LoadShape.GatewayName(gateway),
                Password = target.Password,
                Version = target.Version,
                WindowMessages = target.WindowMessages,
                WindowBytes = Math.Max(64 * 1024, Math.Min(target.WindowMessages * (64 + shape.PayloadBytes + (shape.ReadingsPerMessage * 40)), 1024 * 1024)),
            },
            counters,
            time);
        ReadingLoad.Prepare(client, shape, gateway);
        return client;
    }

    private async Task PollAsync(Func<bool> isSo, TimeSpan longest, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!isSo() && time.GetElapsedTime(start) < longest && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), time, CancellationToken.None);
        }
    }

    /// <summary>Holds the load back until every connection stands, and ends it. Threading: flags set from outside, read by the fleet.</summary>
    private sealed class Gate(LoadShape shape, TimeProvider time) : IWireLoad
    {
        private volatile ReadingLoad? load;
        private volatile bool isShut;

        public bool IsDone => load?.IsDone == true;

        public long Readings => load?.Readings ?? 0;

        public void Open() => load = new ReadingLoad(shape, time);

        public void Shut() => isShut = true;

        public long Fill(WireClient client, long now) =>
            isShut ? long.MaxValue : load is null ? now + (time.TimestampFrequency / 200) : load.Fill(client, now);
    }
}
