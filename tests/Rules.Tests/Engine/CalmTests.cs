using System.Globalization;
using AwesomeAssertions;
using CsCheck;
using Xunit;

namespace PingAnIoT.Rules.Tests;

/// <summary>Where readings are called calm, no window that was not computed for it crosses a band: against the windows computed.</summary>
public sealed unsafe class CalmTests
{
    private const long Start = 1_760_000_000_000_000;
    private const long Window = 60_000_000;

    private static readonly WindowFunction[] Functions = [WindowFunction.Delta, WindowFunction.Rate, WindowFunction.StdDev, WindowFunction.Range];

    // Mostly close together, in tenths; sometimes as large as can be packed.
    private static readonly Gen<double> Value = Gen.Frequency(
        (8, Gen.Int[3900, 4000].Select(v => v / 10.0)), (1, Gen.Int[-20_000, 20_000].Select(v => v / 10.0)), (1, Gen.Int[int.MaxValue - 50, int.MaxValue].Select(v => v / 10.0)));

    private static readonly Gen<long> Step = Gen.Frequency((6, Gen.Long[8_000_000, 12_000_000]), (1, Gen.Long[1, 1000]), (1, Gen.Long[10_000_000, 200_000_000]));

    [Fact]
    public void What_is_calm_crosses_nothing()
    {
        var (calm, all) = (0, 0);
        Gen.Select(Gen.Int[0, Functions.Length - 1], Gen.Select(Step, Value).Array[2, 30], Gen.Double[-1, 3], Gen.Bool, Gen.Bool).Sample((f, steps, share, isBelow, isShorter) =>
        {
            var time = Start;
            var samples = steps.Select(s => new Sample { EventTimeMicros = time += s.Item1, Value = s.Item2 }).ToArray();
            if (!Packing.TryFind(samples.AsSpan(0, samples.Length - 1), default, out var packing))
            {
                return;
            }

            // A threshold near what comes of it, so that both sides are tried.
            var micros = isShorter ? Window / 3 : Window;
            var would = Windows.Value(Plan(Rule(Functions[f], micros, 1, isBelow)).Computed[0], Windows.Covered(micros, samples), new Scratch());
            var threshold = (double.IsNaN(would) ? 1 : Math.Abs(would)) * share;
            var quantity = Plan(Rule(Functions[f], micros, threshold, isBelow));
            var quiet = new QuietPlan(quantity, KindPlan.None, isGateway: false);
            var isCalm = AreCalm(samples, packing, quiet);
            Interlocked.Increment(ref all);
            if (!isCalm)
            {
                return;
            }

            Interlocked.Increment(ref calm);
            var value = Windows.Value(quantity.Computed[0], Windows.Covered(micros, samples), new Scratch());
            (value > quantity.Computed[0].Top || value < quantity.Computed[0].Bottom).Should().BeFalse($"{Functions[f]} is {value:R} and may be {quantity.Computed[0].Bottom:R} to {quantity.Computed[0].Top:R}");
        });
        calm.Should().BeGreaterThan(all / 20, "a shortcut that is never taken is no test of it");
    }

    [Theory]
    [InlineData(WindowFunction.Sum)]
    [InlineData(WindowFunction.Count)]
    public void What_readings_close_together_say_nothing_of_is_never_calm(WindowFunction function) => IsCalm([Rule(function, Window, 1e9, isBelow: false)], 1, 1).Should().BeFalse();

    /// <summary>Where all stands still, a slope that must not be so small is.</summary>
    [Fact]
    public void A_slope_that_must_be_steep_is_never_calm() => IsCalm(
        [Scenario.Rule("flat", WindowFunction.Rate, bands: [new Band(Severity.Red, Comparison.Below, 3, null)]) with { WindowMicros = Window }], 1, 1).Should().BeFalse();

    [Fact]
    public void Of_two_slopes_over_different_times_nothing_is_known()
    {
        IsCalm([Rule(WindowFunction.Rate, Window, 5, isBelow: false)], 1, 1).Should().BeTrue();
        IsCalm([Rule(WindowFunction.Rate, Window, 5, isBelow: false), Rule(WindowFunction.Rate, Window / 2, 5, isBelow: false)], 1, 1).Should().BeFalse();
    }

    [Fact]
    public void The_same_again_is_noteworthy_where_an_instrument_may_be_stuck()
    {
        var stuck = Rule(WindowFunction.Stuck, 0, 0, isBelow: false) with { Bands = [new Band(Severity.Fault, Comparison.Equal, 0, null)], HoldMicros = Window };
        IsCalm([stuck], 1.5, 1.5).Should().BeFalse();
        IsCalm([stuck], 1.5, 1.6).Should().BeTrue();
    }

    [Fact]
    public void A_spread_that_must_not_be_too_small_is_never_calm() => IsCalm([Rule(WindowFunction.StdDev, Window, 0.5, isBelow: true)], 1, 2).Should().BeFalse();

