using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>Readings per processor second on one core, bytes of state, bytes allocated: a workload at one size and one reporting interval.</summary>
internal static class RatePart
{
    private const int TimedRounds = 5;
    private const double WarmSeconds = 1.5;

    /// <param name="workload">What is judged, and whose.</param>
    /// <param name="interval">Seconds between two readings of a series.</param>
    /// <param name="windowSeconds">The longest window: the warm-up covers it.</param>
    /// <param name="roundReadings">Readings in a timed round, at least.</param>
    /// <param name="findings">Takes the figures.</param>
    /// <param name="hand">A loop by hand over as many series, whose rounds take turns with the engine's; null for none.</param>
    /// <returns>The engine in the state it came to.</returns>
    public static EngineRun Measure(Workload workload, double interval, double windowSeconds, int roundReadings, Findings findings, HandLoop? hand = null)
    {
        var feed = new Feed(workload.Points, workload.Profiles, interval);
        var before = Meter.ResidentBytes();
        var register = workload.MakeRegister();
        var registered = Meter.ResidentBytes();
        long transitions = 0;
        var run = new EngineRun(new Engine(register, workload.Rules, new EngineOptions(), _ => transitions++), feed);
        run.Warm((int)Math.Ceiling(windowSeconds / interval) + 2, WarmSeconds);
        hand?.Warm((int)Math.Ceiling(windowSeconds / interval) + 2, WarmSeconds);
        var times = Math.Max(1, roundReadings / feed.Points);

        var quiet = run.Round(times, crossings: false);
        findings["quiet-bytes"] = quiet.AllocatedBytes / ((double)times * feed.Points);
        findings["quiet-transitions"] = transitions;

        // Crossings begin a minute before the timing does, so that raises and clears are both under way.
        run.Round((int)Math.Ceiling(60 / interval), crossings: true);
        transitions = 0;
        run.Yardstick.Forget();
        var rounds = new List<Meter>();
        var handRounds = new List<Meter>();
        for (var i = 0; i < TimedRounds; i++)
        {
            rounds.Add(run.Round(times, crossings: true));
            if (hand is not null)
            {
                handRounds.Add(hand.Round(times, crossings: true));
            }
        }

        Rates("", rounds, times * (double)feed.Points, findings);
        if (hand is not null)
        {
            Rates("hand-", handRounds, times * (double)feed.Points, findings);
            findings["hand-changes"] = hand.Changes;
        }

        findings["wall-rate"] = Meter.Median(rounds.Select(r => times * (double)feed.Points / r.WallSeconds));
        findings["slowness"] = run.Yardstick.Slowness;
        findings["longest-ms"] = rounds.Max(r => r.LongestSeconds) * 1000;
        findings["transitions"] = transitions;
        findings["bytes"] = rounds.Sum(r => r.AllocatedBytes) / (TimedRounds * (double)times * feed.Points);
        findings["readings"] = TimedRounds * (double)times * feed.Points;
        findings["points"] = feed.Points;
        findings["state"] = run.Engine.Counters.Bytes / (double)feed.Points;
        var after = Meter.ResidentBytes();
        findings["resident"] = (after - registered) / (double)feed.Points;
        findings["resident-all"] = (after - before) / (double)feed.Points;
        findings["evaluated"] = run.Engine.Counters.Evaluated;
        findings["lost"] = run.Engine.Counters.Late + run.Engine.Counters.Duplicates + run.Engine.Counters.Impossible + run.Engine.Counters.DroppedAtBound;
        GC.KeepAlive(register);
        return run;
    }

    private static void Rates(string whose, List<Meter> rounds, double readings, Findings findings)
    {
        var rates = rounds.ConvertAll(r => readings / r.ProcessorSeconds);
        findings[whose + "rate"] = Meter.Median(rates);
        findings[whose + "rate-best"] = rates.Max();
        findings[whose + "rate-worst"] = rates.Min();
        findings[whose + "undisturbed"] = 1 / rounds.Min(r => r.LeastSecondsEach);
    }

    /// <summary>The engine as the peers have it, on exactly the readings they are given: how many changes of band it finds.</summary>
    public static void CountChanges(int series, Findings findings)
    {
        var workload = Workload.Make("plain", series);
        long transitions = 0;
        var run = new EngineRun(
            new Engine(workload.MakeRegister(), workload.Rules, new EngineOptions(), _ => transitions++), new Feed(workload.Points, workload.Profiles, PeerPart.IntervalSeconds));
        run.Warm(PeerPart.WarmRounds, 0);
        for (var i = 0; i < PeerPart.TimedRounds; i++)
        {
            run.Round(1, crossings: true);
        }

        findings["changes"] = transitions;
    }
}
