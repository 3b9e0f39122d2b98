using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// Readings as a city sends them: every series once an interval, in an order drawn once, event time flowing evenly, and a tick every second.
/// A reading is a function of its number alone, so two engines fed the same numbers see the same readings. Filling a batch is never inside a
/// measured stretch.
/// </summary>
internal sealed class Feed
{
    /// <summary>Readings filled at a time: 128 KiB, which stay in the core's own cache until they are judged.</summary>
    public const int BlockReadings = 4096;

    /// <summary>With <c>crossings</c>, one reading in this many carries its profile's alarm value.</summary>
    public const int CrossingEvery = 10_000;

    private const long Start = 1_760_000_000_000_000;
    private const long OnTheWayMicros = 50_000;
    private const long TickMicros = 1_000_000;
    private readonly Point[] points;
    private readonly Profile[] profiles;
    private readonly bool hasTicks;
    private int next;
    private long lastTick;

    public Feed(Point[] points, Profile[] profiles, double intervalSeconds, bool hasTicks = true)
    {
        this.points = points;
        this.profiles = profiles;
        this.hasTicks = hasTicks;
        IntervalMicros = (long)(intervalSeconds * 1e6);
        new Random(1).Shuffle(points);
    }

    public long IntervalMicros { get; }

    public int Points => points.Length;

    /// <summary>Readings so far.</summary>
    public long Number { get; private set; }

    /// <summary>Receive time of the next reading.</summary>
    public long Time => Start + (Number * IntervalMicros / points.Length);

    /// <summary>Adds up to <paramref name="most"/> readings, and the ticks between them.</summary>
    public void Fill(ReadingBatch batch, int most, bool crossings)
    {
        for (var i = 0; i < most; i++)
        {
            var time = Time;
            if (hasTicks && time - lastTick >= TickMicros)
            {
                lastTick = time;
                batch.Add(Reading.Tick(time));
            }

            ref readonly var point = ref points[next];
            ref readonly var profile = ref profiles[point.Profile];
            var noise = Mix((ulong)Number);
            var value = crossings && noise % CrossingEvery == 0
                ? profile.Alarm
                : profile.At(((noise >> 11) * (2.0 / (1UL << 53))) - 1);
            batch.Add(new Reading(point.Device, point.Quantity, ReadingFlags.None, time - OnTheWayMicros, time, value));
            Number++;
            next = next + 1 == points.Length ? 0 : next + 1;
        }
    }

    /// <summary>A number spread over all 64 bits (the finalizer of splitmix64).</summary>
    public static ulong Mix(ulong number)
    {
        var x = number * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
