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

    /// <param name="window">Of a function of values.</param>
    /// <param name="covered">What the window covers, oldest first; not empty.</param>
    /// <param name="scratch">For functions that need an order.</param>
    /// <returns>
    /// The value, or NaN where it is not defined. For the functions that are no number, something outside the window's quiet interval where a
    /// rule may be crossed: <see cref="WindowFunction.Times"/> a reading that is, <see cref="WindowFunction.Stuck"/> 1.
    /// </returns>
    public static double Value(in WindowPlan window, ReadOnlySpan<Sample> covered, Scratch scratch) => window.Function switch
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
        WindowFunction.StdDev => StdDev(covered),
        WindowFunction.Ewma => Ewma(covered, window.Micros),
        WindowFunction.Quantile => Quantile(covered, window.Share, scratch),
        WindowFunction.Code => covered[^1].Value,
        WindowFunction.Times => FirstOutside(covered, window.Bottom, window.Top),
        WindowFunction.Stuck => IsStuck(covered) ? 1 : 0,
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
        // Of one reading it is nothing by nothing, which is no number.
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

    /// <summary>Is the newest reading the same as the one before it?</summary>
    public static bool IsStuck(ReadOnlySpan<Sample> samples) => samples.Length > 1 && samples[^1].Value == samples[^2].Value;

    /// <summary>Sample standard deviation. Two passes: the square of the mean taken from the mean of the squares loses all digits.</summary>
    private static double StdDev(ReadOnlySpan<Sample> covered)
    {
        // Of one reading it is nothing by nothing, which is no number.
        double mean = Sum(covered) / covered.Length, squares = 0;
        foreach (ref readonly var sample in covered)
        {
            squares += (sample.Value - mean) * (sample.Value - mean);
        }

        return Math.Sqrt(squares / (covered.Length - 1));
    }

    /// <summary>Mean with weights e^(-3 age/T): what is as old as the window weighs 5 % of the newest.</summary>
    private static double Ewma(ReadOnlySpan<Sample> covered, long windowMicros)
    {
        var newest = covered[^1].EventTimeMicros;
        double values = 0, weights = 0;
        foreach (ref readonly var sample in covered)
        {
            var weight = Math.Exp(-3.0 * (newest - sample.EventTimeMicros) / windowMicros);
            values += weight * sample.Value;
            weights += weight;
        }

        return values / weights;
    }

    /// <summary>Straight between the two ranks nearest to the share of the way from the least to the greatest.</summary>
    private static double Quantile(ReadOnlySpan<Sample> covered, double share, Scratch scratch)
    {
        var values = scratch.Take(covered.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = covered[i].Value;
        }

        values.Sort();
        var place = share * (values.Length - 1);
        var rank = (int)place;
        return rank == values.Length - 1 ? values[rank] : values[rank] + ((place - rank) * (values[rank + 1] - values[rank]));
    }

    private static double FirstOutside(ReadOnlySpan<Sample> covered, double bottom, double top)
    {
        foreach (ref readonly var sample in covered)
        {
            if (sample.Value > top || sample.Value < bottom)
            {
                return sample.Value;
            }
        }

        return covered[^1].Value;
    }
}
