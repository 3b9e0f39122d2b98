namespace PingAnIoT.Simulators.Tests;

/// <summary>What an instrument makes of the truth, healthy and not. A gas pipe that reports every 10 s.</summary>
public sealed class InstrumentTests
{
    private static readonly DeviceModel Pipe = DeviceModels.Of("gas-pipe");

    private static readonly FleetDevice Device = ModelCase.Device(Pipe, 7);

    private static Ailment From(Sort sort, double severity = 1, double seconds = 3600) => new(sort, ModelCase.Noon, ModelCase.Noon + seconds, severity);

    private static double[] Report(double since, params Ailment[] ailments) => ModelCase.Report(Device, ModelCase.Noon + since, ailments);

    [Fact]
    public void A_report_has_the_instruments_resolution_and_noise()
    {
        foreach (var model in DeviceModels.All)
        {
            var device = ModelCase.Device(model, 7);
            var error = new double[model.Quantities.Count];
            const int Reports = 4000;
            for (var k = 0; k < Reports; k++)
            {
                var time = ModelCase.Noon + (k * 10);
                var (truth, report) = (ModelCase.Truth(model, 7, time), ModelCase.Report(device, time));
                for (var i = 0; i < truth.Length; i++)
                {
                    Math.Round(report[i], model.Quantities[i].Decimals).Should().Be(report[i], model.Quantities[i].Name);
                    double.IsNegative(report[i]).Should().Be(report[i] < 0, "no report says -0");
                    error[i] += (report[i] - truth[i]) * (report[i] - truth[i]) / Reports;
                }
            }

            for (var i = 0; i < error.Length; i++)
            {
                var quantity = model.Quantities[i];
                var step = Math.Pow(10, -quantity.Decimals);
                Math.Sqrt(error[i]).Should().BeLessThanOrEqualTo(1.2 * Math.Sqrt((quantity.Noise * quantity.Noise) + (step * step / 12)), quantity.Name);
            }
        }
    }

    [Fact]
    public void A_stuck_instrument_rests_in_the_quantity_that_moves_and_nowhere_else()
    {
        foreach (var model in DeviceModels.All)
        {
            var device = ModelCase.Device(model, 7);
            var stuck = From(InstrumentSorts.Stuck, 1, 86_400);
            var at = Enumerable.Range(0, 200).Select(i => ModelCase.Noon + (i * 60)).ToList();
            at.Select(t => ModelCase.Report(device, t, stuck)[model.MovingQuantity]).Distinct().Should().HaveCount(1, model.Kind);
            at.Select(t => ModelCase.Report(device, t)[model.MovingQuantity]).Distinct().Should().HaveCountGreaterThan(4, model.Kind);
            at.Should().AllSatisfy(t => ModelCase.Report(device, t, stuck).Where((_, i) => i != model.MovingQuantity)
                .Should().Equal(ModelCase.Report(device, t).Where((_, i) => i != model.MovingQuantity)));
            Sorts.FindableAt(device, stuck).Should().Be(ModelCase.Noon + 3600);
        }
    }

