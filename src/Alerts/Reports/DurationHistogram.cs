using System.Numerics;

namespace PingAnIoT.Alerts;

/// <summary>
/// Times counted in steps that grow with them: 64 to each doubling, so a quantile is at most 1/64 too long and never too short, in memory that does
/// not grow with their number. The mean is exact. What is shorter than 64 ms counts to the millisecond.
/// </summary>
internal sealed class DurationHistogram
{
    private const int Steps = 64;
    private readonly SortedDictionary<int, long> counts = [];
    private Int128 sum;
    private long most;

    public long Count { get; private set; }

    public long MeanMicros => Count == 0 ? 0 : (long)(sum / Count);

    public void Add(long micros)
    {
        micros = Math.Max(0, micros);
        var step = StepOf(micros);
        counts[step] = counts.GetValueOrDefault(step) + 1;
        sum += micros;
        most = Math.Max(most, micros);
        Count++;
    }

    /// <summary>The least time that so many parts of all did not exceed, to the upper end of its step.</summary>
    /// <param name="part">More than 0, at most 1.</param>
    public long QuantileMicros(double part)
    {
        var left = (long)Math.Ceiling(part * Count);
        foreach (var (step, count) in counts)
        {
            left -= count;
            if (left <= 0)
            {
                return Math.Min(most, UpperMicros(step));
            }
        }

        return most;
    }

    /// <summary>The longest time that counts as one with <paramref name="micros"/>.</summary>
    public static long UpperOf(long micros) => UpperMicros(StepOf(Math.Max(0, micros)));

    private static int StepOf(long micros)
    {
        var ms = micros / 1_000;
        var doublings = Math.Max(0, BitOperations.Log2((ulong)Math.Max(1, ms)) - 6);
        return (doublings * Steps) + (int)(ms >> doublings);
    }

    private static long UpperMicros(int step)
    {
        // Within a doubling the steps are numbered 64 to 127 of it; below 64 ms they are the milliseconds themselves.
        var doublings = step < 2 * Steps ? 0 : (step / Steps) - 1;
        var first = (long)(step - (doublings * Steps));
        return (((first + 1) << doublings) * 1_000) - 1;
    }
}
