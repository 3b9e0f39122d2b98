using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// One engine and the thread that owns it. What waits here is bounded from outside: batches by the lanes' shares, the rest by the intake's limits.
/// Threading: any thread posts; only this shard's thread touches the engine.
/// </summary>
internal sealed class Shard
{
    /// <summary>Questions that may wait at a time.</summary>
    public const int QuestionsMax = 16;

    /// <summary>
    /// While the state is being saved, devices written for each reading judged: enough to be done in seconds, and so few that no reading waits long.
    /// </summary>
    private const int SavedPerReading = 4;

    /// <summary>Devices written when there is nothing to judge, each so many milliseconds.</summary>
    private const int SavedAtRest = 1024;

    private const int RestMilliseconds = 1;
    private static readonly TimeSpan AbandonWait = TimeSpan.FromSeconds(1);
    private readonly object gate = new();
    private readonly int number;
    private readonly Engine engine;
    private readonly Action onControlDone;
    private readonly ILogger logger;
    private readonly Thread thread;
    private readonly ReadingBatch own = new();

    // By the job at hand.
    private int judged;
    private Queue<ShardJob> queue = new();
    private Queue<ShardJob> working = new();
    private long evaluatedUntil;
    private int questions;
    private bool stopping;
    private bool abandoned;
    private ShardSave? saving;
    private long failures;

    public Shard(int number, Engine engine, long evaluatedUntil, Action onControlDone, ILogger logger)
    {
        this.number = number;
        this.engine = engine;
        this.evaluatedUntil = evaluatedUntil;
        this.onControlDone = onControlDone;
        this.logger = logger;
        thread = new Thread(Work) { IsBackground = true, Name = $"shard {number}" };
    }

    public EngineCounters Counters => engine.Counters;

    /// <summary>All entries before this position that concern this shard are judged.</summary>
    public long EvaluatedUntil => Volatile.Read(ref evaluatedUntil);

    public void Start() => thread.Start();

    public void Post(in ShardJob job)
    {
        lock (gate)
        {
            queue.Enqueue(job);
            if (queue.Count == 1)
            {
                Monitor.Pulse(gate);
            }
        }
    }

    /// <returns>False when as many questions as may wait already do.</returns>
    public bool TryAsk(SeriesQuestion question)
    {
        if (Interlocked.Increment(ref questions) > QuestionsMax)
        {
            Interlocked.Decrement(ref questions);
            return false;
        }

        Post(new ShardJob { Question = question, JournalPosition = 0 });
        return true;
    }

    /// <summary>
    /// Ends the thread, after what is queued or, when abandoned, at once. Then a sink that does not answer is not waited for:
    /// what it was to take is in the journal, and the thread ends with the process.
    /// </summary>
    public void Stop(bool abandon)
    {
        lock (gate)
        {
            stopping = true;
            abandoned = abandon;
            Monitor.Pulse(gate);
        }

        thread.Join(abandon ? AbandonWait : Timeout.InfiniteTimeSpan);
    }

    private void Work()
    {
        while (Take())
        {
            if (working.Count == 0)
            {
                SaveSome(SavedAtRest);
            }

            while (working.TryDequeue(out var job) && !Volatile.Read(ref abandoned))
            {
                judged = 0;
                Do(job);
                SaveSome(SavedPerReading * judged);
            }
        }

        saving?.GiveUp();
    }

    /// <returns>False when there is nothing more to do. What is taken may be nothing, while the state is being saved.</returns>
    private bool Take()
    {
        lock (gate)
        {
            if (queue.Count == 0 && !stopping && saving is not null)
            {
                Monitor.Wait(gate, RestMilliseconds);
            }

            while (queue.Count == 0 && !stopping && saving is null)
            {
                Monitor.Wait(gate);
            }

            if ((queue.Count == 0 && saving is null) || abandoned)
            {
                return false;
            }

            (queue, working) = (working, queue);
            return true;
        }
    }

    private void SaveSome(int devices)
    {
        // One that stops waits for the disk.
        if (saving is { } save && (!save.IsHeldUp || Volatile.Read(ref stopping)) && save.More(devices))
        {
            saving = null;
        }
    }

    private void Do(in ShardJob job)
    {
        if (job.Question is { } question)
        {
            Interlocked.Decrement(ref questions);
            question.AnswerBy(engine);
            return;
        }

        try
        {
            Apply(job);
        }
        catch (Exception e)
        {
            // An engine or a sink that throws must not take the plant down with it; all else is judged all the same.
            failures++;
            if (job.Rules is not null || Doubling.HasCome(failures - 1, failures))
            {
                logger.ShardFailed(e, number, job.JournalPosition, failures);
            }
        }

        Volatile.Write(ref evaluatedUntil, job.JournalPosition);
        if (job.Batch is not null)
        {
            job.Batch.StageDone();
        }
        else if (job.IsControl)
        {
            onControlDone();
        }
    }

    private void Apply(in ShardJob job)
    {
        if (job.Batch is not null)
        {
            var readings = OwnOf(job.Batch);
            judged = readings.Length;
            engine.Apply(readings, job.JournalPosition);
        }
        else if (job.Rules is not null)
        {
            foreach (var note in engine.Replace(job.Rules))
            {
                logger.RuleLostState(number, note);
            }
        }
        else if (job.Snapshot is not null)
        {
            while (saving?.More(int.MaxValue) == false)
            {
            }

            saving = job.Snapshot.Begin(number, engine);
        }
        else
        {
            engine.Apply([job.Control], job.JournalPosition);
        }
    }

    /// <summary>Copied by the shard itself, into a room that stays in its core's cache; the router, of which there is one, only tells which they are.</summary>
    private ReadOnlySpan<Reading> OwnOf(MessageBatch batch)
    {
        var all = batch.Readings.Readings;
        if (batch.ShardNumbers.Length == 0)
        {
            return all;
        }

        ShardSplit.Pick(all, batch.ShardNumbers.AsSpan(0, all.Length), number, own);
        return own.Readings;
    }
}
