using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Journal, intake, dead letters, shards and snapshots in one piece: from <see cref="IIntake"/> to <see cref="ITransitionSink"/>.
/// Start it when ledger and register are there and before anything listens; stop it when nothing listens any more and before the ledger closes.
/// Threading: started and stopped by one caller.
/// </summary>
public sealed class IngestPipeline : IAsyncDisposable
{
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SnapshotCheck = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Of the bytes that make a snapshot due, the part that a start may have had to replay without leaving one soon. Else a server that dies
    /// again and again before its first is due would start more and more slowly.
    /// </summary>
    private const int ReplayShare = 16;

    /// <summary>As many times those bytes are too much to replay again: then one is taken at once.</summary>
    private const int ReplayMost = 4;

    /// <summary>How soon otherwise: the gateways come back first, with what they kept meanwhile, and the disk is theirs.</summary>
    private static readonly TimeSpan SnapshotAfterStart = TimeSpan.FromSeconds(10);

    private readonly IngestOptions options;
    private readonly DeviceRegister register;
    private readonly RuleSet rules;
    private readonly ITransitionSink sink;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly IMeterFactory meters;
    private readonly ILogger logger;
    private readonly Func<string, RuleSet?> readRules;
    private readonly CancellationTokenSource stopped = new();
    private FileStream? ownership;
    private Journal? journal;
    private JournalHold? hold;
    private DeadLetterStore? deadLetters;
    private EngineSnapshots? snapshots;
    private ShardRouter? router;
    private SeriesPast? past;
    private Intake? intake;
    private Task snapshotLoop = Task.CompletedTask;
    private long snapshotPosition;
    private long snapshotBytes;
    private volatile Exception? snapshotFault;

    /// <param name="options">Validated here.</param>
    /// <param name="register">Devices known at the start.</param>
    /// <param name="rules">In force once the replay is done, unless the journal says they already are.</param>
    /// <param name="sink">Takes transitions, repeats included; flushed before a snapshot is published.</param>
    /// <param name="time">Clocks and timers.</param>
    /// <param name="loggers">Log.</param>
    /// <param name="meters">Metrics.</param>
    /// <param name="readRules">Reads journaled rule text; by default as a rule file.</param>
    public IngestPipeline(
        IngestOptions options, DeviceRegister register, RuleSet rules, ITransitionSink sink, TimeProvider time,
        ILoggerFactory loggers, IMeterFactory meters, Func<string, RuleSet?>? readRules = null)
    {
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        }

