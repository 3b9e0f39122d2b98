using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Simulators.Tests;

/// <summary>What every model promises, whatever its physics.</summary>
public sealed class DeviceModelTests
{
    public static TheoryData<string> Kinds => ModelCase.Kinds;

    private static readonly Gen<(ulong Seed, double Time)> Moment = Gen.Select(Gen.ULong, Gen.Double[ModelCase.Noon - 4e7, ModelCase.Noon + 4e7]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_speaks_the_catalogs_words(string kind)
    {
        var model = DeviceModels.Of(kind);
        var catalog = Catalog.Default.Kinds[Catalog.Default.FindKind(kind)];
        model.Quantities.Select(q => (q.Name, q.SenmlUnit, q.IsBoolean)).Should()
            .BeEquivalentTo(catalog.Quantities.Select(q => (q.Name, q.Unit, q.IsBoolean)));
        foreach (var quantity in model.Quantities)
        {
            var known = catalog.Quantities.Single(q => q.Name == quantity.Name);
            quantity.Minimum.Should().BeInRange(known.Minimum, known.Maximum, quantity.Name);
            quantity.Maximum.Should().BeInRange(known.Minimum, known.Maximum, quantity.Name);
        }

        model.MovingQuantity.Should().BeInRange(0, model.Quantities.Count - 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Moments_asked_in_any_order_say_the_same(string kind)
    {
        var model = DeviceModels.Of(kind);
        var ailments = model.Sorts.Select((s, i) => new Ailment(s, ModelCase.Noon + (i * 900), ModelCase.Noon + (i * 900) + s.LeastSeconds, 0.7)).ToArray();
        var times = Enumerable.Range(0, 2000).Select(i => ModelCase.Noon - 600 + (i * 7.3)).ToArray();
        Gen.Select(Gen.ULong, Gen.Shuffle(times)).Sample(
            (seed, shuffled) =>
            {
                var inOrder = times.ToDictionary(t => t, t => ModelCase.Report(ModelCase.Device(model, seed), t, ailments));
                return shuffled.All(t => inOrder[t].SequenceEqual(ModelCase.Report(ModelCase.Device(model, seed), t, ailments)));
            },
            iter: 10);
    }

    /// <summary>Whatever ails a device, any number of things at once: the truth is finite and within the instrument's range, and so is the report.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Everything_said_can_be_true(string kind)
    {
        var model = DeviceModels.Of(kind);
        var sorts = model.Sorts.Concat(InstrumentSorts.All.Where(s => s != InstrumentSorts.BadValue)).ToArray();
        var catalog = Catalog.Default.Kinds[Catalog.Default.FindKind(kind)];
        var ailment = Gen.Select(Gen.Int[0, sorts.Length - 1], Gen.Double[-1e5, 1e5], Gen.Double[1, 2e5], Gen.Double[0.001, 1]);
        Gen.Select(Moment, ailment.Array[0, 5]).Sample(
            (moment, drawn) =>
            {
                var ailments = drawn.Select(a => new Ailment(sorts[a.Item1], moment.Time + a.Item2, moment.Time + a.Item2 + a.Item3, a.Item4)).ToArray();
                var truth = ModelCase.Truth(model, moment.Seed, moment.Time, ailments);
                var report = ModelCase.Report(ModelCase.Device(model, moment.Seed), moment.Time, ailments);
                for (var i = 0; i < truth.Length; i++)
                {
                    var (quantity, known) = (model.Quantities[i], catalog.Quantities.Single(q => q.Name == model.Quantities[i].Name));
                    truth[i].Should().BeInRange(known.Minimum, known.Maximum, quantity.Name);
                    report[i].Should().BeInRange(quantity.Minimum, quantity.Maximum, quantity.Name);
                    (quantity.IsBoolean && report[i] is not (0 or 1)).Should().BeFalse(quantity.Name);
                }
            },
            iter: 5000);
    }

    /// <summary>100 device-days of each kind, every 20 s, with measuring noise: what is reported stays far from the limit of every sort.</summary>
    [Theory]
    [InlineData("gas-pipe", "pressure 280 400; methane 0 2.5; flow 0 270; temperature 5 30; valve 1 1")]
    [InlineData("elevator", "speed -2.55 2.55; vibration 0 0.35; level-offset -11 11; trapped 0 0; fault-code 0 0")]
    [InlineData("smoke-detector", "smoke 0 0.015; temperature 10 32; battery 40 100; alarm 0 0")]
    [InlineData("charging-pile", "current 0 32.5; voltage 210 235.4; temperature -5 55; leakage 0 3; power 0 7.5")]
    [InlineData("pipe-network", "pressure 300 450; flow 0 160; level 0.1 1; temperature 5 30")]
    [InlineData("lpg-cylinder", "weight 16.5 31.5; methane 0 2; temperature 5 35; valve 1 1")]
    public void A_healthy_device_is_far_from_every_limit(string kind, string table)
    {
        var model = DeviceModels.Of(kind);
        var (low, high) = (new double[model.Quantities.Count], new double[model.Quantities.Count]);
        low.AsSpan().Fill(double.PositiveInfinity);
        high.AsSpan().Fill(double.NegativeInfinity);
        for (var day = 0; day < 100; day++)
        {
            var device = ModelCase.Device(model, Chance.Bits(1, 1, day));
            var begin = ModelCase.Noon + (day * 3.65 * 86_400);
            for (var time = begin; time < begin + 86_400; time += 20)
            {
                var values = ModelCase.Report(device, time);
                for (var i = 0; i < values.Length; i++)
                {
                    (low[i], high[i]) = (Math.Min(low[i], values[i]), Math.Max(high[i], values[i]));
                }
            }
        }

        foreach (var words in table.Split("; ").Select(l => l.Split(' ')))
        {
            var index = ModelCase.Index(model, words[0]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{words[0]}: {low[index]} to {high[index]}");
            low[index].Should().BeGreaterThanOrEqualTo(double.Parse(words[1]), words[0]);
            high[index].Should().BeLessThanOrEqualTo(double.Parse(words[2]), words[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_report_allocates_nothing(string kind)
    {
        var device = ModelCase.Device(DeviceModels.Of(kind), 7);
        var ailments = device.Model.Sorts.Concat(InstrumentSorts.All).Select(s => ModelCase.Worst(s)).ToArray();
        var values = new double[device.Model.Quantities.Count];
        void Ask()
        {
            for (var time = ModelCase.Noon - 100; time < ModelCase.Noon + 1000; time += 1)
            {
                device.Model.Sample(device.Seed, time, ailments, values);
                Instrument.Measure(device, time, ailments, values);
            }
        }

        Ask();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
