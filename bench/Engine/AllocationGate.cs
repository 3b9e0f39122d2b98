using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// For CI: with windows full, the engine allocates not one byte while it judges readings that change nothing and ticks that find nothing.
/// Times are never gated: the machine that runs this is shared.
/// </summary>
internal static class AllocationGate
{
    private const int Series = 3_000;
    private const int CityPart = 1_000;
    private const double WarmSeconds = 660;
    private const int MeasuredReadings = 500_000;

    /// <returns>0 when nothing was allocated, 1 otherwise.</returns>
    public static int Run()
    {
        var allHold = true;
        foreach (var interval in new double[] { 10, 60 })
        {
            allHold &= Holds("mean", Workload.Make("mean", Series), interval);
            allHold &= Holds("five", Workload.Make("five", Series), interval);
            allHold &= Holds("pack", City.Make(CityPart), interval);
        }

        return allHold ? 0 : 1;
    }

    private static bool Holds(string name, Workload workload, double interval)
    {
        var transitions = new List<string>();
        var feed = new Feed(workload.Points, workload.Profiles, interval);
        var engine = new Engine(workload.MakeRegister(), workload.Rules, new EngineOptions(), t => transitions.Add($"{t.RuleId} {t.Change}"));
        var run = new EngineRun(engine, feed);
        run.Warm((int)(WarmSeconds / interval) + 1, 0);
        var times = MeasuredReadings / feed.Points;
        var bytes = run.Round(times, crossings: false).AllocatedBytes;
        if (bytes > 0)
        {
            // The runtime itself may allocate on this thread, once, when a method's better code comes late on a busy machine; an engine that does would do so again.
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gate: {name} each {interval} s: {bytes} bytes in a first round, looking again"));
            bytes = run.Round(times, crossings: false).AllocatedBytes;
        }

        var judged = engine.Counters.Evaluated;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"gate: {name} each {interval} s, {feed.Points} series: {bytes} bytes allocated in {(long)times * feed.Points} readings, {transitions.Count} transitions {string.Join(", ", transitions.Distinct())}"));
        return bytes == 0 && transitions.Count == 0 && judged > MeasuredReadings;
    }
}
