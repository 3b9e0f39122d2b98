namespace PingAnIoT.Rules.Tests;

/// <summary>Where judging one device fails, which it never should, every other is judged as if that one were not there; and whoever called is told.</summary>
public sealed class FailureTests
{
    private const int Devices = 40;

    /// <summary>In which places devices fail: alone, side by side, first and last of a group and of all.</summary>
    private static readonly int[] Bad = [0, 7, 8, 19, 20, 39];
    private readonly DeviceRegister register = new(Catalog.Default);
    private readonly SortedSet<string> told = new(StringComparer.Ordinal);

    public FailureTests()
    {
        for (var i = 0; i < Devices; i++)
        {
            register.Register(new DeviceRecord { Device = Name(i), Kind = 0, Gateways = ["gw1"] });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void Of_the_readings_that_come_together_all_others_are_judged(int entries)
    {
        var engine = Make(Scenario.Rule());
        var readings = Enumerable.Range(0, Devices).Select(i => At(i, 1)).ToArray();
        var ends = Enumerable.Range(1, entries).Select(e => new EntryEnd(Devices * e / entries, 100 * e)).ToArray();
        var apply = () => engine.Apply(readings, ends);
        apply.Should().Throw<InvalidOperationException>().WithMessage("p00");
        engine.JournalPosition.Should().Be(100, "that is where it failed first");
        ShouldHaveToldOfAllButTheBad();
        engine.Counters.Failed.Should().Be(Bad.Length);
        engine.Apply([At(1, 2) with { Value = 10 }], 5_000);
        engine.JournalPosition.Should().Be(5_000, "what is over is not told again");
    }

    /// <summary>A silence that is taken out of the timers and not told would never be looked at again.</summary>
    [Fact]
    public void Of_the_silences_that_are_due_together_all_others_are_told() => Wait(Make(Scenario.Absent("silent", "10s")));

    [Fact]
    public void Of_the_holds_that_end_together_all_others_are_told() => Wait(Make(Scenario.Rule(hold: "10s")));

    private void Wait(Engine engine)
    {
        engine.Apply([Reading.Tick(Scenario.Epoch)], 1);
        engine.Apply(Enumerable.Range(0, Devices).Select(i => At(i, 0)).ToArray(), 2);
        var failures = 0;
        for (var second = 1; second < 60; second++)
        {
            try
            {
                engine.Apply([Reading.Tick(Scenario.Epoch + (second * 1_000_000L))], 2 + second);
            }
            catch (InvalidOperationException)
            {
                failures++;
            }
        }

        failures.Should().BePositive("whoever called is told");
        ShouldHaveToldOfAllButTheBad();
        engine.Counters.Failed.Should().Be(Bad.Length);
    }

    private void ShouldHaveToldOfAllButTheBad() => told.Should().Equal(Enumerable.Range(0, Devices).Except(Bad).Select(Name));

    private Engine Make(Rule rule) => new(register, new RuleSet([rule]), new EngineOptions(), transition =>
    {
        if (Bad.Select(Name).Contains(transition.Device.Device, StringComparer.Ordinal))
        {
            throw new InvalidOperationException(transition.Device.Device);
        }

        told.Add(transition.Device.Device);
    });

    private static Reading At(int device, int second) =>
        new(device, 0, ReadingFlags.None, Scenario.Epoch + (second * 1_000_000L), Scenario.Epoch + (second * 1_000_000L), 95);

    private static string Name(int device) => $"p{device:d2}";
}
