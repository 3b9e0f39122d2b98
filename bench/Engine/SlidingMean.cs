namespace PingAnIoT.Bench;

/// <summary>
/// A 60 s window kept by hand, as whoever has no engine writes it: the readings in a queue, their sum beside it.
/// For <see cref="System.Reactive.Linq.Observable"/>'s Scan and for the RulesEngine package.
/// </summary>
public sealed class SlidingMean
{
    private const long WindowMicros = 60_000_000;
    private readonly Queue<(long Time, double Value)> readings = new(8);
    private double sum;

    /// <summary>Over the readings later than 60 s before the newest.</summary>
    public double Mean => sum / readings.Count;

    public int Band { get; set; }

    public SlidingMean Add(long time, double value)
    {
        readings.Enqueue((time, value));
        sum += value;
        while (readings.Peek().Time <= time - WindowMicros)
        {
            sum -= readings.Dequeue().Value;
        }

        return this;
    }

    /// <returns>0 for normal, then green, yellow, red.</returns>
    public static int BandOf(double mean) => mean > 480 ? 3 : mean > 450 ? 2 : mean > 420 ? 1 : 0;
}
