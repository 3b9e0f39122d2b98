using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>Something that judges readings, under one feed, and what a round costs it. Only the judging is measured, a block of readings at a time.</summary>
internal abstract class MeasuredRun(Feed feed)
{
    private readonly ReadingBatch batch = new(Feed.BlockReadings * 2);

    public Yardstick Yardstick { get; } = new();

    /// <summary>Fills the windows, and goes on until the code is as good as it gets.</summary>
    public void Warm(int rounds, double secondsAtLeast)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < rounds || TimeProvider.System.GetElapsedTime(began).TotalSeconds < secondsAtLeast; i++)
        {
            Round(1, crossings: false);
        }
    }

    /// <summary>Every series reports so many times.</summary>
    public Meter Round(int times, bool crossings)
    {
        var meter = new Meter();
        for (var left = (long)feed.Points * times; left > 0;)
        {
            var count = (int)Math.Min(left, Feed.BlockReadings);
            batch.Clear();
            feed.Fill(batch, count, crossings);
            meter.Begin();
            Judge(batch.Readings, feed.Number);
            meter.End(count);
            Yardstick.Measure();
            left -= count;
        }

        return meter;
    }

    protected abstract void Judge(ReadOnlySpan<Reading> readings, long number);
}
