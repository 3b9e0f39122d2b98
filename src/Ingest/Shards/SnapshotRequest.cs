using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// All shards' states at one place in the journal, being written into a folder that nobody reads yet.
/// Threading: each shard saves its own; whoever asked awaits <see cref="Saved"/>.
/// </summary>
internal sealed class SnapshotRequest(string folder, int shards)
{
    private readonly TaskCompletionSource saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int remaining = shards;
    private Exception? failure;

    public string Folder { get; } = folder;

    public int Shards { get; } = shards;

    /// <summary>Set when the request reaches its place in the order.</summary>
    public long Position { get; set; }

    /// <summary>Completes when every shard has come past this place, and fails if one could not write.</summary>
    public Task Saved => saved.Task;

    public static string FileName(int shard) => string.Create(CultureInfo.InvariantCulture, $"shard-{shard}.state");

    public void Save(int shard, Engine engine)
    {
        try
        {
            using var file = new FileStream(Path.Combine(Folder, FileName(shard)), FileMode.Create, FileAccess.Write, FileShare.None, 1024 * 1024);
            engine.Save(file);
        }
        catch (Exception e)
        {
            // A disk that will not take a snapshot must not stop the judging.
            failure = e;
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
