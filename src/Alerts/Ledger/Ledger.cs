using System.Data.Common;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// The record of every alert and of everything done about it: append-only, hash-chained, on disk before anybody is told.
/// One writer thread owns the database; the book (<see cref="Book"/>) is a fold of the entries and is published after the commit.
/// Threading: every public member from any thread.
/// </summary>
public sealed class Ledger : ITransitionSink, IAsyncDisposable
{
    private const int CommandCapacity = 1024;
    private const int PageLimit = 1000;
    private readonly LedgerOptions options;
    private readonly TimeProvider clock;
    private readonly AlertBook book;
    private readonly LedgerWriter writer;
    private readonly LedgerReaders readers;
    private readonly LedgerHealthWatch health;
    private readonly BookImages images;
    private readonly RecordTransition record;
    private readonly DutySweep dutySweep;
    private readonly SweepFaults sweepFaults = new();
    private readonly ILogger logger;
    private readonly SemaphoreSlim commandSlots = new(CommandCapacity);
    private ITimer? sweepTimer;
    private readonly CancellationTokenSource closing = new();
    private Task checkLater = Task.CompletedTask;
    private int sweeping;
    private int disposed;

    private Ledger(
        LedgerOptions options, Catalog catalog, TimeProvider clock, AlertsMetrics metrics, ILogger logger,
        LedgerStore store, LedgerHead.Value? recorded, LedgerHead head)
    {
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        book = new AlertBook();
        health = new LedgerHealthWatch(clock);
        readers = new LedgerReaders(options.Database, options.ReaderCapacity, clock, metrics);
        record = new RecordTransition(catalog, metrics);
        Alarm = new CheckAlarm(record);
        dutySweep = new DutySweep(Alarm);
        images = new BookImages(options, book, logger);
        var headHash = LedgerStart.Run(store, book, recorded, options, clock, health, images, logger);
        head.Write(book.Current.Sequence, headHash);
        head.Sync();
        Feed = new LedgerFeed(book.Current.Sequence, options.FeedCapacityEntries, metrics, ReadEntriesAsync);
        writer = new LedgerWriter(options, clock, metrics, logger, book, Feed, head, health, store, headHash);
        Desk = new BookDesk(() => book.Current, clock, metrics);
        metrics.Watch(() => writer.Queue.Depth, () => book.Current.Alerts.Count);
    }

    /// <summary>All live alerts as of the newest commit.</summary>
    public BookSnapshot Book => book.Current;

    /// <summary>How many alerts are open.</summary>
    public Task<int> CountOpenAsync(CancellationToken cancellationToken) => Desk.LookAsync(o => o.OpenCount, cancellationToken);

    /// <summary>Where the book is listed.</summary>
    internal BookDesk Desk { get; }

    /// <summary>Committed entries as they come.</summary>
    public LedgerFeed Feed { get; }

    /// <summary>For commands that end a duty check; used on the writer's thread only.</summary>
    internal CheckAlarm Alarm { get; }

    public LedgerHealth Health => health.Read();

    /// <summary>Transitions that could not be recorded since the start, each by a defect that the log tells: any other is recorded all the same.</summary>
    public long LeftOut => writer.LeftOut;

    /// <summary>Opens or creates the ledger, checks it, loads the book and breaches at once what fell due while it was closed.</summary>
    /// <exception cref="LedgerException">The file is not a ledger, is newer than this program, lies on a network file system, or a setting did not take.</exception>
    public static Ledger Open(LedgerOptions options, Catalog catalog, TimeProvider clock, AlertsMetrics metrics, ILogger<Ledger> logger)
    {
        var started = clock.GetTimestamp();
        Directory.CreateDirectory(options.Folder);
        SqliteDatabase.RefuseNetworkFileSystem(options.Folder);

        // The head is made before the database: so a database with entries and without a head is one whose head was taken away.
        var recorded = LedgerHead.Read(options.Folder);
        var head = LedgerHead.Open(options.Folder);
        LedgerStore? store = null;
        try
        {
            store = LedgerStore.Open(options);
            var ledger = new Ledger(options, catalog, clock, metrics, logger, store, recorded, head);
            ledger.Start();
            var elapsed = (long)clock.GetElapsedTime(started).TotalMilliseconds;
            AlertsLog.Opened(logger, ledger.Book.Sequence, ledger.Book.Alerts.Count, elapsed);
            return ledger;
        }
        catch (DbException failure)
        {
            store?.Dispose();
            head.Dispose();
            throw new LedgerException($"The ledger in {options.Database.Place} cannot be opened: {failure.Message}", failure);
        }
        catch
        {
            store?.Dispose();
            head.Dispose();
            throw;
        }
    }

