using BenchmarkDotNet.Attributes;

namespace PingAnIoT.Bench;

/// <summary>A reading through the plan of one rule, for each sort of rule.</summary>
public class QuietMicro
{
    private MicroSeries series = null!;

    public static IEnumerable<string> Rules =>
    [
        "quantity: methane, when: last, red: '> 50'",
        "quantity: methane, when: mean(60s), red: '> 50', yellow: '> 40', green: '> 30', hold: 10s, clear: { deadband: 2, hold: 10s }",
        "quantity: methane, when: rate(60s), red: '> 0.9'",
        "quantity: methane, when: 'times(3, 60s)', red: '> 50'",
        "quantity: methane, when: stuck(12h), fault: true",
        "quantity: methane, when: absent(10m), fault: true",
        "quantity: methane, when: 'votes(2, 60s)', place: grid, red: '> 50'",
        "all: [{ quantity: methane, when: last, red: '> 50' }, { quantity: pressure, when: last, red: '> 500' }]",
        "first: { quantity: methane, when: last, is: '> 50' }, then not: { quantity: valve, when: last, is: '== false' }, within: 30s, red: true",
    ];

    [ParamsSource(nameof(Rules))]
    public string Rule { get; set; } = "";

    /// <summary>Never twice the same, lest it be stuck.</summary>
    [GlobalSetup]
    public void Make() => series = new MicroSeries(Rule, i => 10 + (i % 2 * 0.5));

    [Benchmark(Description = "a reading that changes nothing", OperationsPerInvoke = MicroSeries.Readings)]
    public void Judge() => series.Judge();

    [GlobalCleanup]
    public void Check()
    {
        if (series.Transitions > 0)
        {
            throw new InvalidOperationException($"{Rule}: {series.Transitions} changes where nothing changes");
        }
    }
}
