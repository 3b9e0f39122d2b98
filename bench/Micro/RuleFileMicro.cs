using BenchmarkDotNet.Attributes;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A rule file read and checked, and laid out for the engine.</summary>
public class RuleFileMicro
{
    private const string OneRule =
        "rules: [{ id: micro, title: { zh: 试, en: Test }, kind: gas-pipe, quantity: methane, when: mean(60s), red: '> 50', hold: 10s, basis: site }]";

    private readonly RuleSet defaults = Workload.Parse(DefaultRules.Text, Catalog.Default);

    [Benchmark(Description = "a file of one rule read")]
    public bool One() => RuleFile.Parse(OneRule, "micro", Catalog.Default).IsValid;

    [Benchmark(Description = "the default rules read")]
    public bool Defaults() => RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).IsValid;

    [Benchmark(Description = "the default rules laid out")]
    public object Plan() => RulePlan.Compile(defaults, Catalog.Default);
}
