using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// All shards' states at one place in the journal, being written into a folder that nobody reads yet.
/// Threading: each shard saves its own, and a thread behind it writes; whoever asked awaits <see cref="Saved"/>.
/// </summary>
internal sealed class SnapshotRequest(string folder, int shards)
{
    private readonly TaskCompletionSource saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int remaining = shards;
    private volatile Exception? failure;

    public string Folder { get; } = folder;

    public int Shards { get; } = shards;

    /// <summary>Set when the request reaches its place in the order.</summary>
    public long Position { get; set; }

    /// <summary>Completes when the states of all shards as of this place are written, and fails if one could not be.</summary>
    public Task Saved => saved.Task;

    public static string FileName(int shard) => string.Create(CultureInfo.InvariantCulture, $"shard-{shard}.state");

    /// <summary>The state of a shard as of this place begins to be written.</summary>
    /// <returns>Null when there is no file to write it to; that is told here.</returns>
    public ShardSave? Begin(int shard, Engine engine)
    {
        WriteBehind? file = null;
        try
        {
            file = new WriteBehind(Path.Combine(Folder, FileName(shard)));
            engine.BeginSave(file);
            return new ShardSave(engine, file, Done);
        }
        catch (Exception e)
        {
            // A state that cannot be written must not stop the judging.
            if (file is null)
            {
                Done(e);
            }
            else
            {
                file.Finish(_ => Done(e));
            }

            return null;
        }
    }

    private void Done(Exception? fault)
    {
        if (fault is not null)
        {
            // A disk that will not take a snapshot must not stop the judging.
            failure = fault;
        }

        if (Interlocked.Decrement(ref remaining) == 0)
        {
            Complete();
        }
    }

    private void Complete()
    {
        if (failure is null)
        {
            saved.SetResult();
        }
        else
        {
            saved.SetException(failure);
        }
    }
}
