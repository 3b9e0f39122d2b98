namespace PingAnIoT.Rules.Tests;

/// <summary>What becomes of each reading of a journal, counted in the plainest way (see <see cref="EngineCounters"/>).</summary>
internal static class CountOracle
{
    public static string Show(EngineCounters c) =>
        $"{c.Evaluated} evaluated, {c.Duplicates} duplicates, {c.Late} late, {c.FutureReplaced} replaced, {c.Ticks} ticks, {c.Transitions} transitions";

    public static string Of(OracleCase testCase, int transitions)
    {
        var (register, index) = OracleCase.MakeRegister(false);
        var counted = new Dictionary<(int, int), List<long>>();
        int evaluated = 0, duplicates = 0, late = 0, replaced = 0;
        foreach (var reading in testCase.Journal.Where(r => !r.IsTick && !r.IsReset && testCase.Rules.Rules.Any(rule => Watches(rule, register.KindOf(index[r.Device]), r.Quantity))))
        {
            replaced += reading.Flags.HasFlag(ReadingFlags.TimeReplaced) ? 1 : 0;
            if (!counted.TryGetValue((reading.Device, reading.Quantity), out var times))
            {
                counted[(reading.Device, reading.Quantity)] = times = [];
            }

            var newest = times.Count == 0 ? long.MinValue : times[^1];
            if (times.Count > 0 && newest - reading.EventTimeMicros > testCase.Options.AllowedLatenessMicros)
            {
                late++;
            }
            else if (times.TakeLast(testCase.Options.SeriesReadingsMax).Contains(reading.EventTimeMicros))
            {
                duplicates++;
            }
            else
            {
                evaluated++;
                times.Add(reading.EventTimeMicros);
                times.Sort();
            }
        }

        return $"{evaluated} evaluated, {duplicates} duplicates, {late} late, {replaced} replaced, {testCase.Journal.Count(r => r.IsTick)} ticks, {transitions} transitions";
    }

    private static bool Watches(Rule rule, int kind, int quantity) =>
        rule.Kind == kind && (rule.AnyQuantity || (rule.Parts.Count == 0 ? rule.Quantity == quantity : rule.Parts.Any(p => p.Quantity == quantity)));
}