        this.options = options;
        this.register = register;
        this.rules = rules;
        this.sink = sink;
        this.time = time;
        this.loggers = loggers;
        this.meters = meters;
        this.readRules = readRules ?? (text => RuleFile.Parse(text, "journal", register.Catalog).RuleSet);
        logger = loggers.CreateLogger<IngestPipeline>();
    }

    /// <summary>The way in. After <see cref="StartAsync"/> only.</summary>
    public Intake Intake => intake ?? throw new InvalidOperationException("not started");

    public DeadLetterStore DeadLetters => deadLetters ?? throw new InvalidOperationException("not started");

    /// <summary>For readers: history spool, backtests.</summary>
    public Journal Journal => journal ?? throw new InvalidOperationException("not started");

    /// <summary>Where the journal's segments are; a folder unless a test says otherwise.</summary>
    internal Func<string, IJournalStorage> OpenStorage { get; init; } = folder => new FileJournalStorage(folder);

    /// <summary>Rules in C# beside the engines, null for none. The pipeline starts it, feeds it and stops it.</summary>
    public OpenRuleHost? OpenRules { get; init; }

    /// <summary>What the start found.</summary>
    public RecoveryResult? Recovery { get; private set; }

    /// <summary>One for each shard.</summary>
    public IEnumerable<EngineCounters> EngineCounters => router?.Counters ?? [];

    public IngestHealth Health => new(
        JournalFault(), DeadLetters.Fault?.Message, snapshotFault?.Message,
        Journal.Tail - Journal.CommittedUntil, Math.Max(0, Journal.CommittedUntil - (router?.EvaluatedUntil ?? 0)));

    /// <summary>Recovers, flushes what the recovery brought, and then takes messages in.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(options.DataDirectory);
        ownership = new FileStream(InData("ingest.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        deadLetters = new DeadLetterStore(
            InData("deadletters.db"), time, loggers, meters, options.DeadLetterRows, options.DeadLetterBytes);
        snapshots = new EngineSnapshots(InData("snapshots"), options.Journal, loggers.CreateLogger<EngineSnapshots>());
        var began = time.GetTimestamp();
        var (engines, position, receiveTime) = snapshots.Restore(MakeEngines);
        logger.SnapshotRestored(position, time.GetElapsedTime(began));
        journal = new Journal(
            OpenStorage(InData("journal")), options.Journal with { MinimumPosition = position }, time, loggers.CreateLogger<Journal>(), meters);
        hold = journal.Hold("snapshots", snapshots.Positions is [_, var older, ..] ? older : 0);
        snapshotPosition = position;
        OpenRules?.Start();
        var recovery = new Recovery(engines, register, readRules, deadLetters.Post, logger, OpenRules, isBeside: true);
        Recovery = recovery.Replay(journal, position, receiveTime, time, cancellationToken: cancellationToken);
        if (Retirement.Pending(register, engines) is { Count: > 0 } retired)
        {
            var now = new ReceiveClock(time, Recovery.ReceiveTimeMicros).NowMicros();
            await Retirement.JournalAsync(journal, register, retired, now, cancellationToken).ConfigureAwait(false);
            recovery.Replay(journal, Recovery.To, now, time, cancellationToken: cancellationToken);
            logger.DevicesRetired(retired.Count);
            Recovery = Recovery with { ReceiveTimeMicros = now };
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var online = engines[0].OnlineGateways.ToList();
        router = new ShardRouter(register, engines, journal.CommittedUntil, loggers.CreateLogger<Shard>()) { OpenRules = OpenRules };
        router.Start();
        past = new SeriesPast(snapshots, journal, register, options.Engine, readRules, time);
        _ = new EngineMetrics(meters, () => EngineCounters, () => router.QuestionsRefused + past.Refused);
        intake = new Intake(journal, register, deadLetters, router, options.Intake, Recovery.ReceiveTimeMicros, time, loggers, meters);
        if (!IsInForce(engines[0].Rules))
        {
            intake.UseRules(rules);
        }

        intake.Start(online);
        snapshotLoop = Task.Run(SnapshotLoopAsync, CancellationToken.None);
    }

    /// <summary>Puts other rules in force.</summary>
    public void UseRules(RuleSet next) => Intake.UseRules(next);

    /// <summary>What is known of a series, as of the readings that were taken in before this call.</summary>
    /// <param name="device">Index in the register.</param>
    /// <param name="quantity">Index within the device's kind.</param>
    /// <param name="limit">How long the device's shard may take to come to it.</param>
    /// <param name="cancellationToken">Nobody wants to know any more.</param>
    /// <returns>Null when the shard is too busy: it did not come to it in time, or too many already ask.</returns>
    public async Task<SeriesExplanation?> ExplainAsync(int device, int quantity, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        var question = new SeriesQuestion(device, quantity);
        if (router?.TryAsk(question) != true)
        {
            return null;
        }

        try
        {
            return await question.Answer.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            question.GiveUp();
        }
    }

    /// <summary>What was known of a series at a moment that is past, worked out beside the shards from a snapshot and the journal. One at a time.</summary>
    /// <param name="device">Index in the register.</param>
    /// <param name="quantity">Index within the device's kind.</param>
    /// <param name="atMicros">Receive time: what had been taken in by then counts.</param>
    /// <param name="cancellationToken">Nobody wants to know any more.</param>
    public async Task<PastExplanation> ExplainAtAsync(int device, int quantity, long atMicros, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopped.Token);
        return await (past ?? throw new InvalidOperationException("not started")).ExplainAsync(device, quantity, atMicros, either.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes nothing more in, waits until all that was accepted is on disk, judged and flushed, leaves a snapshot and closes.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting (a disk or sink that is stuck); what is on disk is judged at the next start.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Intake.StopAccepting();
        await stopped.CancelAsync().ConfigureAwait(false);
        await snapshotLoop.ConfigureAwait(false);
        var drained = false;
        try
        {
            drained = await TakeSnapshotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller has waited long enough.
        }
        finally
        {
            Close(abandon: !drained);
        }
    }

    /// <summary>Takes a snapshot now. Not while another is being taken.</summary>
    /// <returns>False when the disk would not take it; all before it is judged and flushed all the same.</returns>
    internal async Task<bool> TakeSnapshotAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var position = snapshotPosition;
        try
        {
            var request = snapshots!.Begin(options.Shards);
            Intake.Request(request);
            await request.Saved.WaitAsync(cancellationToken).ConfigureAwait(false);
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            position = request.Position;
            var (needed, bytes) = snapshots.Publish(request, Intake.NowMicros(), Journal.BeginPosition);
            snapshotPosition = request.Position;
            snapshotBytes = bytes;
            snapshotFault = null;
            hold!.MoveTo(needed);
            logger.SnapshotTaken(request.Position, bytes, time.GetElapsedTime(began));
            Journal.Trim();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The disk or the sink would not: the journal keeps all of it, and the next start replays from the last snapshot.
            snapshotFault = e;
            logger.SnapshotFailed(e, position);

            // Where the disk is full, what there is of it is in the way of the journal and the ledger.
            snapshots!.DeleteUnfinished();
            return false;
        }
    }

    /// <summary>Stops dead, as a kill would: nothing is drained, flushed or saved.</summary>
    internal async Task AbandonAsync()
    {
        Intake.StopAccepting();
        await stopped.CancelAsync().ConfigureAwait(false);
        Close(abandon: true);
        await snapshotLoop.ConfigureAwait(false);
    }

    /// <summary>As <see cref="StopAsync"/>, when it is running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (intake is not null && !stopped.IsCancellationRequested)
        {
            await StopAsync().ConfigureAwait(false);
        }

        Close(abandon: true);
        stopped.Dispose();
    }

    private string? JournalFault()
    {
        var writing = Journal.WritingFor;
        return Journal.Fault?.Message ?? (writing < StallLimit ? null : $"the disk has been busy with one write for {writing.TotalSeconds:f0} s");
    }

    private string InData(string name) => Path.Combine(options.DataDirectory, name);

    private IReadOnlyList<Engine> MakeEngines() =>
    [
        .. Enumerable.Range(0, options.Shards).Select(
            i => new Engine(register, RuleSet.Empty, options.Engine with { Shard = i, Shards = options.Shards }, sink.Post)),
    ];

    private bool IsInForce(RuleSet current) => rules.Source.Length > 0
        ? current.Source == rules.Source
        : current.Rules.Select(r => (r.Id, r.Version)).SequenceEqual(rules.Rules.Select(r => (r.Id, r.Version)));

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (OpenRules is not null)
        {
            await OpenRules.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        await deadLetters!.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SnapshotLoopAsync()
    {
        var last = time.GetTimestamp();
        try
        {
            var replayed = Recovery!.To - Recovery.From;
            if (replayed >= options.SnapshotBytes / ReplayShare)
            {
                await Task.Delay(replayed >= options.SnapshotBytes * ReplayMost ? TimeSpan.Zero : SnapshotAfterStart, time, stopped.Token).ConfigureAwait(false);
                await TakeSnapshotAsync(stopped.Token).ConfigureAwait(false);
                last = time.GetTimestamp();
            }

            while (true)
            {
                await Task.Delay(SnapshotCheck, time, stopped.Token).ConfigureAwait(false);
                var grown = Journal.CommittedUntil - snapshotPosition;

                // After one that failed, only the time counts: else each second would write as much anew to a disk that is full.
                var isLarge = snapshotFault is null && grown >= Math.Max(options.SnapshotBytes, options.SnapshotGrowth * snapshotBytes);
                if (isLarge || (grown > 0 && time.GetElapsedTime(last) >= options.SnapshotInterval))
                {
                    await TakeSnapshotAsync(stopped.Token).ConfigureAwait(false);
                    last = time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private void Close(bool abandon)
    {
        if (abandon)
        {
            journal?.Abandon();
        }

        intake?.Dispose();
        router?.Stop(abandon);
        OpenRules?.Dispose();
        deadLetters?.Dispose();
        hold?.Dispose();
        journal?.Dispose();
        ownership?.Dispose();
        ownership = null;
    }
}
