using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>One counted reading as a window keeps it.</summary>
internal struct Sample
{
    public long EventTimeMicros;
    public double Value;
}

/// <summary>What a series' block begins with.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct SeriesHead
{
    public const int Bytes = 16;
    private const int SettledBits = 8;

    // Server time shifted, and Settled in the bits below: microseconds need no more than 56 bits.
    private long anchor;

    /// <summary>First of the series' rule states; 0 while no rule has anything to say or to wait for.</summary>
    public int States;

    public ushort First;
    public ushort Count;

    /// <summary>
    /// Server time when the newest reading arrived: the series' clock runs from (its event time, this). <see cref="Never"/> when the reading
    /// was older than the carry as it came, so that ticks do not advance the clock.
    /// </summary>
    public long Anchor
    {
        readonly get => anchor >> SettledBits == Never.Micros >> SettledBits ? Never.Micros : anchor >> SettledBits;
        set => Mark(value, Settled);
    }

    /// <summary>
    /// The <see cref="RulePlan.Generation"/> under which every sample kept was seen to lie where no band is crossed
    /// (<see cref="QuietPlan.Holds"/>); 0 where one does not, or none has looked.
    /// </summary>
    public byte Settled
    {
        readonly get => (byte)anchor;
        set => anchor = (anchor & ~(long)byte.MaxValue) | value;
    }

    /// <summary>Both at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(long serverTime, byte settled) =>
        anchor = (serverTime == Never.Micros ? Never.Micros : serverTime << SettledBits) | settled;
}

/// <summary>A clock in event time that ticks advance.</summary>
/// <param name="Last">Newest event time.</param>
/// <param name="Anchor">As <see cref="SeriesHead.Anchor"/>.</param>
internal readonly record struct SeriesClock(long Last, long Anchor)
{
    public static SeriesClock None => new(Never.Micros, Never.Micros);
}

/// <summary>
/// One series: its head and, side by side from the oldest to the newest, the readings that windows still need. A block of one cache line
/// holds 3 of them, of two lines 7, of four 15.
/// </summary>
internal readonly unsafe ref struct SeriesBlock(byte* start, int bits)
{
    /// <summary>Blocks up to this size (of 7 samples) make room at the end by moving what they have.</summary>
    private const int ShiftedBitsMax = 1;

    private readonly byte* start = start;

    public int Bits { get; } = bits;

    public int Capacity => CapacityOf(Bits);

    public ref SeriesHead Head => ref *(SeriesHead*)start;

    public bool HasReading => Head.Count > 0;

    /// <summary>Oldest first.</summary>
    public Span<Sample> Samples => new((Sample*)(start + SeriesHead.Bytes) + Head.First, Head.Count);

    /// <summary>Newest event time; only where there is a reading.</summary>
    public long Last => Samples[^1].EventTimeMicros;

    /// <summary>Where its own clock stands; one that never was before its first reading.</summary>
    public SeriesClock Clock => HasReading ? new SeriesClock(Last, Head.Anchor) : SeriesClock.None;

    public bool IsFull => Head.First + Head.Count == Capacity;

    public static int CapacityOf(int bits) => (LineArena.LineBytes / SeriesHead.Bytes << bits) - 1;

    /// <summary>Puts a sample behind the newest; there is room.</summary>
    public void Append(long eventTimeMicros, double value)
    {
        Head.Count++;
        ref var sample = ref Samples[^1];
        sample.EventTimeMicros = eventTimeMicros;
        sample.Value = value;
    }

    /// <summary>
    /// Lets go of the samples before <paramref name="keepFrom"/> and puts one behind the newest, with the head read and written once: the hot path.
    /// </summary>
    /// <returns>False, with nothing put, when there is no room or when it would hold more than <paramref name="most"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPut(long keepFrom, int most, long eventTimeMicros, double value)
    {
        var head = (SeriesHead*)start;
        int first = head->First, count = head->Count;
        var sample = (Sample*)(start + SeriesHead.Bytes) + first;
        while (count > 0 && sample->EventTimeMicros < keepFrom)
        {
            first++;
            count--;
            sample++;
        }

        if (first + count == Capacity && first > 0 && Bits <= ShiftedBitsMax)
        {
            sample = Shift(sample, count);
            first = 0;
        }

        head->First = (ushort)first;
        head->Count = (ushort)count;
        if (first + count == Capacity || count >= most)
        {
            return false;
        }

        head->Count = (ushort)(count + 1);
        sample[count].EventTimeMicros = eventTimeMicros;
        sample[count].Value = value;
        return true;
    }

    /// <summary>Puts a sample in its place among the others; there is room.</summary>
    public void Insert(int place, long eventTimeMicros, double value)
    {
        Head.Count++;
        var samples = Samples;
        samples[place..^1].CopyTo(samples[(place + 1)..]);
        samples[place] = new Sample { EventTimeMicros = eventTimeMicros, Value = value };
    }

    public void DropOldest(int count)
    {
        Head.Count -= (ushort)count;
        Head.First = (ushort)(Head.Count == 0 ? 0 : Head.First + count);
    }

    /// <summary>Moves all to the beginning, so that there is room at the end.</summary>
    public void Compact()
    {
        Samples.CopyTo(new Span<Sample>(start + SeriesHead.Bytes, Capacity));
        Head.First = 0;
    }

    /// <summary>The same for the few of a small block, without a call.</summary>
    private Sample* Shift(Sample* from, int count)
    {
        var to = (Sample*)(start + SeriesHead.Bytes);
        for (var i = 0; i < count; i++)
        {
            to[i] = from[i];
        }

        return to;
    }
}
