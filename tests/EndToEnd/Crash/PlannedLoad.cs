using PingAnIoT.Simulators;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// Publishes planned messages of one publisher in a given order, and remembers which were acknowledged.
/// Threading: filled by the fleet's thread; read from outside once the fleet has stopped, the counts at any time.
/// </summary>
public sealed class PlannedLoad(int publisher, Func<long, long> numberAt, long count, double perSecond) : IWireLoad
{
    private long next;
    private long acknowledged;
    private long start;

    public HashSet<long> Acknowledged { get; } = [];

    public long AcknowledgedCount => Volatile.Read(ref acknowledged);

    public long PublishedCount => Volatile.Read(ref next);

    /// <summary>Nothing new from here on.</summary>
    public bool IsStopped { get; set; }

    public bool IsDone => (IsStopped || PublishedCount == count) && AcknowledgedCount == PublishedCount;

    public WireClient Client(int port, WireCounters counters) => new(
        new WireOptions
        {
            Host = "127.0.0.1", Port = port, ClientId = PlannedMessages.Gateway(publisher), UserName = PlannedMessages.Gateway(publisher), Password = "x",
            CleanSession = false, WindowMessages = 64, ReconnectMilliseconds = 5,
        },
        counters,
        TimeProvider.System)
    {
        Load = this,
        Acknowledged = (_, tag, _) =>
        {
            Acknowledged.Add(tag);
            acknowledged++;
        },
    };

    public long Fill(WireClient client, long now)
    {
        start = start == 0 ? now : start;
        while (!IsStopped && next < count)
        {
            var due = perSecond > 0 ? start + (long)(next / perSecond * TimeProvider.System.TimestampFrequency) : now;
            if (due > now)
            {
                return due;
            }

            var number = numberAt(next);
            if (client.TryPublish(PlannedMessages.Frame(publisher, number), number, now).IsEmpty)
            {
                return long.MaxValue;
            }

            next++;
        }

        return long.MaxValue;
    }
}

/// <summary>One fleet for many planned loads.</summary>
public sealed class PlannedFleet : IWireLoad, IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<WireClient> clients;
    private readonly Task running;

    public PlannedFleet(int port, IReadOnlyList<PlannedLoad> loads)
    {
        Loads = loads;
        clients = [.. loads.Select(l => l.Client(port, Counters))];
        running = new WireFleet(clients, this, TimeProvider.System).RunAsync(stop.Token);
    }

    public IReadOnlyList<PlannedLoad> Loads { get; }

    public WireCounters Counters { get; } = new();

    public long Fill(WireClient client, long now) => ((PlannedLoad)client.Load!).Fill(client, now);

    public Task DoneAsync(TimeSpan longest) => Until.SoAsync(
        () =>
        {
            if (running.IsFaulted)
            {
                running.GetAwaiter().GetResult();
            }

            return Loads.All(l => l.IsDone);
        },
        longest,
        "every planned message is acknowledged");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        clients.ForEach(c => c.Dispose());
        stop.Dispose();
    }
}
