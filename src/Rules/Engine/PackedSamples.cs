using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PingAnIoT.Rules;

/// <summary>The samples of a block that keeps them in 8 bytes each (<see cref="Packing"/>): oldest first, from the head on.</summary>
/// <param name="start">Where the block begins.</param>
/// <param name="bits">Its size, as <see cref="BlockForm"/> tells it.</param>
internal readonly unsafe ref struct PackedSamples(byte* start, int bits)
{
    /// <summary>Of blocks larger than this it is asked whether a smaller one would do.</summary>
    private const int OneLineBits = 1;

    private Packing Packing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(((SeriesHead*)start)->Shape);
    }

    private ulong* Samples => (ulong*)(start + SeriesHead.Bytes);

    /// <summary>Is the time after that of every sample, and one that may be packed?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNewer(long eventTimeMicros)
    {
        var packing = Packing;
        return packing.Count == 0 || packing.Since(eventTimeMicros) > Packing.SinceOf(Samples[packing.Count - 1]);
    }

    /// <returns>The time, or that of the newest sample where it is earlier.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long NotAfterNewest(long eventTimeMicros)
    {
        var packing = Packing;
        return packing.Count == 0 ? eventTimeMicros : Math.Min(eventTimeMicros, packing.TimeOf(Samples[packing.Count - 1]));
    }

    /// <summary>Lets go of the samples before <paramref name="keepFrom"/> and puts one behind the newest, with the head read and written once.</summary>
    /// <returns>False, with nothing put or let go, when it needs another block or would hold more than <paramref name="most"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPut(long keepFrom, int most, long eventTimeMicros, double value)
    {
        var packing = Packing;
        var samples = Samples;
        if (!packing.TryPack(eventTimeMicros, value, out var packed))
        {
            return false;
        }

        var kept = packing.FirstOf(keepFrom);
        int count = packing.Count, expired = 0;
        while (expired < count && samples[expired] < kept)
        {
            expired++;
        }

        count -= expired;
        var capacity = BlockForm.PackedCapacity(bits);
        if (count >= capacity || count >= most || (bits > OneLineBits && count < capacity / 4))
        {
            return false;
        }

        if (expired == 1)
        {
            ShiftOne(samples, capacity);
        }
        else if (expired > 0)
        {
            Shift(samples, expired, count);
        }

        samples[count] = packed;
        ((SeriesHead*)start)->Shape = packing.With(count + 1).Word;
        return true;
    }

    /// <summary>Would the readings kept and a newer one lie so close together that no window of them need be computed?</summary>
    /// <param name="quiet">What is watched.</param>
    /// <param name="eventTimeMicros">Of the newer one.</param>
    /// <param name="value">Of the newer one.</param>
    public bool AreCalm(in QuietPlan quiet, long eventTimeMicros, double value)
    {
        var packing = Packing;
        var samples = Samples;
        var count = packing.Count;
        if (count == 0)
        {
            return quiet.Calm.Holds(0);
        }

        // Without a branch, which random values would have mispredicted: each sample's lower half is its value.
        var least = Vector128.CreateScalarUnsafe(packing.WholeOf(value));
        var greatest = least;
        for (var sample = samples; sample < samples + count; sample++)
        {
            var one = Vector128.CreateScalarUnsafe(*sample).AsInt32();
            least = Vector128.Min(least, one);
            greatest = Vector128.Max(greatest, one);
        }

        // A part of the last digit more is far more than what adding up so few values loses.
        const double More = 1 / 64.0;
        var within = ((long)greatest.ToScalar() - least.ToScalar() + More) * packing.Unit;
        if (!quiet.Calm.Holds(within) || (quiet.Has(QuietNeeds.Stuck) && packing.SampleOf(samples[count - 1]).Value == value))
        {
            return false;
        }

        if (!quiet.Calm.HasSlope)
        {
            return true;
        }

        var covered = packing.FirstOf(eventTimeMicros - quiet.Calm.SlopeMicros + 1);
        var first = 0;
        while (first < count && samples[first] < covered)
        {
            first++;
        }

        return first == count || quiet.Calm.HoldsSlope(within, count - first + 1, eventTimeMicros - packing.TimeOf(samples[first]));
    }

    public void DropBefore(long eventTimeMicros)
    {
        var packing = Packing;
        var expired = 0;
        while (expired < packing.Count && packing.TimeOf(Samples[expired]) < eventTimeMicros)
        {
            expired++;
        }

        DropOldest(expired);
    }

    public void DropOldest(int count)
    {
        var packing = Packing;
        Shift(Samples, count, packing.Count - count);
        ((SeriesHead*)start)->Shape = packing.With(packing.Count - count).Word;
    }

    /// <summary>Moves to the beginning what is left, without a call: it is little.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift(ulong* samples, int by, int left)
    {
        var end = samples + left;
        for (; samples < end; samples++)
        {
            *samples = samples[by];
        }
    }

    /// <summary>
    /// The same for the one that a steady series lets go of: all that the block has room for. How many there are differs from series to series, so
    /// that to go by that would be mispredicted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ShiftOne(ulong* samples, int capacity)
    {
        var at = 0;
        for (; at + Vector256<ulong>.Count < capacity; at += Vector256<ulong>.Count)
        {
            Vector256.Load(samples + at + 1).Store(samples + at);
        }

        // Capacities are 2 more than a multiple of 4.
        samples[at] = samples[at + 1];
    }
}
