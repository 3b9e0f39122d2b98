using BenchmarkDotNet.Attributes;
using PingAnIoT.Rules;
using EngineWindows = PingAnIoT.Rules.Windows;

namespace PingAnIoT.Bench;

/// <summary>A window of 60 readings worked out, as it is only where one of them lies beyond a band.</summary>
public class WindowMicro
{
    private const int Samples = 60;
    private readonly Sample[] samples = new Sample[Samples];
    private readonly Scratch scratch = new();
    private WindowPlan plan;

    [Params(
        WindowFunction.Mean, WindowFunction.Max, WindowFunction.Range, WindowFunction.Rate, WindowFunction.StdDev, WindowFunction.Ewma, WindowFunction.Quantile,
        WindowFunction.Times)]
    public WindowFunction Function { get; set; }

    [GlobalSetup]
    public void Make()
    {
        plan = new WindowPlan(
            [
                new CompiledRule(new Rule
                {
                    Id = "micro", Version = "00000001", TitleZh = "试", TitleEn = "Test", Basis = "site", Kind = 0, Quantity = 0, Function = Function,
                    WindowMicros = Samples * 1_000_000L, Times = 3, Share = 0.95, Bands = [new Band(Severity.Red, Comparison.Above, 500, null)],
                }),
            ],
            0, 1);
        for (var i = 0; i < Samples; i++)
        {
            samples[i] = new Sample { EventTimeMicros = 1_760_000_000_000_000 + (i * 1_000_000L), Value = 395 + (Feed.Mix((ulong)i) % 150 / 10.0) };
        }
    }

    [Benchmark(Description = "a window of 60 readings")]
    public double Value() => EngineWindows.Value(plan, EngineWindows.Covered(plan.Micros, samples), scratch);
}
