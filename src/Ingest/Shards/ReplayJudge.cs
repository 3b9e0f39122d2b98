using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Has the engines judge what a replay decodes, beside the decoding where that pays: a start keeps two cores busy. At most <see cref="StretchesMax"/>
/// stretches are under way. Threading: one caller; between a <see cref="Drain"/> and the next reading the engines are the caller's.
/// </summary>
internal sealed class ReplayJudge : IDisposable
{
    /// <summary>Stretches under way, besides the one being filled.</summary>
    public const int StretchesMax = 4;

    private readonly IReadOnlyList<Engine> engines;
    private readonly ILogger logger;
    private readonly Thread? thread;
    private readonly BlockingCollection<ReplayStretch> waiting = [];
    private readonly BlockingCollection<ReplayStretch> free = [];
    private ReplayStretch filling;
    private long failures;

    /// <param name="engines">Of all shards, in order, or of one.</param>
    /// <param name="isBeside">Judge on another thread; else each entry is judged when it comes.</param>
    /// <param name="logger">Told what failed.</param>
    public ReplayJudge(IReadOnlyList<Engine> engines, bool isBeside, ILogger logger)
    {
        this.engines = engines;
        this.logger = logger;
        filling = new ReplayStretch(engines.Count);
        if (!isBeside)
        {
            return;
        }

        for (var i = 0; i < StretchesMax; i++)
        {
            free.Add(new ReplayStretch(engines.Count));
        }

        thread = new Thread(Work) { IsBackground = true, Name = "replay" };
        thread.Start();
    }

    /// <summary>Readings of an entry that are an engine's.</summary>
    public void Judge(int engine, ReadOnlySpan<Reading> readings, long journalPosition) => filling.Add(engine, readings, journalPosition);

    /// <summary>The entry is over.</summary>
    public void EndEntry()
    {
        if (filling.IsFull || (thread is null && !filling.IsEmpty))
        {
            Pass();
        }
    }

    /// <summary>An entry that every engine is told of.</summary>
    public void JudgeByAll(in Reading reading, long journalPosition)
    {
        filling.Control = (reading, journalPosition);
        Pass();
    }

    /// <summary>All is judged when this returns.</summary>
    public void Drain()
    {
        if (!filling.IsEmpty)
        {
            Pass();
        }

        if (thread is null)
        {
            return;
        }

        var back = new ReplayStretch[StretchesMax];
        for (var i = 0; i < StretchesMax; i++)
        {
            back[i] = free.Take();
        }

        Array.ForEach(back, free.Add);
    }

    public void Dispose()
    {
        waiting.CompleteAdding();
        thread?.Join();
        waiting.Dispose();
        free.Dispose();
    }

    private void Pass()
    {
        if (thread is null)
        {
            Judge(filling);
            return;
        }

        waiting.Add(filling);
        filling = free.Take();
    }

    private void Work()
    {
        foreach (var stretch in waiting.GetConsumingEnumerable())
        {
            Judge(stretch);
            free.Add(stretch);
        }
    }

    private void Judge(ReplayStretch stretch)
    {
        for (var i = 0; i < engines.Count; i++)
        {
            Judge(i, stretch.ReadingsOf(i), stretch.EntriesOf(i));
        }

        for (var i = 0; stretch.Control is { } control && i < engines.Count; i++)
        {
            Judge(i, [control.Reading], [new EntryEnd(1, control.JournalPosition)]);
        }

        stretch.Clear();
    }

    /// <summary>As a shard does: what an engine fails on must not keep the plant from starting, and all else is judged.</summary>
    private void Judge(int engine, ReadOnlySpan<Reading> readings, ReadOnlySpan<EntryEnd> entries)
    {
        try
        {
            engines[engine].Apply(readings, entries);
        }
        catch (Exception e)
        {
            failures++;
            if (Doubling.HasCome(failures - 1, failures))
            {
                logger.ShardFailed(e, engine, engines[engine].JournalPosition, failures);
            }
        }
    }
}
