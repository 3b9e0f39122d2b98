using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Which samples there are: of packed ones their <see cref="Packing"/>; else 16 bits that say which is first, and above them how many.</summary>
    public uint Shape;

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

    /// <summary>Whether every sample kept lies where no band is crossed, and no rule has anything to say or to wait for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Rests(byte generation) => ((byte)anchor ^ generation | States) == 0;

    /// <summary>Both at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(long serverTime, byte settled) =>
        anchor = (serverTime == Never.Micros ? Never.Micros : serverTime << SettledBits) | settled;

    /// <summary>The same of a server time that is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkAt(long serverTime, byte settled) => anchor = (serverTime << SettledBits) | settled;
}

/// <summary>A clock in event time that ticks advance.</summary>
/// <param name="Last">Newest event time.</param>
/// <param name="Anchor">As <see cref="SeriesHead.Anchor"/>.</param>
internal readonly record struct SeriesClock(long Last, long Anchor)
{
    public static SeriesClock None => new(Never.Micros, Never.Micros);
}

/// <summary>How large a block is and how its samples are written.</summary>
/// <param name="Bits">It is 2^<paramref name="Bits"/> half lines.</param>
/// <param name="IsWide">16 bytes a sample; else they are packed into 8.</param>
internal readonly record struct BlockForm(int Bits, bool IsWide)
{
    /// <summary>Bits of <see cref="Word"/>.</summary>
    public const int WordBits = 5;

    /// <summary>Packed samples lie at the beginning of their block: of more than these the oldest would cost too much to let go.</summary>
    public const int PackedBitsMax = 3;

    public int Word => (Bits << 1) | (IsWide ? 1 : 0);

    /// <summary>Of 32 bytes there is room for 2 wide samples or 4 packed ones; the head takes that of 1 or 2.</summary>
    public int Capacity => IsWide ? (2 << Bits) - 1 : PackedCapacity(Bits);

    /// <summary>Words of 8 bytes that a sample takes.</summary>
    public int WordsEach => IsWide ? 2 : 1;

    /// <summary>With fewer samples a smaller block will do.</summary>
    public int Least => Capacity / 4;

    /// <summary>Large blocks of wide samples have some to spare, so that all are moved to the beginning once in many readings.</summary>
    private int Most => IsWide && Bits > PackedBitsMax ? Capacity / 4 * 3 : Capacity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PackedCapacity(int bits) => (4 << bits) - 2;

    public static BlockForm Of(int word) => new(word >> 1, (word & 1) != 0);

    /// <summary>The block's number, of a place that ends with <see cref="Word"/>.</summary>
    public static int UnitOf(int place) => (int)((uint)place >> WordBits);

    /// <summary>The size alone, of a place that ends with <see cref="Word"/>.</summary>
    public static int BitsOf(int place) => (place & ((1 << WordBits) - 1)) >> 1;

    /// <summary>The form next to this one, if not this one, for so many samples.</summary>
    public BlockForm For(int count)
    {
        var form = this;
        while (count > form.Most)
        {
            form = form with { Bits = form.Bits + 1 };
        }

        while (form.Bits > 0 && count < form.Least)
        {
            form = form with { Bits = form.Bits - 1 };
        }

        return form;
    }
}

