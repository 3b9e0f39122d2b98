using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// Another 1,000 rules in force at city size: 167 kinds of three quantities with two rules each. The rules are read and checked beforehand, as the
/// server does on another thread; what counts is what the shard's thread is kept from its readings.
/// </summary>
internal static class ReloadPart
{
    public const int Rules = 1_000;
    private const double IntervalSeconds = 60;
    private const int Kinds = 167;
    private const int Quantities = 3;
    private const int Repeats = 3;

    private const string Text =
        """
        rules:
          - id: high-QUANTITY
            title: { zh: 超压, en: High }
            kind: KIND
            quantity: QUANTITY
            when: mean(60s)
            red: "> 480"
            yellow: "> 450"
            green: "> 420"
            hold: 10s
            clear: { deadband: 10, hold: 60s }
            basis: site
          - id: now-QUANTITY
            title: { zh: 当前, en: Now }
            kind: KIND
            quantity: QUANTITY
            when: last
            red: "> 950"
            yellow: "> 750"
            hold: 5s
            clear: { deadband: 10, hold: 60s }
            basis: site
        """;

    public static void Measure(int devices, Findings findings)
    {
        var catalog = Workload.PlainCatalog([.. Enumerable.Repeat(Quantities, Kinds)]);
        var rules = new RuleSet([.. Workload.ForEach(Text, catalog).Rules.Take(Rules)]);
        var points = new Point[devices * Quantities];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new Point(i / Quantities, (ushort)(i % Quantities), 0);
        }

        long transitions = 0;
        var engine = new Engine(Workload.Register(catalog, devices, d => d % Kinds), rules, new EngineOptions(), _ => transitions++);
        var run = new EngineRun(engine, new Feed(points, [new Profile(395, 15, 1000, 1)], IntervalSeconds));
        run.Warm(2, 0);
        run.Round(1, crossings: true);
        findings["usual-ms"] = run.Round(1, crossings: false).LongestSeconds * 1000;

        var all = new List<(double Replace, double Longest)>();
        var one = new List<(double Replace, double Longest)>();
        var moved = new List<(double Replace, double Longest)>();
        for (var i = 1; i <= Repeats; i++)
        {
            all.Add(Replace(run, new RuleSet([.. engine.Rules.Rules.Select(r => Moved(r, i))])));
            one.Add(Replace(run, new RuleSet([Moved(engine.Rules.Rules[0], i), .. engine.Rules.Rules.Skip(1)])));
        }

        for (var i = 1; i <= Repeats; i++)
        {
            // A quantity less of every kind, and again one more: where a device's series are is another place then.
            moved.Add(Replace(run, new RuleSet([.. rules.Rules.Where(r => r.Quantity > 0)])));
            moved.Add(Replace(run, rules));
        }

        findings["moved-ms"] = moved.Max(r => r.Replace) * 1000;
        findings["moved-pause-ms"] = moved.Max(r => r.Longest) * 1000;
        findings["all-ms"] = Meter.Median(all.Select(r => r.Replace)) * 1000;
        findings["all-pause-ms"] = Meter.Median(all.Select(r => r.Longest)) * 1000;
        findings["one-ms"] = Meter.Median(one.Select(r => r.Replace)) * 1000;
        findings["one-pause-ms"] = Meter.Median(one.Select(r => r.Longest)) * 1000;
        findings["rules"] = engine.Rules.Rules.Count;
        findings["evaluated"] = engine.Counters.Evaluated;
    }

    /// <returns>Seconds in <see cref="Engine.Replace"/>, and the longest stretch on the shard's thread from there to the end of the next round.</returns>
    private static (double Replace, double Longest) Replace(EngineRun run, RuleSet rules)
    {
        // The states of the replacements before would be garbage that takes room.
        GC.Collect();
        var seconds = new Meter().Time(() => run.Engine.Replace(rules));
        return (seconds, Math.Max(seconds, run.Round(1, crossings: false).LongestSeconds));
    }

    /// <summary>The same rule with its thresholds a little higher.</summary>
    private static Rule Moved(Rule rule, int by) => rule with
    {
        Version = $"{by:x8}", Bands = [.. rule.Bands.Select(b => b with { Threshold = b.Threshold + by })],
    };
}
