using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Where the order of the world is decided: whatever comes in gets its place in the journal under one short lock, and goes on from there only
/// when it is on disk, in that order: first its source is told, then its refused messages are kept, then its readings are judged.
/// Threading: any thread submits; one release thread does all that follows the commit.
/// </summary>
public sealed partial class Intake : IIntake, IDisposable
{
    private readonly object order = new();
    private readonly Journal journal;
    private readonly DeviceRegister register;
    private readonly PackSpaces packSpaces = new();
    private readonly GatewayMarks marks = new();
    private readonly DeadLetterStore deadLetters;
    private readonly ShardRouter router;
    private readonly IntakeOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ReceiveClock clock;
    private readonly int gatewayKind;
    private readonly Queue<Released> waiting = new();
    private readonly Queue<Released> committed = new();
    private readonly Dictionary<string, bool> lateReports = new(StringComparer.Ordinal);
    private readonly HashSet<string> missing = new(StringComparer.Ordinal);
    private readonly object wake = new();
    private readonly Thread releaser;
    private readonly Gathering? gathering;
    private ITimer? ticker;
    private long startedAt;
    private long underWayBytes;
    private volatile bool stopping;
    private bool ended;
    private bool hasProgress;

    internal Intake(
        Journal journal, DeviceRegister register, DeadLetterStore deadLetters, ShardRouter router, IntakeOptions options,
        long receiveFloorMicros, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        this.journal = journal;
        this.register = register;
        this.deadLetters = deadLetters;
        this.router = router;
        this.options = options;
        this.time = time;
        logger = loggers.CreateLogger<Intake>();
        clock = new ReceiveClock(time, receiveFloorMicros);
        gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
        Counters = new IntakeCounters(meters);
        gathering = journal.IsSpaced ? new Gathering(journal.ExpectMore) : null;
        releaser = new Thread(ReleaseLoop) { IsBackground = true, Name = "intake release" };
    }

    public IntakeCounters Counters { get; }

    /// <summary>
    /// A gateway has said of itself that it comes or goes, or has been found missing, and at which receive time: what is on disk is told late. Reports of connections are not repeated
    /// here. Called in the middle of the work: must be quick and must not throw.
    /// </summary>
    public Action<string, bool, long>? GatewayHeard { get; set; }

    /// <inheritdoc/>
    public bool IsAccepting => !stopping && journal.Fault is null && Volatile.Read(ref underWayBytes) < options.UnderWayBytes;

    /// <inheritdoc/>
    public TimeSpan GatewayReturn => options.GatewayReturn;

    /// <summary>How far a gateway's readings have come since the start; null while it has sent none. What is told is on disk, and judged or about to be.</summary>
    public GatewayWatermark? WatermarkOf(string gateway) => marks.Find(gateway);

    /// <summary>The receive time now; never steps back.</summary>
    public long NowMicros() => clock.NowMicros();

    /// <inheritdoc/>
    public IntakeLane OpenLane(IMessageSource source)
    {
        if (Encoding.UTF8.GetByteCount(source.Gateway) > JournalEntry.LongestHeaderBytes - JournalEntry.HeaderBytes)
        {
            throw new ArgumentException("A gateway's name has at most 256 bytes.", nameof(source));
        }

        lock (order)
        {
            missing.Remove(source.Gateway);
        }

        return new Lane(this, source);
    }

    /// <inheritdoc/>
    public void ReportGateway(string gateway, bool online)
    {
        if (gatewayKind < 0)
        {
            return;
        }

        lock (order)
        {
            if (stopping)
            {
                return;
            }

            missing.Remove(gateway);
            if (lateReports.Count > 0 || router.PendingControls >= options.PendingReportsLimit * router.Count)
            {
                lateReports[gateway] = online;
                return;
            }

            AppendGateway(gateway, online);
        }
    }

    /// <summary>Puts rules in force from here on: journaled, so that a replay judges by the rules of the day.</summary>
    public void UseRules(RuleSet rules)
    {
        var text = Encoding.UTF8.GetBytes(rules.Source);
        lock (order)
        {
            Append(JournalEntryKind.RuleSet, clock.NowMicros(), "", text, new Released { Rules = rules });
        }
    }