    /// <summary>Were a live instrument ever to rest for an hour, stuck could not be told from healthy: over 20 devices and 5 days of each kind none does.</summary>
    [Fact]
    public void A_live_instrument_does_not_rest_for_an_hour()
    {
        foreach (var model in DeviceModels.All)
        {
            var longest = 0;
            for (ulong seed = 0; seed < 20; seed++)
            {
                var (device, last, rests) = (ModelCase.Device(model, seed), double.NaN, 0);
                for (var time = ModelCase.Noon; time < ModelCase.Noon + (5 * 86_400); time += 60)
                {
                    var value = ModelCase.Report(device, time)[model.MovingQuantity];
                    rests = value == last ? rests + 1 : 0;
                    (last, longest) = (value, Math.Max(longest, rests));
                }
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{model.Kind}: rests {longest} min at most");
            longest.Should().BeLessThan(30, model.Kind);
        }
    }

    [Theory]
    [InlineData("spike")]
    [InlineData("bad-value")]
    public void A_spike_and_a_bad_value_spoil_one_quantity_of_one_report(string sort)
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            var device = ModelCase.Device(Pipe, seed);
            var ailment = From(Sorts.All[sort]);
            int Spoilt(double since) => ModelCase.Report(device, ModelCase.Noon + since, ailment).Zip(ModelCase.Report(device, ModelCase.Noon + since)).Count(p => p.First != p.Second);
            Spoilt(-1).Should().Be(0);
            Spoilt(0).Should().BeInRange(sort == "spike" ? 0 : 1, 1, "a spike to the low end of methane is no change");
            Spoilt(3).Should().Be(0, "a report by exception is measured anew");
            Spoilt(10).Should().Be(0);
            var report = ModelCase.Report(device, ModelCase.Noon, ailment);
            report.Zip(Pipe.Quantities).Count(p => p.First < p.Second.Minimum || p.First > p.Second.Maximum).Should().Be(sort == "spike" ? 0 : 1);
            report.Should().AllSatisfy(v => double.IsFinite(v).Should().BeTrue());
        }
    }

    [Fact]
    public void A_firmware_that_starts_anew_says_zeros_once_and_counts_from_there()
    {
        var pile = ModelCase.Device(DeviceModels.Of("charging-pile"), 7);
        var reset = From(InstrumentSorts.FirmwareReset, 1, 6 * 3600);
        var energy = ModelCase.Index(pile.Model, "energy");
        ModelCase.Report(pile, ModelCase.Noon, reset).Should().AllSatisfy(v => v.Should().Be(0));
        for (var since = 10; since < 6 * 3600; since += 10)
        {
            var (report, healthy) = (ModelCase.Report(pile, ModelCase.Noon + since, reset), ModelCase.Report(pile, ModelCase.Noon + since));
            report[energy].Should().BeApproximately(healthy[energy] - ModelCase.Report(pile, ModelCase.Noon)[energy], 0.011);
            report.Where((_, i) => i != energy).Should().Equal(healthy.Where((_, i) => i != energy));
        }
    }

    /// <summary>Drift and noise stay within what the sort says, in one quantity.</summary>
    [Theory]
    [InlineData("drift", 8)]
    [InlineData("noise-burst", 75)]
    public void A_disturbance_is_bounded_by_the_noise(string sort, double mostDeviations)
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var (device, moved) = (ModelCase.Device(Pipe, seed), new HashSet<int>());
            var ailment = From(Sorts.All[sort]);
            for (var since = 0; since < 3600; since += 10)
            {
                var (report, healthy) = (ModelCase.Report(device, ModelCase.Noon + since, ailment), ModelCase.Report(device, ModelCase.Noon + since));
                for (var i = 0; i < report.Length; i++)
                {
                    Math.Abs(report[i] - healthy[i]).Should().BeLessThanOrEqualTo((mostDeviations * Pipe.Quantities[i].Noise) + 0.11);
                    _ = report[i] != healthy[i] && moved.Add(i);
                }
            }

            moved.Should().HaveCountLessThanOrEqualTo(1);
        }
    }

    /// <summary>Energy only grows, and by what the power says: within the 3 % by which the supply differs from its nominal voltage.</summary>
    [Fact]
    public void The_meter_agrees_with_the_power()
    {
        var model = DeviceModels.Of("charging-pile");
        for (ulong seed = 0; seed < 20; seed++)
        {
            var (sum, last, first) = (0.0, ModelCase.Truth(model, seed, ModelCase.Noon)[5], ModelCase.Truth(model, seed, ModelCase.Noon)[5]);
            for (var time = ModelCase.Noon; time < ModelCase.Noon + (5 * 86_400); time += 10)
            {
                var truth = ModelCase.Truth(model, seed, time);
                truth[5].Should().BeGreaterThanOrEqualTo(last);
                (last, sum) = (truth[5], sum + (truth[4] * 10 / 3600));
            }

            (last - first).Should().BeApproximately(sum, (0.03 * sum) + 0.2);
        }
    }

    [Fact]
    public void The_days_use_of_gas_is_the_integral_of_its_demand()
    {
        var (sum, before) = (0.0, Course.UsedBy(ModelCase.Noon));
        const double MeanDemand = 10.65 / 24;
        for (var time = ModelCase.Noon; time < ModelCase.Noon + (2 * 86_400); time += 10)
        {
            (Course.UsedBy(time) - before).Should().BeApproximately(sum, 20);
            sum += Course.Demand(time) / MeanDemand * 10;
        }
    }
}
