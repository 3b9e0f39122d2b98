using System.Globalization;
using AwesomeAssertions;
using CsCheck;
using Xunit;

namespace PingAnIoT.Rules.Tests;

/// <summary>What is packed comes back bit for bit, and what would not is not packed; a series holds what a plain list would, whatever it is given.</summary>
public sealed class PackingTests
{
    // The first of the first device's.
    private const int Series = 1;
    private const long Start = 1_760_000_000_000_000;
    private static readonly Gen<double> Decimal = Gen.Select(Gen.Int[-99_999, 99_999], Gen.Int[0, 3]).Select((whole, digits) => double.Parse($"{whole}e-{digits}", CultureInfo.InvariantCulture));

    private static readonly Gen<double> Value = Gen.Frequency(
        (6, Decimal), (1, Gen.Double.Where(double.IsFinite)), (1, OneOf(0.0, -0.0, double.Epsilon, -double.Epsilon, 1e300, -1e300, int.MaxValue, int.MinValue, 2147483648.0, 0.1 + 0.2, 1 / 3.0)));

    private static readonly Gen<long> Step = Gen.Frequency((8, Gen.Long[1, 20_000_000]), (1, Gen.Long[1, 300_000_000]), (1, Gen.Long[3_000_000_000, 9_000_000_000]));

    [Fact]
    public void What_is_packed_comes_back_bit_for_bit() => Gen.Select(Step, Value).Array[1, 31].Sample(steps =>
    {
        var samples = Samples(Start, steps);
        if (!Packing.TryFind(samples, default, out var packing))
        {
            return;
        }

        packing.Count.Should().Be(samples.Length);
        var packed = new ulong[samples.Length];
        for (var i = 0; i < packed.Length; i++)
        {
            packing.TryPack(samples[i].EventTimeMicros, samples[i].Value, out packed[i]).Should().BeTrue();
            packing.TimeOf(packed[i]).Should().Be(samples[i].EventTimeMicros);
        }

        var back = new Sample[samples.Length];
        packing.Unpack(packed, back);
        IsSame(back, samples).Should().BeTrue();
    });

    [Fact]
    public void Decimals_of_few_digits_within_an_hour_are_packed() => Gen.Select(Gen.Long[1, 60_000_000], Decimal).Array[1, 31].Sample(steps =>
        Packing.TryFind(Samples(Start, steps), default, out _).Should().BeTrue());

    [Theory]
    [InlineData(412.5, true)]
    [InlineData(-40.0, true)]
    [InlineData(0.0000001, true)]
    [InlineData(2147483647.0, true)]
    [InlineData(214.7483647, true)]
    [InlineData(2147483648.0, false)]
    [InlineData(0.00000001, false)]
    [InlineData(0.1 + 0.2, false)]
    [InlineData(-0.0, false)]
    [InlineData(double.Epsilon, false)]
    [InlineData(1e300, false)]
    [InlineData(-1e300, false)]
    [InlineData(23.469999313354492, false)]
    public void Which_values_can_be_packed(double value, bool can)
    {
        Packing.CanHold(value).Should().Be(can);
        Packing.TryFind([new Sample { EventTimeMicros = Start, Value = value }], default, out _).Should().Be(can);
    }

    [Theory]
    [InlineData(0L, 4294967295L, true)]
    [InlineData(0L, 4294967296L, false)]
    [InlineData(268435455L, 4294967296L, false)]
    [InlineData(4503599627370495L, 0L, true)]
    [InlineData(4503599627370496L, 0L, false)]
    [InlineData(-1L, 1L, false)]
    [InlineData(long.MinValue, 1L, false)]
    [InlineData(long.MaxValue - 1, 1L, false)]
    public void Which_times_can_be_packed(long first, long span, bool can) => Packing.TryFind(
        [new Sample { EventTimeMicros = first, Value = 1 }, new Sample { EventTimeMicros = first + span, Value = 1 }], default, out _).Should().Be(can);

    [Fact]
    public void Digits_once_needed_stay()
    {
        Packing.TryFind([new Sample { EventTimeMicros = Start, Value = 23.47 }], default, out var fine).Should().BeTrue();
        Packing.TryFind([new Sample { EventTimeMicros = Start, Value = 23 }], fine, out var next).Should().BeTrue();
        next.TryPack(Start, 23.48, out _).Should().BeTrue();
        Packing.TryFind([new Sample { EventTimeMicros = Start, Value = 2e9 }], fine, out next).Should().BeTrue("fewer digits hold larger values");
        next.TryPack(Start, 23.48, out _).Should().BeFalse();
    }

