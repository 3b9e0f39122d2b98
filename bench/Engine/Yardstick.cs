namespace PingAnIoT.Bench;

/// <summary>
/// How steady the machine is while something else is measured: a loop that touches no memory, timed between the measured stretches. On a virtual
/// machine its neighbours take their share of the core; by as much as the loop is slower in the median than at its best, so is all else.
/// </summary>
internal sealed class Yardstick
{
    private const int Steps = 4000;
    private readonly List<double> seconds = [];
    private ulong state = 1;

    /// <summary>The median over the least; 1 on a machine of one's own.</summary>
    public double Slowness => Meter.Median(seconds) / seconds.Min();

    /// <summary>About ten microseconds.</summary>
    public void Measure()
    {
        var began = TimeProvider.System.GetTimestamp();
        var (a, b) = (state, state + 1);
        for (var i = 0; i < Steps; i++)
        {
            a = Feed.Mix(a);
            b = Feed.Mix(b);
        }

        state = a ^ b;
        seconds.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    public void Forget() => seconds.Clear();
}
