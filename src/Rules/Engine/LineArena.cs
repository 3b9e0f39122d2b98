using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Blocks of 1, 2, 4 … half cache lines, by the number of their first. They come from slabs of at most 2 MiB, each of blocks of one size; a slab whose last block is
/// given back serves the next size that needs one, so what series outgrow is not lost. Block 0 is never given out: it means none.
/// Threading: owned by one shard.
/// </summary>
internal sealed unsafe class LineArena
{
    /// <summary>Half a line: no block of a line or less lies across two.</summary>
    public const int UnitBytes = 32;

    /// <summary>The largest block is 2^15 half lines, 1 MiB.</summary>
    public const int BitsMax = 15;

    private const int SlabBits = 16;
    private const int SlabUnits = 1 << SlabBits;
    private const int SmallestSlabUnits = 128;
    private const int SlabsAtOnce = 16;
    private const int NoBlock = -1;

    // By size: slabs that have, or had, a block to give.
    private readonly Stack<int>[] open = [.. Enumerable.Range(0, BitsMax + 1).Select(_ => new Stack<int>())];
    private readonly List<int> empty = [];
    private readonly List<byte[]> memory = [];

    // By slab; that of none is 0, and so is where block 0 lies.
    private readonly FlatArray<nint> starts = new();

    // Slab 0 is none, so that no block is number 0.
    private Slab[] slabs = new Slab[4];
    private int slabCount = 1;

    public LineArena() => starts.Grow(slabs.Length, 0);

    public long Bytes { get; private set; }

    /// <summary>Where the slabs begin, for <see cref="At(nint*, int)"/>; valid until a block is rented.</summary>
    public nint* Starts => starts.Start;

    /// <summary>Where a block begins.</summary>
    /// <param name="starts">As <see cref="Starts"/>.</param>
    /// <param name="block">Its number; null for that of none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* At(nint* starts, int block) => (byte*)starts[block >> SlabBits] + ((long)(block & (SlabUnits - 1)) * UnitBytes);

    /// <inheritdoc cref="At(nint*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(int block) => At(starts.Start, block);

    /// <summary>A block of 2^<paramref name="bits"/> half lines; what is in it is anything.</summary>
    public int Rent(int bits)
    {
        var units = 1 << bits;
        int number;
        while (!open[bits].TryPeek(out number) || slabs[number].Bits != bits || !slabs[number].HasBlock(units))
        {
            if (!open[bits].TryPop(out _))
            {
                open[bits].Push(TakeEmpty(bits));
            }
        }

        ref var slab = ref slabs[number];
        slab.Live++;
        var unit = slab.Free;
        if (unit != NoBlock)
        {
            slab.Free = *(int*)At((number << SlabBits) | unit);
        }
        else
        {
            unit = slab.Used;
            slab.Used += units;
        }

        return (number << SlabBits) | unit;
    }

    public void Return(int block, int bits)
    {
        var number = block >> SlabBits;
        ref var slab = ref slabs[number];
        if (!slab.HasBlock(1 << bits))
        {
            open[bits].Push(number);
        }

        *(int*)At(block) = slab.Free;
        slab.Free = block & (SlabUnits - 1);
        if (--slab.Live == 0)
        {
            slab = slab with { Bits = -1, Used = 0, Free = NoBlock };
            empty.Add(number);
        }
    }

    /// <summary>The first slabs are small, so that a shard of few devices costs little.</summary>
    private int TakeEmpty(int bits)
    {
        var at = empty.FindLastIndex(number => slabs[number].Units >= 1 << bits);
        if (at < 0)
        {
            var units = Math.Max(1 << bits, (int)Math.Min(SlabUnits, SmallestSlabUnits * (1L << Math.Min(slabCount - 1, SlabBits))));
            Add(units, units == SlabUnits ? SlabsAtOnce : 1);
            at = empty.Count - 1;
        }

        var taken = empty[at];
        empty.RemoveAt(at);
        slabs[taken].Bits = bits;
        return taken;
    }

    private void Add(int units, int count)
    {
        memory.Add(FlatMemory.Allocate((long)units * UnitBytes * count, out var start));
        Bytes += (long)units * UnitBytes * count;
        if (slabCount + count > slabs.Length)
        {
            Array.Resize(ref slabs, Math.Max(slabCount + count, slabs.Length * 2));
        }

        for (var i = count - 1; i >= 0; i--)
        {
            starts.Grow(slabCount + 1, 0);
            starts[slabCount] = start + ((nint)i * units * UnitBytes);
            slabs[slabCount] = new Slab { Units = units, Bits = -1, Free = NoBlock };
            empty.Add(slabCount++);
        }
    }

    private struct Slab
    {
        public int Units;

        /// <summary>Size of its blocks; -1 while empty.</summary>
        public int Bits;

        public int Live;

        /// <summary>Half lines given out at least once.</summary>
        public int Used;

        /// <summary>First block that came back; each says which is next.</summary>
        public int Free;

        public readonly bool HasBlock(int units) => Free != NoBlock || Used + units <= Units;
    }
}