/// <summary>
/// One series: its head and, side by side from the oldest to the newest, the readings that windows still need. Packed, half a cache line holds 2 of
/// them, a line 6, two lines 14; where they cannot be packed 1, 3 and 7.
/// </summary>
/// <param name="start">Where it is.</param>
/// <param name="word">Its <see cref="BlockForm"/>.</param>
internal readonly unsafe ref struct SeriesBlock(byte* start, int word)
{
    /// <summary>Wide blocks up to this size (of 7 samples) make room at the end by moving what they have.</summary>
    private const int ShiftedBitsMax = 2;

    /// <summary>The most samples a series can have.</summary>
    public const int ReadingsMax = 32_768;

    private readonly byte* start = start;
    private readonly int word = word;

    public BlockForm Form => BlockForm.Of(word);

    public ref SeriesHead Head => ref *(SeriesHead*)start;

    public int Count => IsWide ? (int)(Head.Shape >> 16) : Packing.Count;

    public bool HasReading => Count > 0;

    /// <summary>Newest event time; only where there is a reading.</summary>
    public long Last => IsWide ? Wide[First + Count - 1].EventTimeMicros : Packing.TimeOf(Packed[Count - 1]);

    /// <summary>Only where there is a reading.</summary>
    public Sample Newest => IsWide ? Wide[First + Count - 1] : Packing.SampleOf(Packed[Count - 1]);

    /// <summary>Where its own clock stands; one that never was before its first reading.</summary>
    public SeriesClock Clock => HasReading ? new SeriesClock(Last, Head.Anchor) : SeriesClock.None;

    public Packing Packing => new(Head.Shape);

    private bool IsWide => (word & 1) != 0;

    private int First => (int)(Head.Shape & ushort.MaxValue);

    private Sample* Wide => (Sample*)(start + SeriesHead.Bytes);

    private ulong* Packed => (ulong*)(start + SeriesHead.Bytes);

    /// <summary>Oldest first, where they are or unpacked.</summary>
    /// <param name="scratch">Valid until samples of another series are unpacked into it.</param>
    public ReadOnlySpan<Sample> Samples(Scratch scratch)
    {
        if (IsWide)
        {
            return new(Wide + First, Count);
        }

        var packing = Packing;
        var samples = scratch.TakeSamples(packing.Count);
        packing.Unpack(new(Packed, samples.Length), samples);
        return samples;
    }

    /// <summary>Lets go of the samples before <paramref name="keepFrom"/> and puts one behind the newest.</summary>
    /// <returns>False, with nothing put, when it needs another block or would hold more than <paramref name="most"/>.</returns>
    public bool TryPut(long keepFrom, int most, long eventTimeMicros, double value)
    {
        if (IsWide)
        {
            return TryPutWide(keepFrom, most, eventTimeMicros, value);
        }

        var samples = new PackedSamples(start, Form.Bits);
        if (samples.TryPut(eventTimeMicros - keepFrom, newestKept: 0, most, eventTimeMicros, value))
        {
            return true;
        }

        samples.DropBefore(keepFrom);
        return false;
    }

    /// <summary>Puts a sample in its place among the others.</summary>
    /// <returns>False, with nothing put, when it needs another block.</returns>
    public bool TryInsert(int place, long eventTimeMicros, double value)
    {
        var count = Count;
        if ((IsWide ? First : 0) + count == Form.Capacity)
        {
            return false;
        }

        if (IsWide)
        {
            var samples = new Span<Sample>(Wide + First, count + 1);
            samples[place..^1].CopyTo(samples[(place + 1)..]);
            samples[place] = new Sample { EventTimeMicros = eventTimeMicros, Value = value };
            SetWide(First, count + 1);
            return true;
        }

        if (!Packing.TryPack(eventTimeMicros, value, out var sample))
        {
            return false;
        }

        var packed = new Span<ulong>(Packed, count + 1);
        packed[place..^1].CopyTo(packed[(place + 1)..]);
        packed[place] = sample;
        Head.Shape = Packing.With(count + 1).Word;
        return true;
    }

    public void DropOldest(int count)
    {
        if (IsWide)
        {
            SetWide(count == Count ? 0 : First + count, Count - count);
            return;
        }

        new PackedSamples(start, Form.Bits).DropOldest(count);
    }

    /// <summary>Holds these instead of what it held.</summary>
    /// <param name="samples">No more than there is room for.</param>
    /// <param name="packing">Under which they fit, if they are to be packed.</param>
    public void Fill(ReadOnlySpan<Sample> samples, Packing packing)
    {
        if (IsWide)
        {
            samples.CopyTo(new Span<Sample>(Wide, Form.Capacity));
            SetWide(0, samples.Length);
            return;
        }

        var packed = new Span<ulong>(Packed, Form.Capacity);
        for (var i = 0; i < samples.Length; i++)
        {
            packing.TryPack(samples[i].EventTimeMicros, samples[i].Value, out packed[i]);
        }

        Head.Shape = packing.Word;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPutWide(long keepFrom, int most, long eventTimeMicros, double value)
    {
        int first = First, count = Count, capacity = Form.Capacity;
        var sample = Wide + first;
        while (count > 0 && sample->EventTimeMicros < keepFrom)
        {
            first++;
            count--;
            sample++;
        }

        // Of a series that can be packed again the value can be.
        if (first + count == capacity && Form.Bits <= ShiftedBitsMax && !Packing.CanHold(value))
        {
            new Span<Sample>(sample, count).CopyTo(new Span<Sample>(Wide, capacity));
            sample = Wide;
            first = 0;
        }

        SetWide(first, count);
        if (first + count == capacity || count >= most)
        {
            return false;
        }

        SetWide(first, count + 1);
        sample[count].EventTimeMicros = eventTimeMicros;
        sample[count].Value = value;
        return true;
    }

    private void SetWide(int first, int count) => Head.Shape = (uint)((count << 16) | first);

    /// <summary>The samples as they lie, oldest first; <see cref="BlockForm.WordsEach"/> of them each.</summary>
    public Span<ulong> Words => IsWide ? new(Wide + First, 2 * Count) : new(Packed, Count);

    /// <summary>What the words mean, and how many they are: <see cref="SeriesHead.Shape"/> of a block in which they lie at the beginning.</summary>
    public uint ShapeOfWords => Head.Shape & (IsWide ? ~(uint)ushort.MaxValue : ~0u);

    /// <summary>How many samples a shape is of; -1 where no block that can be has it and keeps them at its beginning.</summary>
    public static int CountOf(BlockForm form, uint shape)
    {
        var count = (int)(form.IsWide ? shape >> 16 : shape & Packing.CountMax);
        var most = form.IsWide ? ReadingsMax : BlockForm.PackedCapacity(BlockForm.PackedBitsMax);
        var bitsMax = form.IsWide ? LineArena.BitsMax : BlockForm.PackedBitsMax;
        return count <= most && (uint)form.Bits <= (uint)bitsMax && (!form.IsWide || (ushort)shape == 0) ? count : -1;
    }

    /// <summary>Whether the samples, wherever they come from, are what a series can have: each later than the one before it, all finite.</summary>
    public bool IsSound()
    {
        var isSound = true;
        if (!IsWide)
        {
            for (var i = 1; i < Count; i++)
            {
                isSound &= Packing.IsLater(Packed[i], Packed[i - 1]);
            }

            return isSound;
        }

        var samples = new ReadOnlySpan<Sample>(Wide + First, Count);
        for (var i = 0; i < samples.Length; i++)
        {
            isSound &= double.IsFinite(samples[i].Value) && (i == 0 || samples[i].EventTimeMicros > samples[i - 1].EventTimeMicros);
        }

        return isSound;
    }
}
