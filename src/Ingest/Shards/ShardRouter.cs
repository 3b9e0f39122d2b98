using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Sends each reading to the shard of its device and everything else to all, in journal order.
/// Threading: routing by the intake's release thread alone.
/// </summary>
internal sealed class ShardRouter
{
    private readonly DeviceRegister register;
    private readonly Shard[] shards;
    private readonly ShardSplit split;
    private int pendingControls;
    private long questionsRefused;

    public ShardRouter(DeviceRegister register, IReadOnlyList<Engine> engines, long evaluatedUntil, ILogger logger)
    {
        this.register = register;
        split = new ShardSplit(register, engines.Count);
        shards = [.. engines.Select((e, i) => new Shard(i, e, evaluatedUntil, ControlDone, logger))];
    }

    /// <summary>Open rules, which get everything in journal order before the shards do; null for none.</summary>
    public OpenRuleHost? OpenRules { get; init; }

    public int Count => shards.Length;

    /// <summary>Ticks and gateway reports that some shard has not yet seen, times the shards.</summary>
    public int PendingControls => Volatile.Read(ref pendingControls);

    /// <summary>Questions turned away at the bound.</summary>
    public long QuestionsRefused => Interlocked.Read(ref questionsRefused);

    public long EvaluatedUntil => shards.Min(s => s.EvaluatedUntil);

    public IEnumerable<EngineCounters> Counters => shards.Select(s => s.Counters);

    public void Start()
    {
        foreach (var shard in shards)
        {
            shard.Start();
        }
    }

    public void Stop(bool abandon)
    {
        foreach (var shard in shards)
        {
            shard.Stop(abandon);
        }
    }

    public void Route(MessageBatch batch, long journalPosition)
    {
        batch.Readings.JournalPosition = journalPosition;
        OpenRules?.Offer(batch.Readings.Readings, journalPosition);
        if (shards.Length > 1)
        {
            var numbers = batch.ShardNumbers;
            split.Number(batch.Readings.Readings, ref numbers);
            batch.ShardNumbers = numbers;
        }

        // Posted to each, also where none of it is its own: each shard's position moves on with the journal.
        foreach (var shard in shards)
        {
            batch.AddStage();
            shard.Post(new ShardJob { Batch = batch, JournalPosition = journalPosition });
        }
    }

    /// <summary>What every shard is to do at this place in the order; batches go by <see cref="Route"/>.</summary>
    public void ToAll(in ShardJob job)
    {
        if (job.IsControl)
        {
            OpenRules?.Offer([job.Control], job.JournalPosition);
        }

        foreach (var shard in shards)
        {
            shard.Post(job);
        }
    }

    /// <summary>To the shard of its device, behind what waits there. From any thread.</summary>
    /// <returns>False when too many questions wait.</returns>
    public bool TryAsk(SeriesQuestion question)
    {
        var isTaken = shards[register.ShardOf(question.Device, shards.Length)].TryAsk(question);
        Interlocked.Add(ref questionsRefused, isTaken ? 0 : 1);
        return isTaken;
    }

    /// <summary>Counts a control entry in when it gets its place in the order.</summary>
    public void ControlComing() => Interlocked.Add(ref pendingControls, shards.Length);

    private void ControlDone() => Interlocked.Decrement(ref pendingControls);
}
