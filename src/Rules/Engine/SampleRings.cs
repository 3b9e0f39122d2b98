using System.Numerics;

namespace PingAnIoT.Rules;

/// <summary>One counted reading as a window keeps it.</summary>
internal struct Sample
{
    public long EventTimeMicros;
    public double Value;
}

/// <summary>
/// The readings that windows still need: one ring per series, oldest first, in pages shared by all series of a shard.
/// A ring's room is a power of two; it doubles when it runs out and the smaller block goes back to the pool.
/// </summary>
internal sealed class SampleRings
{
    private const int PageBits = 16;
    private const int PageMask = (1 << PageBits) - 1;
    private readonly Stack<int>[] free = [.. Enumerable.Range(0, PageBits + 1).Select(_ => new Stack<int>())];
    private Sample[][] pages = new Sample[16][];
    private int pageCount;
    private int usedInPage = 1 << PageBits;

    public long Bytes => pageCount == 0 ? 0 : 16L * (pages[0].Length + ((pageCount - 1L) << PageBits));

    /// <returns>Where a block of 2^<paramref name="bits"/> samples starts.</returns>
    public int Rent(int bits)
    {
        if (free[bits].TryPop(out var block))
        {
            return block;
        }

        var size = 1 << bits;
        usedInPage = (usedInPage + size - 1) & -size;
        if (usedInPage + size > 1 << PageBits)
        {
            AddPage();
        }

        ref var page = ref pages[pageCount - 1];
        if (usedInPage + size > page.Length)
        {
            Array.Resize(ref page, (int)BitOperations.RoundUpToPowerOf2((uint)(usedInPage + size)));
        }

        var start = ((pageCount - 1) << PageBits) | usedInPage;
        usedInPage += size;
        return start;
    }

    /// <summary>The first of a series' samples in memory.</summary>
    public ref Sample Block(in Series series) => ref pages[series.Ring >> PageBits][series.Ring & PageMask];

    public RingView View(in Series series) => new(
        pages[series.Ring >> PageBits].AsSpan(series.Ring & PageMask, 1 << series.RingBits), series.Head, series.Count);

    /// <summary>Puts a sample behind the newest; the caller has seen to the bound.</summary>
    public void Append(ref Series series, long eventTimeMicros, double value)
    {
        if (series.Count == 1 << series.RingBits)
        {
            Grow(ref series);
        }

        var at = (series.Head + series.Count) & ((1 << series.RingBits) - 1);
        ref var sample = ref pages[series.Ring >> PageBits][(series.Ring & PageMask) + at];
        sample.EventTimeMicros = eventTimeMicros;
        sample.Value = value;
        series.Count++;
    }

    /// <summary>Puts a sample in its place among the others.</summary>
    public void Insert(ref Series series, int place, long eventTimeMicros, double value)
    {
        Append(ref series, eventTimeMicros, value);
        var view = View(series);
        for (var i = series.Count - 1; i > place; i--)
        {
            view[i] = view[i - 1];
        }

        view[place] = new Sample { EventTimeMicros = eventTimeMicros, Value = value };
    }

    public static void DropOldest(ref Series series)
    {
        series.Head = (ushort)((series.Head + 1) & ((1 << series.RingBits) - 1));
        series.Count--;
    }

    /// <summary>The first page starts small and grows, the others come whole: a shard of few devices costs little.</summary>
    private void AddPage()
    {
        if (pageCount == pages.Length)
        {
            Array.Resize(ref pages, pages.Length * 2);
        }

        pages[pageCount] = new Sample[pageCount == 0 ? 256 : 1 << PageBits];
        pageCount++;
        usedInPage = 0;
    }

    private void Grow(ref Series series)
    {
        var old = View(series);
        var block = Rent(series.RingBits + 1);
        var page = pages[block >> PageBits];
        for (var i = 0; i < old.Count; i++)
        {
            page[(block & PageMask) + i] = old[i];
        }

        free[series.RingBits].Push(series.Ring);
        series.Ring = block;
        series.RingBits++;
        series.Head = 0;
    }
}

/// <summary>One series' samples, oldest first.</summary>
internal readonly ref struct RingView(Span<Sample> block, int head, int count)
{
    private readonly Span<Sample> block = block;
    private readonly int head = head;

    public int Count { get; } = count;

    public ref Sample this[int index] => ref block[(head + index) & (block.Length - 1)];

    /// <returns>Index of the oldest sample later than <paramref name="eventTimeMicros"/>.</returns>
    public int FirstAfter(long eventTimeMicros)
    {
        if (Count > 0 && this[0].EventTimeMicros > eventTimeMicros)
        {
            return 0;
        }

        var first = Count;
        while (first > 0 && this[first - 1].EventTimeMicros > eventTimeMicros)
        {
            first--;
        }

        return first;
    }
}
