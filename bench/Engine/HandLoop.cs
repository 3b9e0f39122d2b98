using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// What this machine's memory gives: a loop written for one rule alone, the mean of six buckets of 10 s against three thresholds, for series whose
/// place is known by arithmetic. One line of 64 bytes a series on large pages, asked for 32 readings ahead, read and written once. It has no hold,
/// deadband, late reading, duplicate, tick, nor any second rule; its sums are single precision and its window moves in steps of 10 s.
/// </summary>
internal sealed class HandLoop : MeasuredRun
{
    private const int Ahead = 32;
    private const int Buckets = 6;
    private const int Ring = 8;
    private const long BucketMicros = 10_000_000;
    private readonly FlatArray<Line> lines = new();
    private readonly int larger;

    /// <param name="feed">Devices of four series up to a number, then of three, as <see cref="Workload.Make"/> lays them out.</param>
    /// <param name="larger">That number.</param>
    public HandLoop(Feed feed, int larger)
        : base(feed)
    {
        this.larger = larger;
        lines.Grow(feed.Points, default);
    }

    /// <summary>Changes of band.</summary>
    public long Changes { get; private set; }

    protected override void Judge(ReadOnlySpan<Reading> readings, long number)
    {
        var all = lines.AsSpan();
        for (var i = 0; i < readings.Length; i++)
        {
            if (i + Ahead < readings.Length && !readings[i + Ahead].IsTick)
            {
                Prefetch.Line(ref all[PlaceOf(readings[i + Ahead])]);
            }

            if (!readings[i].IsTick)
            {
                Changes += Judge(ref all[PlaceOf(readings[i])], readings[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Judge(ref Line line, in Reading reading)
    {
        // Of buckets, those of the last 60 s before this one's; all in registers, since what was just written in parts is slow to read whole.
        var bucket = (int)(reading.EventTimeMicros / BucketMicros);
        var ages = (Vector256.Create(bucket) - Vector256<int>.Indices) & Vector256.Create(Ring - 1);
        var kept = Vector256.GreaterThanOrEqual(ages, Vector256.Create(bucket - line.Newest)) & Vector256.LessThan(ages, Vector256.Create(Buckets));
        var own = Vector256.Equals(ages, Vector256<int>.Zero);
        var sums = (line.Sums & kept.AsSingle()) + (Vector256.Create((float)reading.Value) & own.AsSingle());
        var counts = (Vector256.WidenLower(line.Counts.ToVector256Unsafe()) & kept) + (Vector256<int>.One & own);
        line.Sums = sums;
        line.Counts = Vector128.Narrow(counts.GetLower(), counts.GetUpper());
        line.Newest = bucket;
        var band = SlidingMean.BandOf(Vector256.Sum(sums) / Vector256.Sum(counts));
        var hasChanged = band != line.Band;
        line.Band = band;
        return hasChanged ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PlaceOf(in Reading reading) => (reading.Device * 3) + Math.Min(reading.Device, larger) + reading.Quantity;

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Line
    {
        public Vector256<float> Sums;
        public Vector128<short> Counts;
        public int Newest;
        public int Band;
    }
}
