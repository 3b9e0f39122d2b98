using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <content>What follows the commit, on a thread of its own and in the order of the journal.</content>
public sealed partial class Intake
{
    private void ReleaseLoop()
    {
        while (WaitForProgress())
        {
            TakeCommitted();
            while (committed.TryDequeue(out var item))
            {
                try
                {
                    Release(item);
                }
                catch (Exception e)
                {
                    logger.ReleaseFailed(e);
                }
            }
        }
    }

    private void Wake()
    {
        lock (wake)
        {
            hasProgress = true;
            Monitor.Pulse(wake);
        }
    }

    /// <returns>False when it has ended and nothing that is on disk waits any more.</returns>
    private bool WaitForProgress()
    {
        lock (wake)
        {
            while (!hasProgress && !ended)
            {
                Monitor.Wait(wake);
            }

            var go = hasProgress;
            hasProgress = false;
            return go;
        }
    }

    private void TakeCommitted()
    {
        lock (order)
        {
            var until = journal.CommittedUntil;
            while (waiting.TryPeek(out var next) && next.End <= until)
            {
                committed.Enqueue(waiting.Dequeue());
            }
        }
    }

    private void Release(in Released item)
    {
        if (item.Batch is not null)
        {
            Release(item.Batch, item.Lane!, item.End);
        }
        else
        {
            if (item.Snapshot is not null)
            {
                item.Snapshot.Position = item.End;
            }

            router.ToAll(new ShardJob { JournalPosition = item.End, Control = item.Control, Rules = item.Rules, Snapshot = item.Snapshot });
        }
    }

    private void Release(MessageBatch batch, Lane lane, long end)
    {
        batch.BeginStages(1);
        Counters.CountDurable(batch);
        if (batch.Defect is { } defect)
        {
            TellDefect(batch, defect);
        }

        lane.Tell(batch);
        lane.Mark.Note(batch);
        if (batch.GatewayOnline is { } online)
        {
            GatewayHeard?.Invoke(batch.Context.Gateway, online, batch.Context.ReceiveTimeMicros);
        }

        if (!batch.Refusals.IsEmpty)
        {
            batch.AddStage();
            deadLetters.Post(batch, end);
        }

        router.Route(batch, end);
        batch.StageDone();
    }

    private void TellDefect(MessageBatch batch, Exception defect)
    {
        var before = Counters.Undecodable;
        Counters.CountUndecodable(batch.DefectCount);
        if (Doubling.HasCome(before, Counters.Undecodable))
        {
            logger.MessageUndecodable(defect, batch.Context.Gateway, Counters.Undecodable);
        }
    }

    /// <summary>What waits for its commit.</summary>
    private readonly record struct Released
    {
        public long End { get; init; }

        public MessageBatch? Batch { get; init; }

        public Lane? Lane { get; init; }

        public Reading Control { get; init; }

        public bool IsControl { get; init; }

        public RuleSet? Rules { get; init; }

        public SnapshotRequest? Snapshot { get; init; }
    }
}
