using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// Every refused message with its reason, for whoever has to find out why a gateway is not heard. The journal already has them durably;
/// this is the fold of it that can be asked. What waits to be written is bounded by the lanes' shares: a batch goes back to its lane only
/// when its letters are on disk.
/// Threading: any thread posts and lists; one writer thread owns the table.
/// </summary>
public sealed class DeadLetterStore : IDisposable
{
    /// <summary>Most rows that <see cref="List"/> gives at once.</summary>
    public const int ListLimit = 1000;

    private const int ReplayQueueLetters = 10_000;
    private const int GroupLetters = 4096;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);
    private readonly object gate = new();
    private readonly string file;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Thread writer;
    private readonly Queue<Job> queue = [];
    private readonly long limitRows;
    private readonly long limitBytes;
    private DeadLetterTable? table;
    private bool stopping;
    private long posted;
    private volatile Exception? fault;

    public DeadLetterStore(
        string file, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, long limitRows = 100_000, long limitBytes = 256L * 1024 * 1024)
    {
        this.file = file;
        this.time = time;
        this.limitRows = limitRows;
        this.limitBytes = limitBytes;
        logger = loggers.CreateLogger<DeadLetterStore>();
        table = new DeadLetterTable(file, limitRows, limitBytes);
        meters.Create("PingAnIoT.Ingest").CreateObservableCounter(
            "pingan.dead_letters.posted", () => Volatile.Read(ref posted), "{letter}", "Refused messages handed to the store, repeats of a replay included");
        writer = new Thread(WriteLoop) { IsBackground = true, Name = "dead letters" };
        writer.Start();
    }

    /// <summary>Why letters cannot be written now; null when all is well.</summary>
    public Exception? Fault => fault;

    /// <summary>The newest first.</summary>
    /// <param name="gateway">Of this gateway only; null for all.</param>
    /// <param name="reason">For this reason only; null for all.</param>
    /// <param name="beforeId">Older than this one; null for the newest.</param>
    /// <param name="limit">1 to <see cref="ListLimit"/>.</param>
    public IReadOnlyList<DeadLetter> List(string? gateway = null, RefusalReason? reason = null, long? beforeId = null, int limit = 100)
    {
        using var connection = DeadLetterTable.Open(file);
        return DeadLetterTable.List(connection, gateway, reason, beforeId ?? long.MaxValue, Math.Clamp(limit, 1, ListLimit));
    }

    /// <summary>How many are kept, by reason.</summary>
    public IReadOnlyDictionary<RefusalReason, long> Counts()
    {
        using var connection = DeadLetterTable.Open(file);
        return DeadLetterTable.Counts(connection);
    }

    /// <summary>Completes when all that was posted before is on disk.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(new Job(null, null, 0, done));
        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what was posted, unless the disk refuses, and closes.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }

        writer.Join();
        table?.Dispose();
        table = null;
    }

    /// <summary>The refused of a batch; the store says <see cref="MessageBatch.StageDone"/> when they are on disk. Never waits.</summary>
    internal void Post(MessageBatch batch, long journalPosition) => Enqueue(new Job(batch, null, journalPosition, null));

    /// <summary>One of a replay; waits while too many are queued.</summary>
    internal void Post(DeadLetter letter)
    {
        lock (gate)
        {
            while (queue.Count >= ReplayQueueLetters && !stopping)
            {
                Monitor.Wait(gate);
            }
        }

        Enqueue(new Job(null, letter, letter.JournalPosition, null));
    }

    private void Enqueue(Job job)
    {
        lock (gate)
        {
            queue.Enqueue(job);
            Monitor.PulseAll(gate);
        }
    }

    private void WriteLoop()
    {
        var group = new List<Job>();
        var letters = new List<DeadLetter>();
        while (TakeGroup(group))
        {
            foreach (var job in group)
            {
                Collect(job, letters);
            }

            if (letters.Count > 0 && !WriteUntilDurable(letters))
            {
                return;
            }

            Volatile.Write(ref posted, posted + letters.Count);
            foreach (var job in group)
            {
                job.Batch?.StageDone();
                job.Flushed?.TrySetResult();
            }

            group.Clear();
            letters.Clear();
        }
    }

    private bool TakeGroup(List<Job> group)
    {
        lock (gate)
        {
            while (queue.Count == 0)
            {
                if (stopping)
                {
                    return false;
                }

                Monitor.Wait(gate);
            }

            while (group.Count < GroupLetters && queue.TryDequeue(out var job))
            {
                group.Add(job);
            }

            Monitor.PulseAll(gate);
            return true;
        }
    }

    private static void Collect(Job job, List<DeadLetter> letters)
    {
        if (job.Batch is not null)
        {
            DeadLetters.Collect(job.Batch, job.JournalPosition, letters);
        }
        else if (job.Letter is not null)
        {
            letters.Add(job.Letter);
        }
    }

    /// <returns>False when it was stopped before the disk took it; a replay of the journal brings the letters again.</returns>
    private bool WriteUntilDurable(List<DeadLetter> letters)
    {
        while (true)
        {
            try
            {
                table ??= new DeadLetterTable(file, limitRows, limitBytes);
                table.Add(letters);
                if (fault is not null)
                {
                    fault = null;
                    logger.DeadLettersRecovered();
                }

                return true;
            }
            catch (Exception e)
            {
                // Whatever it is: thrown out of this thread it would end the process, and again at each start, as a replay brings the same letters.
                if (fault is null)
                {
                    logger.DeadLettersFaulted(e);
                }

                fault = e;
                table?.Dispose();
                table = null;
            }

            if (!RetryPause.Wait(gate, time, RetryAfter, () => stopping))
            {
                return false;
            }
        }
    }

    private readonly record struct Job(MessageBatch? Batch, DeadLetter? Letter, long JournalPosition, TaskCompletionSource? Flushed);
}
