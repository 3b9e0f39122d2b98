using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// How the samples of a series are kept in 8 bytes each, without loss: event times as microseconds since a common base, less than 71 minutes of them,
/// values as whole numbers of a common power of ten. Sensors send decimals of few digits, and the decimal nearest to a double is that double
/// again after one division. What does not come back bit for bit (more digits, -0, too large, too far apart) is not packed.
/// </summary>
/// <param name="word">As <see cref="Word"/>.</param>
internal readonly struct Packing(uint word)
{
    /// <summary>The most samples a block keeps so.</summary>
    public const int CountMax = (1 << CountBits) - 1;

    private const int CountBits = 5;
    private const int DigitsBits = 3;
    private const int DigitsMask = (1 << DigitsBits) - 1;
    private const int BaseShift = CountBits + DigitsBits;
    private const int BaseBits = 32 - BaseShift;

    /// <summary>Bases are multiples of 2^28 µs, 268 s: from 1970 on, 24 bits of them last 142 years.</summary>
    private const int BaseUnitBits = 28;

    private const int TimeShift = 32;

    private const double Rounder = 1.5 * (1L << 52);

    // Arrays: a span of constants is made anew each time, on the heap, by code that is not optimized.
    private static readonly double[] Scales = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];
    private static readonly double[] Units = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

    private Packing(long baseUnits, int digits)
        : this((uint)(baseUnits << BaseShift) | (uint)(digits << CountBits))
    {
    }

    /// <summary>Base, digits after the point and how many samples there are, in one word of the series' head.</summary>
    public uint Word => word;

    public int Count => (int)(word & CountMax);

    /// <summary>What one of the last digit is worth, to the nearest double.</summary>
    public double Unit => Units[Digits];

    private int Digits => (int)(word >> CountBits) & DigitsMask;

    private double Scale => Scales[Digits];

    /// <summary>The time that those of the samples are counted from.</summary>
    public long Base => (long)(word >> BaseShift) << BaseUnitBits;

    /// <summary>The same with another number of samples.</summary>
    public Packing With(int count) => new((word & ~(uint)CountMax) | (uint)count);

    /// <summary>A packing under which all of these fit.</summary>
    /// <param name="samples">Oldest first; not empty.</param>
    /// <param name="before">What they were packed by: its digits are the first choice, so that values of fewer digits in between change nothing.</param>
    /// <param name="packing">With their count.</param>
    public static bool TryFind(ReadOnlySpan<Sample> samples, Packing before, out Packing packing)
    {
        packing = default;
        var units = samples[0].EventTimeMicros >> BaseUnitBits;
        if (samples.Length > CountMax || (ulong)units >= 1UL << BaseBits)
        {
            return false;
        }

        // Of samples with more digits than any packing has, the newest is mostly one.
        for (var i = 0; i <= DigitsMask && IsDecimal(samples[^1].Value); i++)
        {
            packing = new Packing(units, (before.Digits + i) & DigitsMask).With(samples.Length);
            if (packing.Fits(samples))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether some packing holds the value.</summary>
    public static bool CanHold(double value)
    {
        if (!IsDecimal(value))
        {
            return false;
        }

        foreach (var scale in Scales)
        {
            if (IsWhole(value, scale, out _))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPack(long eventTimeMicros, double value, out ulong packed)
    {
        var since = (ulong)(eventTimeMicros - Base);
        return TryPack(since, value, out packed) & (since <= uint.MaxValue);
    }

    /// <param name="since">Microseconds since <see cref="Base"/>: no more than 32 bits of them.</param>
    /// <param name="value">As it is.</param>
    /// <param name="packed">Both.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPack(ulong since, double value, out ulong packed)
    {
        var isWhole = IsWhole(value, Scale, out var whole);
        packed = (since << TimeShift) | (uint)whole;
        return isWhole;
    }

    /// <summary>Which whole number a value would be packed as, if it can be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WholeOf(double value) => Nearest(value * Scale);

    /// <summary>Microseconds since <see cref="Base"/>, of a packed sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SinceOf(ulong packed) => packed >> TimeShift;

    /// <summary>Whether one packed sample is later than another.</summary>
    public static bool IsLater(ulong packed, ulong than) => SinceOf(packed) > SinceOf(than);

    /// <summary>No packed sample of that time or later is less than this, and each earlier one is; of a time not after one that can be packed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong FirstOf(long eventTimeMicros) => (ulong)Math.Max(eventTimeMicros - Base, 0) << TimeShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long TimeOf(ulong packed) => Base + (long)(packed >> TimeShift);

    public Sample SampleOf(ulong packed) => new() { EventTimeMicros = TimeOf(packed), Value = (int)packed / Scale };

    /// <summary>One at a time: what was just written in 8 bytes cannot be read at once in more.</summary>
    public void Unpack(ReadOnlySpan<ulong> packed, Span<Sample> samples)
    {
        var (start, scale) = (Base, Scale);
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = packed[i];
            samples[i].EventTimeMicros = start + (long)(sample >> TimeShift);
            samples[i].Value = (int)sample / scale;
        }
    }

    private bool Fits(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            if (!TryPack(sample.EventTimeMicros, sample.Value, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value that is no decimal of at most as many digits after the point as there can be is told by one division.</summary>
    private static bool IsDecimal(double value) => Math.Round(value * Scales[DigitsMask]) / Scales[DigitsMask] == value;

    /// <summary>Is the value so many units, to the last bit?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWhole(double value, double scale, out int whole)
    {
        whole = Nearest(value * scale);
        return BitConverter.DoubleToInt64Bits(whole / scale) == BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>Added to 1.5 * 2^52, a number of up to 51 bits is rounded to a whole one, which the lowest bits of the sum then are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Nearest(double value) => (int)BitConverter.DoubleToInt64Bits(value + Rounder);
}
