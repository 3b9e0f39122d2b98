using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>One thing for the writer to do. <see cref="Run"/> may be called again after a failed commit; the tellers are called once.</summary>
internal abstract class LedgerWork
{
    /// <summary>Decides on the draft of the book and appends entries. Must not touch anything but the transaction.</summary>
    public abstract void Run(LedgerTransaction transaction);

    /// <summary>The entry's key and the alert that <see cref="Run"/> is going to ask for, so that a whole group's are asked for in one go; null when not known before.</summary>
    public virtual (string Key, string AlertId)? AsksFor => null;

    /// <summary>It overtakes what is not red.</summary>
    public virtual bool IsRed => false;

    /// <summary>The rule and series among whose works it keeps its place; null where it is about none.</summary>
    public virtual (string Rule, string Series)? OfSeries => null;

    /// <summary>Everything put before it, red or not, comes before it.</summary>
    public virtual bool IsBarrier => false;

    /// <summary>Its place is in the red lane now. The queue's own, under its lock; as are <see cref="AfterRed"/> and <see cref="PutAs"/>.</summary>
    internal bool IsMoved { get; set; }

    /// <summary>The how many-th it was to be put.</summary>
    internal long PutAs { get; set; }

    /// <summary>Of a barrier: not before so many have been taken of the red lane.</summary>
    internal long AfterRed { get; set; }

    /// <summary>All of it is on disk and published.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>It will never be.</summary>
    public virtual void Abandoned(Exception why)
    {
    }
}

/// <summary>Takes in one transition.</summary>
internal sealed class TransitionWork(Transition transition, RecordTransition record, long postedMicros) : LedgerWork
{
    public override void Run(LedgerTransaction transaction) => record.Run(transaction, transition, postedMicros);

    public override (string Key, string AlertId)? AsksFor =>
        (RecordTransition.KeyOf(transition), AlertId.Of(transition.RuleId, transition.Series, transition.EpisodeMicros));

    public override bool IsRed => transition.To == Severity.Red;

    public override (string Rule, string Series)? OfSeries => (transition.RuleId, transition.Series);

    public override string ToString() => RecordTransition.KeyOf(transition);
}

/// <summary>Completes when all before it is on disk.</summary>
internal sealed class FlushWork : LedgerWork
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => done.Task;

    public override bool IsBarrier => true;

    public override void Run(LedgerTransaction transaction)
    {
    }

    public override void Committed() => done.TrySetResult();

    public override void Abandoned(Exception why) => done.TrySetException(why);
}

/// <summary>An officer's command, answered after the commit.</summary>
/// <param name="decide">What is asked.</param>
/// <param name="isRed">Whether it overtakes what is not red.</param>
internal sealed class CommandWork(Func<LedgerTransaction, CommandResult> decide, bool isRed = false) : LedgerWork
{
    private readonly TaskCompletionSource<CommandResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommandResult? result;

    public Task<CommandResult> Done => done.Task;

    public override bool IsRed => isRed;

    public override void Run(LedgerTransaction transaction) => result = decide(transaction);

    public override void Committed() => done.TrySetResult(result!);

    public override void Abandoned(Exception why) => done.TrySetException(why);
}

/// <summary>Breaches what is due, a bounded number at a time.</summary>
internal sealed class SweepWork(DutySweep duty, SweepFaults faults, Action<SweepWork> again, Action ended) : LedgerWork
{
    private const int MostPerCommit = 512;
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool more;

    public Task Done => done.Task;

    public override void Run(LedgerTransaction transaction) => more = DeadlineSweep.Run(transaction, MostPerCommit, faults) | duty.Run(transaction, MostPerCommit)
        | CalmSweep.Run(transaction, MostPerCommit) | ParentSweep.Run(transaction, MostPerCommit);

    public override string ToString() => faults.At is { } alert ? $"sweep, at alert {alert}" : "sweep";

    public override void Committed()
    {
        faults.Succeeded();
        if (more)
        {
            again(this);
        }
        else
        {
            ended();
            done.TrySetResult();
        }
    }

    public override void Abandoned(Exception why)
    {
        faults.Failed();
        ended();
        done.TrySetException(why);
    }
}
