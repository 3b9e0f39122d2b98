using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PingAnIoT.Rules;

/// <summary>The samples of a block that keeps them in 8 bytes each (<see cref="Packing"/>): oldest first, from the head on.</summary>
/// <param name="start">Where the block begins.</param>
/// <param name="bits">Its size, as <see cref="BlockForm"/> tells it.</param>
internal readonly unsafe ref struct PackedSamples(byte* start, int bits)
{
    private Packing Packing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(((SeriesHead*)start)->Shape);
    }

    private ulong* Samples => (ulong*)(start + SeriesHead.Bytes);

    /// <summary>Lets go of the samples that are over and puts one behind the newest, with the head read and written once.</summary>
    /// <param name="keptMicros">Older by more than this than the one that is put: those go.</param>
    /// <param name="newestKept">So many of the newest stay whatever their time is: 0 or 1.</param>
    /// <param name="most">No more than so many are held.</param>
    /// <param name="eventTimeMicros">Of the one that is put.</param>
    /// <param name="value">Of the same.</param>
    /// <returns>False, with nothing put or let go, where it would not be the newest of several, needs another block, or would be one too many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPut(long keptMicros, int newestKept, int most, long eventTimeMicros, double value)
    {
        var packing = Packing;
        var samples = Samples;
        var count = packing.Count;
        var since = (ulong)(eventTimeMicros - packing.Base);
        if (count == 0 || since > uint.MaxValue || since <= Packing.SinceOf(samples[count - 1]) || !packing.TryPack(since, value, out var packed))
        {
            return false;
        }

        var expired = Expired(samples, count - newestKept, (long)since - keptMicros);

        // Blocks hold 4 times their units less 2. With fewer left than their units less 2 a smaller one will do: both in one comparison.
        var left = count - expired;
        var units = 1 << bits;
        if ((uint)(left + 2 - units) >= (uint)(3 * units) || left >= most)
        {
            return false;
        }

        if (expired == 1)
        {
            ShiftOne(samples, BlockForm.PackedCapacity(bits));
        }
        else if (expired > 0)
        {
            Shift(samples, expired, left);
        }

        samples[left] = packed;
        ((SeriesHead*)start)->Shape = packing.With(left + 1).Word;
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

    /// <summary>
    /// How many of the oldest are before a time. Mostly it is one, or none: that is told without a branch, which how many there are would have
    /// mispredicted. (There is room for two in any block, so that both may be read.)
    /// </summary>
    /// <param name="samples">Oldest first.</param>
    /// <param name="count">How many of them are asked about; -1 and up.</param>
    /// <param name="keepFrom">The time, since the base.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Expired(ulong* samples, int count, long keepFrom)
    {
        // Of a negative difference the highest bit is 1.
        var first = (((long)Packing.SinceOf(samples[0]) - keepFrom) & -(long)count) >>> 63;
        var second = (((long)Packing.SinceOf(samples[1]) - keepFrom) & (1L - count)) >>> 63;
        return (first & second) == 0 ? (int)first : ExpiredOf(samples, count, keepFrom);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ExpiredOf(ulong* samples, int count, long keepFrom)
    {
        var expired = 0;
        while (expired < count && (long)Packing.SinceOf(samples[expired]) < keepFrom)
        {
            expired++;
        }

        return expired;
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
