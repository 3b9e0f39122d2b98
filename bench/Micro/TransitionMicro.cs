using BenchmarkDotNet.Attributes;

namespace PingAnIoT.Bench;

/// <summary>A reading that changes a colour: the transition with its evidence, of one reading or of eight.</summary>
public class TransitionMicro
{
    private MicroSeries series = null!;

    [Params("quantity: methane, when: last, red: '> 50'", "quantity: methane, when: delta(60s), red: '> 10'")]
    public string Rule { get; set; } = "";

    [GlobalSetup]
    public void Make() => series = new MicroSeries(Rule, i => i % 2 == 0 ? 10 : 60);

    [Benchmark(Description = "a reading that changes the colour", OperationsPerInvoke = MicroSeries.Readings)]
    public void Judge() => series.Judge();

    [GlobalCleanup]
    public void Check()
    {
        if (series.Transitions == 0)
        {
            throw new InvalidOperationException($"{Rule}: nothing changed");
        }
    }
}
