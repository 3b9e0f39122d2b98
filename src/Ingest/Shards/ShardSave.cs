using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// A shard's state on its way into a file while the shard goes on judging. Threading: owned by the shard's thread.
/// </summary>
/// <param name="engine">The shard's own, whose save has begun.</param>
/// <param name="file">Where it goes.</param>
/// <param name="done">Told when the file is closed, and what went wrong, if anything did.</param>
internal sealed class ShardSave(Engine engine, WriteBehind file, Action<Exception?> done)
{
    /// <summary>The disk is behind: what is not about to change had better wait.</summary>
    public bool IsHeldUp => file.IsBehind;

    /// <summary>Goes on with so many devices.</summary>
    /// <returns>True when the shard has no more to do for it.</returns>
    public bool More(int devices)
    {
        Exception? fault = null;
        try
        {
            if (!engine.SaveMore(devices))
            {
                return false;
            }
        }
        catch (Exception e)
        {
            fault = e;
        }

        file.Finish(e => done(fault ?? e));
        return true;
    }

    /// <summary>It will not be whole.</summary>
    public void GiveUp() => file.Finish(_ => done(new OperationCanceledException("The shard was stopped.")));
}
