namespace PingAnIoT.Rules;

/// <summary>
/// What is due roughly when, by the second: adding and taking out cost the same however many there are. An entry more than a turn ahead waits
/// in the last second of the turn. Entries are not taken back, and none is exact: whoever takes one out asks its slot when it is really due,
/// and adds it again. Threading: owned by one shard.
/// </summary>
internal sealed class DueWheel
{
    /// <summary>2^20 µs, a little more than a second.</summary>
    private const int SecondBits = 20;
    private const int Turn = 1024;

    /// <summary>A second's entries lie in chunks of one cache line: the next chunk, how many entries, the entries.</summary>
    private const int ChunkInts = 16;
    private const int Header = 2;

    // First chunk of each second of the turn; 0 is none, so chunk 0 is never used.
    private readonly int[] seconds = new int[Turn];
    private int[] chunks = [];
    private int reserved;
    private int chunkCount = 1;
    private int freeChunk;
    private long current;

    public int Count { get; private set; }

    /// <param name="dueMicros">0 and up; no earlier than the last <see cref="Take"/>, else it comes out with the next.</param>
    /// <param name="slot">Whose it is.</param>
    public void Add(long dueMicros, int slot)
    {
        Reserve();
        ref var first = ref seconds[Math.Clamp(dueMicros >> SecondBits, current, current + Turn - 1) & (Turn - 1)];
        if (first == 0 || chunks[(first * ChunkInts) + 1] == ChunkInts - Header)
        {
            first = NewChunk(next: first);
        }

        var at = first * ChunkInts;
        chunks[at + Header + chunks[at + 1]++] = slot;
        Count++;
    }

    /// <summary>Takes out every entry that may be due by <paramref name="nowMicros"/>, and some that are due within the same second.</summary>
    public void Take(long nowMicros, List<int> into)
    {
        into.EnsureCapacity(Count);
        var now = nowMicros >> SecondBits;
        for (var turn = 0; Count > 0 && current < now && turn < Turn; turn++, current++)
        {
            TakeSecond(into);
        }

        current = Math.Max(current, now);
        TakeSecond(into);
    }

    public void Clear()
    {
        Array.Clear(seconds);
        (Count, chunkCount, freeChunk) = (0, 1, 0);
    }

    /// <summary>
    /// Room for one more entry however all of them come to lie: each second has at most one chunk that is not full. So nothing is allocated
    /// unless there are more entries than ever.
    /// </summary>
    private void Reserve()
    {
        var most = Count + 1;
        if (most <= reserved)
        {
            return;
        }

        reserved = Math.Max(most, reserved * 2);
        Array.Resize(ref chunks, (1 + (reserved / (ChunkInts - Header)) + Math.Min(Turn, reserved)) * ChunkInts);
    }

    private void TakeSecond(List<int> into)
    {
        ref var first = ref seconds[current & (Turn - 1)];
        while (first != 0)
        {
            var at = first * ChunkInts;
            var entries = chunks.AsSpan(at + Header, chunks[at + 1]);
            into.AddRange(entries);
            Count -= entries.Length;
            var next = chunks[at];
            chunks[at] = freeChunk;
            freeChunk = first;
            first = next;
        }
    }

    private int NewChunk(int next)
    {
        var chunk = freeChunk;
        if (chunk != 0)
        {
            freeChunk = chunks[chunk * ChunkInts];
        }
        else
        {
            chunk = chunkCount++;
        }

        chunks[chunk * ChunkInts] = next;
        chunks[(chunk * ChunkInts) + 1] = 0;
        return chunk;
    }
}
