using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// One engine fed by hand: messages, gateways' comings and goings and ticks at receive times of the caller's choice, through the live path's decoder and judge
/// but without edge, journal, threads or clock. What a virtual run and a backtest over foreign data are made of.
/// Threading: owned by its caller.
/// </summary>
public sealed class OfflineShard
{
    private const int ReadingsAtOnce = 4096;
    private readonly DeviceRegister register;
    private readonly Engine engine;
    private readonly MessageDecoder decoder;
    private readonly int gatewayKind;
    private readonly ReadingBatch readings = new();
    private readonly List<Refusal> refusals = [];
    private readonly long[] refused = new long[Enum.GetValues<RefusalReason>().Max(r => (int)r) + 1];
    private long position;

    /// <param name="register">Devices known at the start; strangers enrol themselves as live.</param>
    /// <param name="rules">In force throughout.</param>
    /// <param name="emit">Takes the transitions; must not call back.</param>
    public OfflineShard(DeviceRegister register, RuleSet rules, Action<Transition> emit)
    {
        this.register = register;
        engine = new Engine(register, rules, new EngineOptions(), emit);
        decoder = new MessageDecoder(register);
        gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    }

    /// <summary>Messages taken, whole or in part.</summary>
    public long Accepted { get; private set; }

    /// <summary>Messages refused whole: dead letters.</summary>
    public long DeadLettered { get; private set; }

    /// <summary>Readings taken.</summary>
    public long Readings { get; private set; }

    public EngineCounters Counters => engine.Counters;

    /// <summary>Whole messages and single readings refused, by reason.</summary>
    public IEnumerable<(RefusalReason Reason, long Count)> Refused =>
        Enum.GetValues<RefusalReason>().Select(r => (r, refused[(int)r])).Where(r => r.Item2 > 0);

    /// <summary>A message as the edge would have taken it in.</summary>
    /// <param name="gateway">By its credential; the same string object each time is looked at fastest.</param>
    /// <param name="receiveTimeMicros">Never before an earlier call's.</param>
    /// <param name="topic">UTF-8.</param>
    /// <param name="payload">As sent.</param>
    /// <returns><see cref="RefusalReason.None"/> when at least one reading was taken.</returns>
    public RefusalReason Take(string gateway, long receiveTimeMicros, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        var before = readings.Count;
        var reason = decoder.Decode(new MessageContext(gateway, receiveTimeMicros), topic, payload, PayloadFormat.Detect, readings, refusals);
        _ = reason == RefusalReason.None ? Accepted++ : DeadLettered++;
        Readings += readings.Count - before;
        foreach (var refusal in refusals)
        {
            refused[(int)refusal.Reason]++;
        }

        refusals.Clear();
        if (readings.Count >= ReadingsAtOnce)
        {
            Judge();
        }

        return reason;
    }

    /// <summary>A gateway came or went, as the edge reports it.</summary>
    public void ReportGateway(string gateway, bool online, long receiveTimeMicros) =>
        readings.Add(GatewayReading.Of(register, gatewayKind, System.Text.Encoding.UTF8.GetBytes(gateway), receiveTimeMicros, online));

    /// <summary>Time passes; as the intake does it, once a second. Everything before is judged.</summary>
    public void Tick(long receiveTimeMicros)
    {
        readings.Add(Reading.Tick(receiveTimeMicros));
        Judge();
    }

    private void Judge()
    {
        engine.Apply(readings.Readings, ++position);
        readings.Clear();
    }
}