    /// <summary>From here on the raise of a gateway without a place says which territories it serves. To be called before any transition is posted.</summary>
    public void UseGateways(GatewayPlaces gateways) => record.Gateways = gateways;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The ledger is closed.</exception>
    public void Post(Transition transition)
    {
        ArgumentNullException.ThrowIfNull(transition);
        writer.Queue.Put(new TransitionWork(transition, record, Micros.Now(clock)));
    }

    /// <summary>
    /// Looks at the structure of the whole file, on another thread, when it was too large to do so in <see cref="Open"/>: for the moment when
    /// nobody waits for the start any more, as it takes a core and the disk for seconds. Once. Given up when the ledger is closed.
    /// </summary>
    public void BeginCheck() => checkLater = Task.Run(() => LedgerStart.CheckLater(options.Database, health, logger, closing.Token));

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var work = new FlushWork();
        writer.Queue.PutAtOnce(work);
        return work.Done.WaitAsync(cancellationToken);
    }

    /// <summary>"I have seen it and see to it": by one officer, once a round. Not the same as closing.</summary>
    public Task<CommandResult> AcknowledgeAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Acknowledge(t, command), cancellationToken);

    /// <summary>
    /// Ends the work on an acknowledged alert, with a verdict. A red (by its peak) is not closed while active, and only by an officer other than
    /// the one who acknowledged it. Any other may be closed while active with a reason in the note; it opens again if it gets worse.
    /// </summary>
    public Task<CommandResult> CloseAsync(AlertCommand command, Verdict verdict, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Close(t, command, verdict), cancellationToken);

    public Task<CommandResult> CommentAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Comment(t, command), cancellationToken);

    /// <summary>An officer's client has shown it: ends what is due for being seen.</summary>
    public Task<CommandResult> SeeAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.See(t, command), cancellationToken);

    /// <summary>Tells real from false; may be said anew until the alert is closed.</summary>
    public Task<CommandResult> TriageAsync(AlertCommand command, Verdict verdict, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Triage(t, command, verdict), cancellationToken);

    /// <summary>Hands it up to a supervising territory; "" for the next one up.</summary>
    public Task<CommandResult> ReportAsync(AlertCommand command, string territory, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Report(t, command, territory), cancellationToken);

    /// <summary>Gives it to somebody to deal with.</summary>
    public Task<CommandResult> DispatchAsync(AlertCommand command, string to, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Dispatch(t, command, to), cancellationToken);

    public Task<CommandResult> ArriveAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Arrive(t, command), cancellationToken);

    /// <summary>It is put right; the note says how.</summary>
    public Task<CommandResult> RectifyAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Rectify(t, command), cancellationToken);

    /// <summary>A person confirms that the condition has ended.</summary>
    public Task<CommandResult> ConfirmAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Confirm(t, command), cancellationToken);

    /// <summary>Lays it aside for a time: what is due soon is put off by that long. Ends by itself.</summary>
    /// <param name="command">Who asks it of which alert, and why.</param>
    /// <param name="within">For how long.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="isTrial">Only says whether it may be.</param>
    public Task<CommandResult> ShelveAsync(AlertCommand command, TimeSpan within, CancellationToken cancellationToken, bool isTrial = false) =>
        RunAsync(t => OfficerCommands.Shelve(t, command, within, isTrial), cancellationToken);

    public Task<CommandResult> UnshelveAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.Unshelve(t, command), cancellationToken);

    /// <summary>Nothing is due of the alert's series, under its rule, until it is returned to service, which also happens by itself.</summary>
    /// <param name="command">Who asks it of which alert, and why.</param>
    /// <param name="within">For how long; null for as long as the policy allows.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="isTrial">Only says whether it may be.</param>
    public Task<CommandResult> TakeOutOfServiceAsync(AlertCommand command, TimeSpan? within, CancellationToken cancellationToken, bool isTrial = false) =>
        RunAsync(t => OfficerCommands.TakeOutOfService(t, command, within, isTrial), cancellationToken);

    public Task<CommandResult> ReturnToServiceAsync(AlertCommand command, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.ReturnToService(t, command), cancellationToken);

    /// <summary>The policy that decides now.</summary>
    public DeadlinePolicy Policy => writer.Policy;

    /// <summary>Puts a policy in force for what comes; what runs keeps the deadline it was given. On record with the hash of its text.</summary>
    public async Task UsePolicyAsync(DeadlinePolicy policy, CancellationToken cancellationToken)
    {
        await WriteAsync(t => PolicyRecord.Write(t, policy), cancellationToken).ConfigureAwait(false);
        writer.Policy = policy;
    }

    /// <summary>Records that the officer's client has everything up to and with <paramref name="upTo"/>. Going back changes nothing.</summary>
    /// <returns>Done, or Invalid when <paramref name="upTo"/> is not in the ledger yet.</returns>
    public Task<CommandResult> ConfirmDeliveryAsync(Officer officer, long upTo, CancellationToken cancellationToken) =>
        RunAsync(t => OfficerCommands.ConfirmDelivery(t, officer, upTo), cancellationToken);

    /// <summary>Runs a decision of the officers' and duty's commands on the writer's thread.</summary>
    internal Task<CommandResult> DecideAsync(Func<LedgerTransaction, CommandResult> decide, CancellationToken cancellationToken) =>
        RunAsync(decide, cancellationToken);

    /// <summary>Breaches what is due now; also done every <see cref="LedgerOptions.SweepInterval"/>.</summary>
    public Task SweepAsync(CancellationToken cancellationToken)
    {
        var work = new SweepWork(dutySweep, sweepFaults, SweepOn, static () => { });
        writer.Queue.PutAtOnce(work);
        return work.Done.WaitAsync(cancellationToken);
    }

    /// <summary>The alert, live or long closed; null when there is none.</summary>
    public Task<Alert?> FindAlertAsync(string alertId, CancellationToken cancellationToken) =>
        Book.Alerts.TryGetValue(alertId, out var live)
            ? Task.FromResult<Alert?>(live)
            : readers.ReadAsync(
                c => LedgerRows.Query(c, "SELECT state FROM alert WHERE id = @id", ReadState, ("@id", alertId)) is [var alert] ? alert : null, cancellationToken);

    /// <summary>Alerts that are over, newest raise first.</summary>
    /// <param name="beforeSequence">Only those raised before this entry (<see cref="Alert.FirstSequence"/>); <see cref="long.MaxValue"/> to begin.</param>
    /// <param name="limit">1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<IReadOnlyList<Alert>> ListPastAlertsAsync(long beforeSequence, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            c => LedgerRows.Query(
                c, "SELECT state FROM alert WHERE live = 0 AND first < @before ORDER BY first DESC LIMIT @limit", ReadState,
                ("@before", beforeSequence), ("@limit", Page(limit))), cancellationToken);

    /// <summary>Alerts that are over, oldest raise first.</summary>
    /// <param name="afterSequence">Only those raised after this entry (<see cref="Alert.FirstSequence"/>); 0 to begin.</param>
    /// <param name="limit">1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<IReadOnlyList<Alert>> ListPastAlertsAfterAsync(long afterSequence, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            c => LedgerRows.Query(
                c, "SELECT state FROM alert WHERE live = 0 AND first > @after ORDER BY first LIMIT @limit", ReadState,
                ("@after", afterSequence), ("@limit", Page(limit))), cancellationToken);

    /// <summary>A page of entries after <paramref name="after"/>, oldest first; at most 1,000.</summary>
    public Task<IReadOnlyList<LedgerEntry>> ReadEntriesAsync(long after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            c => LedgerRows.Query(
                c, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > @after ORDER BY seq LIMIT @limit", LedgerRows.ReadEntry,
                ("@after", after), ("@limit", Page(limit))), cancellationToken);

    /// <summary>The history of one alert, oldest first: of a long one the newest.</summary>
    /// <param name="alertId">Which.</param>
    /// <param name="limit">1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<IReadOnlyList<LedgerEntry>> ReadHistoryAsync(string alertId, int limit, CancellationToken cancellationToken) =>
        [.. (await readers.ReadAsync(
            c => LedgerRows.Query(
                c, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE alert = @alert ORDER BY seq DESC LIMIT @limit", LedgerRows.ReadEntry,
                ("@alert", alertId), ("@limit", Page(limit))), cancellationToken).ConfigureAwait(false)).Reverse()];

    /// <summary>Reads by a connection of the readers, at most 2 s.</summary>
    internal Task<T> ReadAsync<T>(Func<DbConnection, T> read, CancellationToken cancellationToken) =>
        readers.ReadAsync(read, cancellationToken);

    /// <summary>Has the writer write, and completes after the commit. May be run again after a failed one.</summary>
    /// <param name="write">What is written.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="isRed">Whether it overtakes what is not red.</param>
    internal Task WriteAsync(Action<LedgerTransaction> write, CancellationToken cancellationToken, bool isRed = false) => RunAsync(
        t =>
        {
            write(t);
            return new CommandResult(CommandOutcome.Done);
        },
        cancellationToken,
        isRed);

    /// <summary>Commits what was posted, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        if (sweepTimer is not null)
        {
            await sweepTimer.DisposeAsync().ConfigureAwait(false);
        }

        await Desk.DisposeAsync().ConfigureAwait(false);
        await closing.CancelAsync().ConfigureAwait(false);
        await Task.Run(writer.Dispose).ConfigureAwait(false);
        await images.EndAsync().ConfigureAwait(false);
        await checkLater.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
        readers.Dispose();
        commandSlots.Dispose();
    }

    private static long Page(int limit) => Math.Clamp(limit, 1, PageLimit);

    private static Alert ReadState(DbDataReader row) => LedgerRows.ReadAlert(row.GetFieldValue<byte[]>(0));

    private void Start()
    {
        writer.Start();
        _ = Task.Run(() => Rehearsal.Run(book.Current, options.Deadlines));
        writer.Queue.PutAtOnce(new SweepWork(dutySweep, sweepFaults, SweepOn, static () => { }));
        sweepTimer = clock.CreateTimer(_ => SweepOnTime(), null, options.SweepInterval, options.SweepInterval);
    }

    private async Task<CommandResult> RunAsync(Func<LedgerTransaction, CommandResult> decide, CancellationToken cancellationToken, bool isRed = false)
    {
        await commandSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var work = new CommandWork(decide, isRed);
        try
        {
            writer.Queue.PutAtOnce(work);
        }
        catch
        {
            commandSlots.Release();
            throw;
        }

        _ = work.Done.ContinueWith(_ => ReleaseSlot(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await work.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void ReleaseSlot()
    {
        try
        {
            commandSlots.Release();
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: nobody waits any more.
        }
    }

    /// <summary>At most one sweep by the timer is queued at a time: a slow disk must not fill the queue with sweeps.</summary>
    private void SweepOnTime()
    {
        images.Look();
        if (Interlocked.Exchange(ref sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            writer.Queue.PutAtOnce(new SweepWork(dutySweep, sweepFaults, SweepOn, () => Volatile.Write(ref sweeping, 0)));
        }
        catch (ObjectDisposedException)
        {
            // Closing: the next start sweeps first thing.
        }
    }

    private void SweepOn(SweepWork work)
    {
        try
        {
            writer.Queue.PutAtOnce(work);
        }
        catch (ObjectDisposedException closed)
        {
            work.Abandoned(closed);
        }
    }
}
