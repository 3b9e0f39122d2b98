using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Blocks of 1, 2, 4 … cache lines, by number: all windows of a shard in a few large pieces of memory, on large pages where the system gives
/// them. A block that is given back is used again for the next of its size. Block 0 is never given out: it means none.
/// Threading: owned by one shard.
/// </summary>
internal sealed unsafe partial class LineArena
{
    public const int LineBytes = 64;
    public const int BitsMax = 14;

    private const int ChunkBits = 18;
    private const int ChunkLines = 1 << ChunkBits;
    private const int FirstChunkLines = 64;
    private const int LargePageBytes = 2 * 1024 * 1024;
    private const int AdviseHugePages = 14;

    private readonly Stack<int>[] free = [.. Enumerable.Range(0, BitsMax + 1).Select(_ => new Stack<int>())];

    // Pinned, so that a block has an address; kept here so that it stays.
    private byte[][] chunks = [];
    private nint[] starts = [];
    private int lastChunkLines;
    private int usedInLast;

    public LineArena()
    {
        Add(FirstChunkLines);
        usedInLast = 1;
    }

    public long Bytes => LineBytes * (((chunks.Length - 1L) * ChunkLines) + lastChunkLines);

    /// <summary>Where a block begins. Valid until the next <see cref="Rent"/>.</summary>
    public byte* At(int line) => (byte*)starts[line >> ChunkBits] + ((long)(line & (ChunkLines - 1)) * LineBytes);

    /// <summary>A block of 2^<paramref name="bits"/> lines; what is in it is anything.</summary>
    public int Rent(int bits)
    {
        if (free[bits].TryPop(out var block))
        {
            return block;
        }

        var lines = 1 << bits;
        usedInLast = (usedInLast + lines - 1) & -lines;
        if (usedInLast + lines > ChunkLines)
        {
            Add(ChunkLines);
        }
        else if (usedInLast + lines > lastChunkLines)
        {
            GrowFirst((int)BitOperations.RoundUpToPowerOf2((uint)(usedInLast + lines)));
        }

        var line = ((chunks.Length - 1) << ChunkBits) | usedInLast;
        usedInLast += lines;
        return line;
    }

    public void Return(int block, int bits) => free[bits].Push(block);

    /// <summary>The first chunk starts small and grows, the others come whole: a shard of few devices costs little.</summary>
    private void GrowFirst(int lines)
    {
        var (old, from) = (chunks[0], starts[0]);
        chunks[0] = Allocate(lines, out starts[0]);
        Buffer.MemoryCopy((byte*)from, (byte*)starts[0], (long)lines * LineBytes, (long)lastChunkLines * LineBytes);
        GC.KeepAlive(old);
        lastChunkLines = lines;
    }

    private void Add(int lines)
    {
        Array.Resize(ref chunks, chunks.Length + 1);
        Array.Resize(ref starts, chunks.Length);
        chunks[^1] = Allocate(lines, out starts[^1]);
        lastChunkLines = lines;
        usedInLast = 0;
    }

    private static byte[] Allocate(int lines, out nint start)
    {
        var align = lines == ChunkLines ? LargePageBytes : LineBytes;
        var chunk = GC.AllocateUninitializedArray<byte>((lines * LineBytes) + align, pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(chunk));
        start = (address + align - 1) & -align;
        if (lines == ChunkLines && OperatingSystem.IsLinux())
        {
            _ = Advise(start, (nuint)lines * LineBytes, AdviseHugePages);
        }

        return chunk;
    }

    /// <summary>A hint: whether it is heeded shows in speed alone.</summary>
    [SuppressMessage("Security", "CA5392", Justification = "The C library is found by the loader's own rules.")]
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nuint length, int advice);
}
