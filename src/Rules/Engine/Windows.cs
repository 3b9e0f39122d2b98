namespace PingAnIoT.Rules;

/// <summary>
/// The window functions, exact over the readings in the window: recomputed oldest to newest, never a running sum that drifts.
/// </summary>
internal static class Windows
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>Index of the oldest reading that the rule's window covers as of the newest: (t - T, t]; for <c>last</c> without a window the newest alone.</summary>
    public static int Start(Rule rule, RingView ring) => rule.WindowMicros == 0
        ? ring.Count - 1
        : ring.FirstAfter(ring[ring.Count - 1].EventTimeMicros - rule.WindowMicros);

    /// <returns>The value over the readings from <paramref name="start"/> on, or NaN where it is not defined.</returns>
    public static double Value(WindowFunction function, RingView ring, int start) => function switch
    {
        WindowFunction.Last => ring[ring.Count - 1].Value,
        WindowFunction.Mean => Sum(ring, start) / (ring.Count - start),
        WindowFunction.Sum => Sum(ring, start),
        WindowFunction.Min => Least(ring, start),
        WindowFunction.Max => Greatest(ring, start),
        WindowFunction.Range => Greatest(ring, start) - Least(ring, start),
        WindowFunction.Count => ring.Count - start,
        WindowFunction.Delta => ring.Count - start < 2 ? double.NaN : ring[ring.Count - 1].Value - ring[start].Value,
        WindowFunction.Rate => Rate(ring, start),
        _ => double.NaN,
    };

    private static double Sum(RingView ring, int start)
    {
        var sum = 0.0;
        for (var i = start; i < ring.Count; i++)
        {
            sum += ring[i].Value;
        }

        return sum;
    }

    private static double Least(RingView ring, int start)
    {
        var least = ring[start].Value;
        for (var i = start + 1; i < ring.Count; i++)
        {
            least = Math.Min(least, ring[i].Value);
        }

        return least;
    }

    private static double Greatest(RingView ring, int start)
    {
        var greatest = ring[start].Value;
        for (var i = start + 1; i < ring.Count; i++)
        {
            greatest = Math.Max(greatest, ring[i].Value);
        }

        return greatest;
    }

    /// <summary>Slope of the least-squares line in units per second, with times counted from the oldest so that no digits are lost.</summary>
    private static double Rate(RingView ring, int start)
    {
        var count = ring.Count - start;
        if (count < 2)
        {
            return double.NaN;
        }

        var origin = ring[start].EventTimeMicros;
        double times = 0, values = 0;
        for (var i = start; i < ring.Count; i++)
        {
            times += (ring[i].EventTimeMicros - origin) / MicrosPerSecond;
            values += ring[i].Value;
        }

        double meanTime = times / count, meanValue = values / count, products = 0, squares = 0;
        for (var i = start; i < ring.Count; i++)
        {
            var time = ((ring[i].EventTimeMicros - origin) / MicrosPerSecond) - meanTime;
            products += time * (ring[i].Value - meanValue);
            squares += time * time;
        }

        return products / squares;
    }
}