    /// <summary>Ends the release thread: what is on disk by then has been released, the rest waits for the next start.</summary>
    public void Dispose()
    {
        StopAccepting();
        lock (wake)
        {
            ended = true;
            Monitor.Pulse(wake);
        }

        if (releaser.IsAlive)
        {
            releaser.Join();
        }
    }

    /// <summary>
    /// Starts to release and to tick. A gateway that was online when the plant went down and has not come back by
    /// <see cref="IntakeOptions.GatewayReturn"/> is lost like any other: nobody else would ever say so.
    /// </summary>
    internal void Start(IEnumerable<string> onlineBefore)
    {
        missing.UnionWith(onlineBefore);
        startedAt = time.GetTimestamp();
        journal.OnCommitted = Wake;
        journal.OnGathering = gathering is null ? null : gathering.Call;
        releaser.Start();
        ticker = time.CreateTimer(_ => Tick(), null, TimeSpan.Zero, options.TickInterval);
    }

    /// <summary>From here on nothing new is let in; what is under way goes on.</summary>
    internal void StopAccepting()
    {
        lock (order)
        {
            stopping = true;
        }

        ticker?.Dispose();
    }

    /// <summary>Asks every shard for its state at one and the same place in the order: just after all that came before this call.</summary>
    internal void Request(SnapshotRequest snapshot)
    {
        lock (order)
        {
            waiting.Enqueue(new Released { Snapshot = snapshot, End = journal.Tail });
        }

        Wake();
    }

    internal void Tick()
    {
        // A disk that hangs calls nobody; who waits for it may have other things to say.
        gathering?.Call(TimeSpan.Zero);
        lock (order)
        {
            if (stopping)
            {
                return;
            }

            if (router.PendingControls >= options.PendingTicksLimit * router.Count)
            {
                Counters.CountTickSkipped();
                return;
            }

            foreach (var (gateway, online) in lateReports)
            {
                AppendGateway(gateway, online);
            }

            lateReports.Clear();
            ReportMissing();
            var now = clock.NowMicros();
            Append(JournalEntryKind.Tick, now, "", default, new Released { Control = Reading.Tick(now), IsControl = true });
        }
    }

    private void ReportMissing()
    {
        if (missing.Count == 0 || time.GetElapsedTime(startedAt) < options.GatewayReturn)
        {
            return;
        }

        foreach (var gateway in missing)
        {
            AppendGateway(gateway, online: false);
            GatewayHeard?.Invoke(gateway, false, clock.NowMicros());
        }

        missing.Clear();
    }

    private void AppendGateway(string gateway, bool online)
    {
        var name = Encoding.UTF8.GetBytes(gateway);
        var now = clock.NowMicros();
        var reading = GatewayReading.Of(register, gatewayKind, name, now, online);
        Append(
            JournalEntryKind.GatewayStatus, now, gateway, [online ? (byte)1 : (byte)0], new Released { Control = reading, IsControl = true });
    }

    private void Append(JournalEntryKind kind, long receiveTimeMicros, string gateway, ReadOnlySpan<byte> content, Released released)
    {
        Span<byte> header = stackalloc byte[JournalEntry.LongestHeaderBytes];
        var length = JournalEntry.WriteHeader(header, kind, receiveTimeMicros, gateway);
        waiting.Enqueue(released with { End = journal.Append(header[..length], content) });
        if (released.IsControl)
        {
            router.ControlComing();
        }
    }

    private void Submit(Lane lane, MessageBatch batch)
    {
        lock (order)
        {
            Append(
                JournalEntryKind.Messages, batch.Context.ReceiveTimeMicros, batch.Context.Gateway, batch.Records,
                new Released { Batch = batch, Lane = lane });
            clock.Raise(batch.EndTimeMicros);
            Interlocked.Add(ref underWayBytes, batch.Records.Length);
            Counters.CountReceived(batch.Count);
        }
    }
}
