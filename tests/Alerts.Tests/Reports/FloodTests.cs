using System.Globalization;
using CsCheck;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What officers have to bear, by ISA-18.2: alerts in stretches of ten minutes, floods, chatter; and times in steps.</summary>
public sealed class FloodTests
{
    private const long Ten = FloodMeter.StretchMicros;

    /// <summary>Alerts of each ten minutes, then what comes of it.</summary>
    [Theory]
    [InlineData("0 0 0 0 0 0", "0 alerts, most 0, flood 0 min")]
    [InlineData("10 10 10", "30 alerts, most 10 in 1, flood 0 min")]
    [InlineData("3 11 3", "17 alerts, most 11 in 2, flood 10 min")]
    [InlineData("11 5 10 4 10", "40 alerts, most 11 in 1, flood 30 min")]
    [InlineData("5 12 5 5 5 4 11", "47 alerts, most 12 in 2, flood 50 min")]
    [InlineData("11 0 10 11", "32 alerts, most 11 in 1, flood 20 min")]
    [InlineData("0 0 20 0 0 20", "40 alerts, most 20 in 3, flood 20 min")]
    public void Floods_begin_over_ten_and_end_under_five(string line, string comes)
    {
        var counts = line.Split(' ').Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToList();
        var meter = new FloodMeter(1_000, 1_000 + (counts.Count * Ten));
        for (var i = 0; i < counts.Count; i++)
        {
            for (var n = 0; n < counts[i]; n++)
            {
                meter.Add(1_000 + (i * Ten) + (n == 0 ? 0 : (Ten - 1) * n / counts[i]));
            }
        }

        var load = meter.Read();
        Text(load, 1_000).Should().Be(comes);
        meter.Read().Should().Be(load, "reading changes nothing");
        load.PerTenMinutes.Should().BeApproximately(counts.Average(), 1e-9);
    }

    [Fact]
    public void What_comes_after_the_end_takes_no_time_away()
    {
        var meter = new FloodMeter(0, 1_000);
        for (var i = 0; i < 11; i++)
        {
            meter.Add(2 * Ten);
        }

        meter.Read().Should().Match<AlertLoad>(l => l.Alerts == 11 && l.FloodMicros == 0);
    }

    [Fact]
    public void The_last_stretch_may_be_shorter()
    {
        var meter = new FloodMeter(0, Ten + (Ten / 2));
        for (var i = 0; i < 11; i++)
        {
            meter.Add(Ten);
        }

        var load = meter.Read();
        (load.FloodMicros, load.FloodShare).Should().Be((Ten / 2, 1.0 / 3));
        new FloodMeter(5, 5).Read().Should().Be(AlertLoad.None);
    }

    [Fact]
    public void Random_loads_are_as_counted_by_hand() => Gen.Int[0, 14].Array[1, 40].Sample(counts =>
    {
        var meter = new FloodMeter(0, counts.Length * Ten);
        for (var i = 0; i < counts.Length; i++)
        {
            for (var n = 0; n < counts[i]; n++)
            {
                meter.Add((i * Ten) + n);
            }
        }

        var (floods, isFlood) = (0, false);
        foreach (var count in counts)
        {
            isFlood = count > 10 || (isFlood && count >= 5);
            floods += isFlood ? 1 : 0;
        }

        var load = meter.Read();
        return load.FloodMicros == floods * Ten && load.Most == counts.Max() && load.Alerts == counts.Sum()
            && load.PeakMicros == (load.Most == 0 ? null : Array.IndexOf(counts, counts.Max()) * Ten);
    });

    [Fact]
    public void A_quantile_is_never_too_short_and_at_most_a_64th_too_long() => Gen.Long[0, 40L * 24 * 3600 * 1_000_000].Array[1, 60].Sample(times =>
    {
        var histogram = new DurationHistogram();
        Array.ForEach(times, histogram.Add);
        var sorted = times.Order().ToArray();
        double[] parts = [0.01, 0.5, 0.9, 1];
        return parts.All(p =>
        {
            var (exact, told) = (sorted[(int)Math.Ceiling(p * sorted.Length) - 1], histogram.QuantileMicros(p));
            return told >= exact && told <= exact + Math.Max(1_000, exact / 64);
        });
    });

    private static string Text(AlertLoad load, long from) => FormattableString.Invariant(
        $"{load.Alerts} alerts, most {load.Most}{(load.PeakMicros is { } peak ? $" in {((peak - from) / Ten) + 1}" : "")}, flood {load.FloodMicros / 60_000_000} min");
}
