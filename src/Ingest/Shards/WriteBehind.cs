using System.Collections.Concurrent;

namespace PingAnIoT.Ingest;

/// <summary>
/// A file that is written by a thread of its own: a shard's state goes into memory as fast as that is, and the shard goes on while the disk takes
/// it. At most <see cref="ChunksMax"/> MiB wait; then the shard waits for the disk. What is written is brought to the disk a little at a time: much of it at
/// once would keep the journal waiting. Threading: one thread writes and then finishes.
/// </summary>
internal sealed class WriteBehind : Stream
{
    /// <summary>Chunks of 1 MiB that may wait for the disk, besides one on either side.</summary>
    public const int ChunksMax = 32;

    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Of those that wait; with more, who can wait should.</summary>
    private const int ChunksBehind = 8;

    /// <summary>Chunks that are brought to the disk together.</summary>
    private const int ChunksAtOnce = 4;
    private readonly FileStream file;
    private readonly BlockingCollection<(byte[] Bytes, int Length)> waiting = new(ChunksMax);
    private readonly ConcurrentBag<byte[]> spare = [];
    private byte[] chunk = new byte[ChunkBytes];
    private int length;
    private long written;
    private Action<Exception?>? whenDone;

    public WriteBehind(string path)
    {
        file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        new Thread(Work) { IsBackground = true, Name = "snapshot" }.Start();
    }

    /// <summary>The disk is slower than what writes.</summary>
    public bool IsBehind => waiting.Count >= ChunksBehind;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => written;

    public override long Position
    {
        get => written;
        set => throw new NotSupportedException();
    }

    /// <summary>All has been written that is to be.</summary>
    /// <param name="done">Called once, when the file is closed; with what went wrong, if anything did.</param>
    public void Finish(Action<Exception?> done)
    {
        whenDone = done;
        Pass();
        waiting.CompleteAdding();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        written += buffer.Length;
        while (buffer.Length > 0)
        {
            var part = Math.Min(buffer.Length, ChunkBytes - length);
            buffer[..part].CopyTo(chunk.AsSpan(length));
            buffer = buffer[part..];
            length += part;
            if (length == ChunkBytes)
            {
                Pass();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Nothing: what is in memory goes when there is a chunk of it.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Pass()
    {
        waiting.Add((chunk, length));
        chunk = spare.TryTake(out var free) ? free : new byte[ChunkBytes];
        length = 0;
    }

    private void Work()
    {
        Exception? fault = null;
        var unsynced = 0;
        foreach (var (bytes, count) in waiting.GetConsumingEnumerable())
        {
            try
            {
                if (fault is null)
                {
                    file.Write(bytes, 0, count);
                    if (++unsynced == ChunksAtOnce)
                    {
                        unsynced = 0;
                        RandomAccess.FlushToDisk(file.SafeFileHandle);
                    }
                }
            }
            catch (Exception e)
            {
                // The rest is taken all the same, for the shard must not wait for a disk that is full.
                fault = e;
            }

            spare.Add(bytes);
        }

        try
        {
            file.Dispose();
        }
        catch (Exception e)
        {
            fault ??= e;
        }

        whenDone!(fault);
    }
}