    /// <summary>From both sides of the bound, two readings 10 s apart; the last digit of a difference may be taken over the threshold by the subtraction itself.</summary>
    [Theory]
    [InlineData(WindowFunction.Delta, 0.3, false, 0.5, 0.7, true)]
    [InlineData(WindowFunction.Delta, 0.3, false, 0.5, 0.8, false)]
    [InlineData(WindowFunction.Delta, 0.3, true, 0.8, 0.5, false)]
    [InlineData(WindowFunction.Delta, 0.3, true, 0.7, 0.5, true)]
    [InlineData(WindowFunction.Range, 0.5, false, 1.1, 1.5, true)]
    [InlineData(WindowFunction.Range, 0.5, false, 1.1, 1.7, false)]
    [InlineData(WindowFunction.StdDev, 0.5, true, 1.1, 1.2, false)]
    [InlineData(WindowFunction.Range, 0, true, 1.1, 1.2, true)]
    [InlineData(WindowFunction.Rate, 0.1, false, 1.1, 1.9, true)]
    [InlineData(WindowFunction.Rate, 0.1, false, 1.1, 2.2, false)]
    [InlineData(WindowFunction.Rate, 0.05, true, 2.1, 1.7, true)]
    [InlineData(WindowFunction.Rate, 0.05, true, 2.1, 1.5, false)]
    [InlineData(WindowFunction.Rate, 4, false, 1, 38, true)]
    [InlineData(WindowFunction.Rate, 4, false, 1, 42, false)]
    public void As_far_as_the_bound_and_no_further(WindowFunction function, double threshold, bool isBelow, double first, double second, bool isCalm) =>
        IsCalm([Rule(function, Window, threshold, isBelow)], first, second).Should().Be(isCalm);

    /// <summary>A slope of a window of 10 s is of the readings after its beginning, and of all of those.</summary>
    [Theory]
    [InlineData("0 9000000 10000000", 0.5, false)]
    [InlineData("1 10000000", 0.09, false)]
    [InlineData("1 10000000", 0.11, true)]
    [InlineData("0 10000000", 0.01, true)]
    [InlineData("-50000000 1000000 10000000", 0.12, true)]
    public void A_slope_is_of_the_readings_in_its_window(string micros, double threshold, bool isCalm)
    {
        // All alike but the last.
        var times = micros.Split(' ').Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        var samples = times.Select((t, i) => new Sample { EventTimeMicros = Start + t, Value = i == times.Length - 1 ? 2 : 1 }).ToArray();
        Packing.TryFind(samples, default, out var packing).Should().BeTrue();
        AreCalm(samples, packing.With(samples.Length - 1), new QuietPlan(Plan(Rule(WindowFunction.Rate, 10_000_000, threshold, isBelow: false)), KindPlan.None, isGateway: false)).Should().Be(isCalm);
    }

    [Fact]
    public void The_first_reading_of_all_is_calm_where_standing_still_is()
    {
        Sample[] first = [new() { EventTimeMicros = Start, Value = 5 }];
        Packing.TryFind(first, default, out var packing).Should().BeTrue();
        AreCalm(first, packing.With(0), new QuietPlan(Plan(Rule(WindowFunction.Range, Window, 0, isBelow: false)), KindPlan.None, isGateway: false)).Should().BeTrue();
        AreCalm(first, packing.With(0), new QuietPlan(Plan(Rule(WindowFunction.Range, Window, 1, isBelow: true)), KindPlan.None, isGateway: false)).Should().BeFalse();
    }

    private static bool IsCalm(Rule[] rules, double first, double second)
    {
        Sample[] samples = [new() { EventTimeMicros = Start, Value = first }, new() { EventTimeMicros = Start + 10_000_000, Value = second }];
        Packing.TryFind(samples.AsSpan(0, 1), default, out var packing).Should().BeTrue();
        return AreCalm(samples, packing, new QuietPlan(Plan(rules), KindPlan.None, isGateway: false));
    }

    /// <summary>All but the last are kept; the last comes.</summary>
    private static bool AreCalm(Sample[] samples, Packing packing, in QuietPlan quiet)
    {
        var block = stackalloc byte[SeriesHead.Bytes + (8 * Packing.CountMax)];
        for (var i = 0; i < samples.Length - 1; i++)
        {
            packing.TryPack(samples[i].EventTimeMicros, samples[i].Value, out ((ulong*)(block + SeriesHead.Bytes))[i]).Should().BeTrue();
        }

        ((SeriesHead*)block)->Shape = packing.Word;
        return new PackedSamples(block, BlockForm.PackedBitsMax).AreCalm(quiet, samples[^1].EventTimeMicros, samples[^1].Value);
    }

    private static QuantityPlan Plan(params Rule[] rules) => new(0, 0, [.. rules.Select(r => new CompiledRule(r))], [], false, [], []);

    private static Rule Rule(WindowFunction function, long micros, double threshold, bool isBelow) => Scenario.Rule(
        function.ToString() + micros, function, bands: [isBelow ? new Band(Severity.Red, Comparison.Below, function is WindowFunction.StdDev or WindowFunction.Range ? threshold : -threshold, null) : new Band(Severity.Red, Comparison.Above, threshold, null)]) with { WindowMicros = micros };
}
