using System.Data.Common;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// The one thread that writes. Takes a group, commits it, publishes it, tells who waits. A group that the disk refuses is tried again for ever:
/// dropping one would lose an alert, and going on without it would break the order.
/// </summary>
internal sealed class LedgerWriter : IDisposable
{
    private const int AttemptsWhenClosing = 3;
    private readonly LedgerOptions options;
    private readonly ILedgerDatabase database;
    private readonly TimeProvider clock;
    private readonly AlertsMetrics metrics;
    private readonly ILogger logger;
    private readonly AlertBook book;
    private readonly LedgerFeed feed;
    private readonly LedgerHead head;
    private readonly LedgerHealthWatch health;
    private readonly ClockWatch clockWatch;
    private readonly ManualResetEventSlim closing = new();
    private readonly Thread thread;
    private LedgerStore? store;
    private byte[] headHash;

    /// <summary>The head that a commit was to leave of which it is not known whether it is on disk.</summary>
    private byte[]? unanswered;
    private volatile DeadlinePolicy policy;
    private long leftOut;

    public LedgerWriter(
        LedgerOptions options, TimeProvider clock, AlertsMetrics metrics, ILogger logger, AlertBook book, LedgerFeed feed,
        LedgerHead head, LedgerHealthWatch health, LedgerStore store, byte[] headHash)
    {
        this.options = options;
        database = options.Database;
        this.clock = clock;
        this.metrics = metrics;
        this.logger = logger;
        this.book = book;
        this.feed = feed;
        this.head = head;
        this.health = health;
        this.store = store;
        this.headHash = headHash;
        policy = options.Deadlines;
        clockWatch = new ClockWatch(clock);
        Queue = new WorkQueue(options.QueueCapacity, options.GroupCapacity, metrics);
        thread = new Thread(Run) { Name = "ledger writer", IsBackground = true };
    }

    public WorkQueue Queue { get; }

    /// <summary>In force from the next commit on. Threading: set by any thread.</summary>
    public DeadlinePolicy Policy
    {
        get => policy;
        set => policy = value;
    }

    /// <summary>Transitions that could not be recorded since the start.</summary>
    public long LeftOut => Volatile.Read(ref leftOut);

    public void Start() => thread.Start();

    /// <summary>Commits what is queued and ends the thread.</summary>
    public void Dispose()
    {
        Queue.Close();
        closing.Set();
        thread.Join();
        closing.Dispose();
    }

    private void Run()
    {
        var group = new List<LedgerWork>(options.GroupCapacity);
        while (Queue.TakeGroup(group, options.GroupWait))
        {
            var started = clock.GetTimestamp();
            CommitForEver(group);
            metrics.GroupItems.Record(group.Count);
            metrics.CommitSeconds.Record(clock.GetElapsedTime(started).TotalSeconds);
            group.Clear();
        }

        TryFinish();
    }

    private void CommitForEver(List<LedgerWork> group)
    {
        health.Started();
        var oneByOne = false;
        for (var attempt = 1; ; attempt++)
        {
            var step = "open";
            try
            {
                Commit(group, oneByOne, s => step = s);
                health.Succeeded();
                if (attempt > 1)
                {
                    AlertsLog.WritesAgain(logger, attempt - 1);
                }

                return;
            }
            catch (Exception failure)
            {
                book.Rollback();
                Reopen();
                if (failure is PoisonedException poisoned)
                {
                    LeaveOut(group, poisoned);
                    continue;
                }

                if (!oneByOne && database.IsOfTheWork(failure))
                {
                    // Written together, it does not show which of them it was.
                    oneByOne = true;
                    continue;
                }

                if (closing.IsSet && attempt >= AttemptsWhenClosing)
                {
                    AlertsLog.ClosedWithout(logger, group.Count);
                    group.ForEach(w => w.Abandoned(failure));
                    return;
                }

                BackOff(attempt, step, failure);
            }
        }
    }

    private void Commit(List<LedgerWork> group, bool oneByOne, Action<string> step)
    {
        void Step(string name)
        {
            step(name);
            options.BeforeStep?.Invoke(name);
        }

        if (store is null)
        {
            store = LedgerStore.Open(options);
            CatchUp(store);
            var isDone = unanswered is not null && unanswered.AsSpan().SequenceEqual(headHash);
            unanswered = null;
            if (isDone)
            {
                // All of it is there, by its hash. Run again, what has no key of its own would be done twice.
                group.ForEach(w => w.Committed());
                return;
            }
        }

        Step("begin");
        store.Begin();
        var transaction = new LedgerTransaction(store, book, headHash, clock, policy, options.KeepsNotices) { LeavesOut = options.LeavesOut, Spoils = options.Spoils };
        clockWatch.Check(transaction);
        store.LookUp(group);
        foreach (var work in group)
        {
            Step("run");
            RunOne(work, transaction, oneByOne);
        }

        transaction.Flush();
        Step("commit");

        // The hash is of the entries: where there are none it tells nothing of what else was written.
        unanswered = transaction.Entries.Count > 0 ? transaction.HeadHash : null;
        store.Commit();
        Step("committed");
        unanswered = null;
        Publish(transaction.HeadSequence, transaction.HeadHash, transaction.Entries);
        if (clockWatch.Committed() is var shift and not 0)
        {
            AlertsLog.ClockStepped(logger, shift);
        }

        group.ForEach(w => w.Committed());
        Checkpoint(store);
    }