    /// <summary>Puts, late readings, drops and fills, in windows of a second to hours, against a list.</summary>
    [Fact]
    public void A_series_holds_what_a_list_would() => Gen.Select(
        OneOf(1_000_000L, 60_000_000L, 600_000_000L, 20_000_000_000L),
        Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Select(Step, Value, Gen.Int[0, 19]).Array[1, 250]).Sample((window, isCoarse, steps) =>
    {
        var store = NewStore();
        var scratch = new Scratch();
        var list = new List<Sample>();
        const int series = Series;
        var time = Start;
        foreach (var (step, anyValue, choice) in steps)
        {
            var value = isCoarse ? 7 : anyValue;
            if (choice == 0 && list.Count > 1)
            {
                // Between two others.
                var place = (int)(step % (list.Count - 1)) + 1;
                var late = list[place - 1].EventTimeMicros + ((list[place].EventTimeMicros - list[place - 1].EventTimeMicros) / 2);
                if (late > list[place - 1].EventTimeMicros)
                {
                    Insert(store, series, place, late, value);
                    list.Insert(place, new Sample { EventTimeMicros = late, Value = value });
                }
            }
            else if (choice == 1 && list.Count > 0)
            {
                // Before all others.
                var early = list[0].EventTimeMicros - step;
                Insert(store, series, 0, early, value);
                list.Insert(0, new Sample { EventTimeMicros = early, Value = value });
            }
            else if (choice == 2 && list.Count > 2)
            {
                store.Block(series).DropOldest(2);
                list.RemoveRange(0, 2);
            }
            else
            {
                time += step;
                list.RemoveAll(s => s.EventTimeMicros < time - window);
                if (!store.Open(series).TryPut(time - window, 200, time, value))
                {
                    store.Rewrite(series, store.Block(series).Count, time, value);
                }

                list.Add(new Sample { EventTimeMicros = time, Value = value });
            }

            var block = store.Block(series);
            block.Count.Should().Be(list.Count);
            IsSame(block.Samples(scratch), [.. list]).Should().BeTrue();
            (list.Count == 0 || block.Last == list[^1].EventTimeMicros).Should().BeTrue();
        }

        store.Fill(series, [.. list, new Sample { EventTimeMicros = time + 1, Value = 1 }]);
        IsSame(store.Block(series).Samples(scratch), [.. list, new Sample { EventTimeMicros = time + 1, Value = 1 }]).Should().BeTrue();
    });

    [Fact]
    public void One_value_of_many_digits_costs_another_line_only_while_it_is_kept()
    {
        var store = NewStore();
        const int series = Series;
        var forms = new List<BlockForm>();
        for (var i = 0; i < 40; i++)
        {
            var time = Start + (i * 10_000_000L);
            var value = i == 10 ? 1 / 3.0 : i / 2.0;
            if (!store.Open(series).TryPut(time - 59_999_999, 4096, time, value))
            {
                store.Rewrite(series, store.Block(series).Count, time, value);
            }

            forms.Add(store.Block(series).Form);
        }

        forms[9].Should().Be(new BlockForm(1, IsWide: false));
        forms[10].Should().Be(new BlockForm(2, IsWide: true));
        forms[15].Should().Be(new BlockForm(2, IsWide: true));
        forms[^1].Should().Be(new BlockForm(1, IsWide: false));
    }

    /// <summary>Of one device with one series.</summary>
    private static SeriesStore NewStore()
    {
        var store = new SeriesStore(RulePlan.Compile(new RuleSet([Scenario.Rule()]), Catalog.Default));
        store.Add(0, 0, 0);
        return store;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Insert(SeriesStore store, int series, int place, long time, double value)
    {
        if (!store.Block(series).TryInsert(place, time, value))
        {
            store.Rewrite(series, place, time, value);
        }
    }

    private static Sample[] Samples(long start, (long Step, double Value)[] steps)
    {
        var time = start;
        return [.. steps.Select(s => new Sample { EventTimeMicros = time += s.Step, Value = s.Value })];
    }

    private static bool IsSame(ReadOnlySpan<Sample> some, ReadOnlySpan<Sample> others)
    {
        for (var i = 0; i < some.Length && i < others.Length; i++)
        {
            if (some[i].EventTimeMicros != others[i].EventTimeMicros || BitConverter.DoubleToInt64Bits(some[i].Value) != BitConverter.DoubleToInt64Bits(others[i].Value))
            {
                return false;
            }
        }

        return some.Length == others.Length;
    }
}
