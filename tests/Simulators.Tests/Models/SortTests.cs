namespace PingAnIoT.Simulators.Tests;

/// <summary>What can happen, when it is findable, and how often it comes.</summary>
public sealed class SortTests
{
    public static TheoryData<string> Kinds => ModelCase.Kinds;

    /// <summary>The plan multiplies all rates by this so that a district of 320 devices sees everything within 30 days.</summary>
    private const double Acceleration = 100;

    [Fact]
    public void Every_sort_has_its_own_name_a_meaning_and_a_source()
    {
        var sorts = DeviceModels.All.SelectMany(m => m.Sorts).Concat(InstrumentSorts.All).ToList();
        sorts.Select(s => s.Name).Should().OnlyHaveUniqueItems().And.AllSatisfy(n => n.Should().MatchRegex("^[a-z]+(-[a-z]+)*$"));
        sorts.Should().AllSatisfy(s =>
        {
            s.Meaning.Should().NotBeNullOrWhiteSpace();
            s.Source.Should().NotBeNullOrWhiteSpace();
            (s.AtLeast == AlertClass.None).Should().Be(s.Nature == Nature.Nuisance, s.Name);
            (s.AtLeast == AlertClass.Fault).Should().Be(s.Nature == Nature.Defect, s.Name);
            s.LeastSeconds.Should().BePositive().And.BeLessThanOrEqualTo(s.MostSeconds);
        });
        Sorts.All.Should().HaveCount(sorts.Count);
        DeviceModels.All.Cast<PhysicalModel>().SelectMany(m => m.Dangers).Should().AllSatisfy(d => d.Limit.Should().NotBeNullOrWhiteSpace());
    }

    /// <summary>Five expected of each, so that hardly a district is without one; and no device is ill for most of its time.</summary>
    [Fact]
    public void A_district_of_320_sees_every_sort_within_30_days()
    {
        FleetShape.District.Devices.Should().Be(320);
        foreach (var share in FleetShape.District.Shares)
        {
            foreach (var sort in DeviceModels.Of(share.Kind).Sorts.Concat(InstrumentSorts.All))
            {
                var devices = sort.Kind is null ? FleetShape.District.Devices : share.Devices;
                (devices * sort.PerDeviceYear * Acceleration * 30 / 365.25).Should().BeGreaterThan(5, sort.Name);
            }
        }

        foreach (var model in DeviceModels.All)
        {
            var ill = model.Sorts.Concat(InstrumentSorts.All).Sum(s => s.PerDeviceYear * Acceleration * (s.LeastSeconds + s.MostSeconds) / 2 / (365.25 * 86_400));
            TestContext.Current.TestOutputHelper?.WriteLine($"{model.Kind}: {ill:0.000} ailments at once");
            ill.Should().BeLessThan(0.6, model.Kind);
        }
    }

    /// <summary>At any hour the worst case is findable before the shortest ailment is over (a lift may have to wait for a trip, a contact for a charge); a nuisance never.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_worst_is_findable_and_the_slightest_is_not(string kind)
    {
        var model = DeviceModels.Of(kind);
        foreach (var sort in model.Sorts)
        {
            var worst = Enumerable.Range(0, 24).Select(i => ModelCase.Worst(sort, ModelCase.Noon + (i * 3600)))
                .Select(a => model.FindableAt(7, a) - a.Onset).ToList();
            TestContext.Current.TestOutputHelper?.WriteLine($"{sort.Name}: {worst.Min():0.0} to {worst.Max():0.0} s");
            if (sort.Nature == Nature.Nuisance)
            {
                worst.Should().AllSatisfy(d => d.Should().Be(double.NaN), sort.Name);
                continue;
            }

            worst.Should().AllSatisfy(d => d.Should().BeInRange(0, sort.MostSeconds), sort.Name);
            model.FindableAt(7, ModelCase.Worst(sort, ModelCase.Noon, 0.005)).Should().Be(double.NaN, sort.Name);
        }
    }

    /// <summary>Just before it the limit is not passed, just after it it is; so it is the first moment and not only some moment.</summary>
    [Theory]
    [InlineData("gas-pipe", "slow-leak", "methane", 25)]
    [InlineData("gas-pipe", "over-pressure", "pressure", 440)]
    [InlineData("smoke-detector", "smouldering", "smoke", 0.15)]
    [InlineData("smoke-detector", "fast-fire", "smoke", 0.15)]
    [InlineData("charging-pile", "thermal-runaway", "temperature", 90)]
    [InlineData("charging-pile", "leakage-current", "leakage", 30)]
    [InlineData("pipe-network", "flooding", "level", 3)]
    [InlineData("lpg-cylinder", "cylinder-leak", "methane", 25)]
    [InlineData("lpg-cylinder", "cylinder-hot", "temperature", 60)]
    public void Findable_is_the_moment_at_which_the_limit_is_passed(string kind, string sort, string quantity, double limit)
    {
        var (model, found) = (DeviceModels.Of(kind), 0);
        var index = ModelCase.Index(model, quantity);
        for (ulong seed = 0; seed < 50; seed++)
        {
            var ailment = ModelCase.Worst(Sorts.All[sort], ModelCase.Noon, 0.3 + (seed * 0.014));
            var at = model.FindableAt(seed, ailment);
            if (!double.IsNaN(at))
            {
                found++;
                ModelCase.Truth(model, seed, at - 0.05, ailment)[index].Should().BeLessThanOrEqualTo(limit);
                ModelCase.Truth(model, seed, at + 0.05, ailment)[index].Should().BeGreaterThanOrEqualTo(limit);
            }
        }

        found.Should().BeGreaterThan(20);
    }

    /// <summary>Once it has faded, a device says what it would say had nothing happened.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_has_faded_is_no_danger(string kind)
    {
        var model = (PhysicalModel)DeviceModels.Of(kind);
        foreach (var danger in model.Dangers.Where(d => d.IsPassed is not null))
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                var ailment = ModelCase.Worst(danger.Sort);
                var time = ailment.End + model.FadeSeconds(danger.Sort);
                var (truth, healthy) = (ModelCase.Truth(model, seed, time, ailment), ModelCase.Truth(model, seed, time));
                danger.IsPassed!(seed, truth, healthy).Should().BeFalse(danger.Sort.Name);
            }
        }
    }

    /// <summary>What cannot be seen in what a device reports need not be found at it.</summary>
    [Theory]
    [InlineData("smoke-detector", "battery-low", 3, false)]
    [InlineData("smoke-detector", "battery-low", 4, true)]
    [InlineData("gas-pipe", "slow-leak", 1, false)]
    [InlineData("gas-pipe", "slow-leak", 2, true)]
    [InlineData("elevator", "entrapment", 3, false)]
    [InlineData("elevator", "slow-leak", 7, false)]
    [InlineData("charging-pile", "stuck", 1, false)]
    [InlineData("charging-pile", "stuck", 2, true)]
    public void A_sort_needs_its_quantities(string kind, string sort, int quantities, bool isFindable)
    {
        var device = ModelCase.Device(DeviceModels.Of(kind), 7, quantities);
        Sorts.IsFindable(device, Sorts.All[sort]).Should().Be(isFindable);
        double.IsNaN(Sorts.FindableAt(device, ModelCase.Worst(Sorts.All[sort]))).Should().Be(!isFindable);
    }
}
