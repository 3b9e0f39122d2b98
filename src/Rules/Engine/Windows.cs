using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// The window functions, exact over the readings in the window: recomputed oldest to newest, never a running sum that drifts.
/// </summary>
internal static class Windows
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>The part of a series' readings that a window covers as of the newest: (t - T, t]; without a length the newest alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<Sample> Covered(long windowMicros, ReadOnlySpan<Sample> samples)
    {
        var after = samples[^1].EventTimeMicros - windowMicros;
        return samples[0].EventTimeMicros > after ? samples
            : windowMicros == 0 ? samples[^1..]
            : samples[FirstAfter(samples, after)..];
    }

    /// <returns>Index of the oldest sample later than <paramref name="eventTimeMicros"/>; the number of samples when there is none.</returns>
    public static int FirstAfter(ReadOnlySpan<Sample> samples, long eventTimeMicros)
    {
        int low = 0, high = samples.Length;

        // Mostly the answer is among the first few: the samples kept are those of the longest window.
        for (var step = 1; low < high && samples[low].EventTimeMicros <= eventTimeMicros; step <<= 1)
        {
            var next = Math.Min(low + step, high);
            if (samples[next - 1].EventTimeMicros > eventTimeMicros)
            {
                high = next - 1;
                low++;
                break;
            }

            low = next;
        }

        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = samples[middle].EventTimeMicros <= eventTimeMicros ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <param name="function">A function of values.</param>
    /// <param name="covered">What the window covers, oldest first; not empty.</param>
    /// <returns>The value, or NaN where it is not defined.</returns>
    public static double Value(WindowFunction function, ReadOnlySpan<Sample> covered) => function switch
    {
        WindowFunction.Last => covered[^1].Value,
        WindowFunction.Mean => Sum(covered) / covered.Length,
        WindowFunction.Sum => Sum(covered),
        WindowFunction.Min => Least(covered),
        WindowFunction.Max => Greatest(covered),
        WindowFunction.Range => Greatest(covered) - Least(covered),
        WindowFunction.Count => covered.Length,
        WindowFunction.Delta => covered.Length < 2 ? double.NaN : covered[^1].Value - covered[0].Value,
        WindowFunction.Rate => Rate(covered),
        _ => double.NaN,
    };

    private static double Sum(ReadOnlySpan<Sample> covered)
    {
        var sum = 0.0;
        foreach (ref readonly var sample in covered)
        {
            sum += sample.Value;
        }

        return sum;
    }

    private static double Least(ReadOnlySpan<Sample> covered)
    {
        var least = covered[0].Value;
        foreach (ref readonly var sample in covered)
        {
            least = Math.Min(least, sample.Value);
        }

        return least;
    }

    private static double Greatest(ReadOnlySpan<Sample> covered)
    {
        var greatest = covered[0].Value;
        foreach (ref readonly var sample in covered)
        {
            greatest = Math.Max(greatest, sample.Value);
        }

        return greatest;
    }

    /// <summary>Slope of the least-squares line in units per second, with times counted from the oldest so that no digits are lost.</summary>
    private static double Rate(ReadOnlySpan<Sample> covered)
    {
        if (covered.Length < 2)
        {
            return double.NaN;
        }

        var origin = covered[0].EventTimeMicros;
        double times = 0, values = 0;
        foreach (ref readonly var sample in covered)
        {
            times += (sample.EventTimeMicros - origin) / MicrosPerSecond;
            values += sample.Value;
        }

        double meanTime = times / covered.Length, meanValue = values / covered.Length, products = 0, squares = 0;
        foreach (ref readonly var sample in covered)
        {
            var time = ((sample.EventTimeMicros - origin) / MicrosPerSecond) - meanTime;
            products += time * (sample.Value - meanValue);
            squares += time * time;
        }

        return products / squares;
    }
}
