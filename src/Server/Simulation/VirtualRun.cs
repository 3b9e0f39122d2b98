using PingAnIoT.Ingest;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>
/// A fleet against the real decoder and the real engine, at the fleet's own clock: no sockets, no waiting, the same every time. A week of a district takes
/// seconds, so rules can be tuned on it, and a test can ask what a changed rule would have missed. What the wire, the journal and the ledger add is
/// measured by runs in real time. Threading: one thread.
/// </summary>
/// <param name="source">What the gateways publish.</param>
/// <param name="gateways">Their names, by number.</param>
/// <param name="register">Devices as the server would know them.</param>
/// <param name="rules">In force throughout.</param>
internal sealed class VirtualRun(IFleetSource source, IReadOnlyList<string> gateways, DeviceRegister register, RuleSet rules)
{
    private const double MicrosPerSecond = 1e6;
    private readonly List<AlertSeen> seen = [];
    private readonly bool[] isOnline = new bool[gateways.Count];

    /// <summary>What an officer of the whole city would have been told, in order.</summary>
    public IReadOnlyList<AlertSeen> Seen => seen;

    /// <summary>Messages lost on the way.</summary>
    public long Dropped { get; private set; }

    /// <summary>Readings in them.</summary>
    public long DroppedReadings { get; private set; }

    /// <summary>Every <paramref name="dropEach"/>th message is acknowledged and lost on the way, to see that a scorecard shows it; 0 for none.</summary>
    /// <param name="from">Unix seconds, whole.</param>
    /// <param name="to">Unix seconds; everything before is played.</param>
    /// <param name="dropEach">As said.</param>
    /// <param name="progress">Told each virtual second.</param>
    /// <param name="cancellationToken">Ends it at the next second.</param>
    public OfflineShard Run(double from, double to, int dropEach, Action<double, OfflineShard>? progress, CancellationToken cancellationToken)
    {
        var shard = new OfflineShard(register, rules, Take);
        var due = new PriorityQueue<int, (double, int)>();
        for (var gateway = 0; gateway < gateways.Count; gateway++)
        {
            Enqueue(due, gateway);
        }

        var messages = 0L;
        for (var second = from; second < to && !cancellationToken.IsCancellationRequested; second++)
        {
            Report(shard, second);
            while (due.TryPeek(out var gateway, out var at) && at.Item1 < second + 1)
            {
                due.Dequeue();
                var message = source.Take(gateway);
                if (dropEach > 0 && ++messages % dropEach == 0)
                {
                    Dropped++;
                    DroppedReadings += message.Readings;
                }
                else
                {
                    shard.Take(gateways[gateway], Micros(message.SendSeconds), message.TopicUtf8, message.Payload);
                }

                Enqueue(due, gateway);
            }

            shard.Tick(Micros(second + 1));
            progress?.Invoke(second + 1, shard);
        }

        return shard;
    }

    private void Enqueue(PriorityQueue<int, (double Seconds, int Gateway)> due, int gateway)
    {
        var next = source.NextSeconds(gateway);
        if (!double.IsPositiveInfinity(next))
        {
            due.Enqueue(gateway, (next, gateway));
        }
    }

    /// <summary>Links that came up or broke, to the second.</summary>
    private void Report(OfflineShard shard, double second)
    {
        for (var gateway = 0; gateway < isOnline.Length; gateway++)
        {
            if (source.IsUp(gateway, second) != isOnline[gateway])
            {
                isOnline[gateway] = !isOnline[gateway];
                shard.ReportGateway(gateways[gateway], isOnline[gateway], Micros(second));
            }
        }
    }

    private void Take(Transition transition) => seen.Add(SeenAlert.Of(transition, seen.Count + 1));

    private static long Micros(double seconds) => (long)Math.Round(seconds * MicrosPerSecond);
}