    private void RunOne(LedgerWork work, LedgerTransaction transaction, bool oneByOne)
    {
        try
        {
            work.Run(transaction);
            if (oneByOne)
            {
                transaction.Flush();
                transaction.Store.Send();
            }
        }
        catch (Exception defect) when (!transaction.Store.IsLost && (defect is not (DbException or IOException) || (oneByOne && database.IsOfTheWork(defect))))
        {
            throw new PoisonedException(work, defect);
        }
    }

    /// <summary>A commit that reported failure may be on disk all the same: what is there is there, and is published before anything else is tried.</summary>
    /// <exception cref="LedgerException">The newest entry known here is not in it: it is another history, and nothing may be added to that.</exception>
    private void CatchUp(LedgerStore from)
    {
        if (book.Current.Sequence is var known and > 0
            && !(from.ReadAfter(known - 1, 1) is [{ } last] && last.Sequence == known && last.Hash.Span.SequenceEqual(headHash)))
        {
            throw new LedgerException($"Entry {known} is no longer what was committed: the database has lost or changed entries. Start anew to have that recorded.");
        }

        var found = new List<LedgerEntry>();
        while (from.ReadAfter(found.Count > 0 ? found[^1].Sequence : book.Current.Sequence, 1000) is { Count: > 0 } page)
        {
            found.AddRange(page);
        }

        if (found.Count == 0)
        {
            return;
        }

        // The rows are what those entries made of the book, from the same transaction: folded over them again, they would count twice. Of duty there are no rows.
        var words = new WordTable();
        var duty = found.Where(e => DutyFold.Concerns(e.Kind)).Aggregate(book.Current.Duty, DutyFold.Apply);
        book.Load(AlertMap.Of(from.LoadLive(words)), words, from.LoadDeliveries(), duty);
        if (found.Exists(e => e.Kind == EntryKind.ClockStepped))
        {
            clockWatch.Committed();
        }

        Publish(found[^1].Sequence, found[^1].Hash.ToArray(), [.. found.Select(e => (e, e.TimeMicros))]);
    }

    private void Publish(long sequence, byte[] hash, IReadOnlyList<(LedgerEntry Entry, long PostedMicros)> entries)
    {
        headHash = hash;
        book.Commit(sequence, hash);
        if (entries.Count == 0)
        {
            return;
        }

        WriteHead(sequence, hash);
        var now = Micros.Now(clock);
        var published = new LedgerEntry[entries.Count];
        for (var i = 0; i < published.Length; i++)
        {
            var (entry, posted) = entries[i];
            published[i] = Observe(entry with { CommittedMicros = now }, posted, now);
        }

        feed.Publish(published);
    }

    /// <summary>Spans and figures. A listener that throws must not keep an entry from the streams.</summary>
    private LedgerEntry Observe(LedgerEntry entry, long posted, long now)
    {
        try
        {
            Count(entry, now);
            return entry.Kind == EntryKind.Raised ? entry with { Trace = AlertsTrace.Record(entry, posted, now) } : entry;
        }
        catch (Exception listener)
        {
            AlertsLog.ListenerFailed(logger, listener);
            return entry;
        }
    }

    private void Count(LedgerEntry entry, long now)
    {
        metrics.Entries.Add(1, new KeyValuePair<string, object?>("kind", entry.Kind.ToString()));
        if (entry.Kind == EntryKind.Raised)
        {
            metrics.RaiseSeconds.Record((now - entry.TimeMicros) / 1e6);
        }
        else if (entry is { Kind: EntryKind.Breached, Body.Breach: { } breach })
        {
            metrics.Breaches.Add(1, new KeyValuePair<string, object?>("step", breach.Step.ToString()));
            AlertsLog.Breached(logger, entry.AlertId, breach.Step, breach.Level, breach.OverdueByMicros / 1_000_000);
        }
    }

    private void WriteHead(long sequence, byte[] hash)
    {
        try
        {
            head.Write(sequence, hash);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            AlertsLog.HeadNotWritten(logger, failure);
        }
    }

    private void Checkpoint(LedgerStore of)
    {
        try
        {
            options.BeforeStep?.Invoke("checkpoint");
            if (of.CheckpointIfDue() is var frames and > 0)
            {
                AlertsLog.CheckpointHeldUp(logger, frames);
            }
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            // What was committed stays committed; the next commit opens the file anew.
            AlertsLog.CannotWrite(logger, failure, "checkpoint", 1, 0);
            Reopen();
        }
    }

    private void Reopen()
    {
        store?.Dispose();
        store = null;
    }

    private void LeaveOut(List<LedgerWork> group, PoisonedException poisoned)
    {
        leftOut += poisoned.Work is TransitionWork ? 1 : 0;
        AlertsLog.Poisoned(logger, poisoned.InnerException!, poisoned.Work.ToString() ?? "");
        metrics.Poisoned.Add(1);
        group.Remove(poisoned.Work);
        poisoned.Work.Abandoned(poisoned.InnerException!);
    }

    private void BackOff(int attempt, string step, Exception failure)
    {
        var wait = Math.Min((int)options.LongestBackOff.TotalMilliseconds, 10 << Math.Min(attempt, 10));
        metrics.Retries.Add(1);
        health.Failed($"{step}: {failure.Message}");
        AlertsLog.CannotWrite(logger, failure, step, attempt, wait);

        // A wait for the disk, by the hardware's time: nothing that is recorded depends on how long it was.
        closing.Wait(wait);
    }

    private void TryFinish()
    {
        try
        {
            store?.CheckpointAll();
            head.Sync();
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            AlertsLog.CannotWrite(logger, failure, "close", 1, 0);
        }

        Reopen();
        head.Dispose();
    }

    private sealed class PoisonedException(LedgerWork work, Exception defect) : Exception(defect.Message, defect)
    {
        public LedgerWork Work { get; } = work;
    }
}
