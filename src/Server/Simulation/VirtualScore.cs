using PingAnIoT.Ingest;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>The scorecard of a virtual run: the same plan and rules give the same card.</summary>
internal static class VirtualScore
{
    /// <param name="plan">Who ails when.</param>
    /// <param name="rules">In force throughout.</param>
    /// <param name="dropEach">Every so manieth message is acknowledged to its gateway and lost; 0 for none.</param>
    /// <param name="time">For the time it took.</param>
    /// <param name="progress">Told each virtual second.</param>
    /// <param name="cancellationToken">Ends it early; what has been played is scored.</param>
    public static Scorecard Of(
        TruthPlan plan, RuleSet rules, int dropEach, TimeProvider time, Action<Progress>? progress, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (from, to) = (Math.Floor(plan.From), Math.Ceiling(plan.To));
        var register = SimulationPlan.RegisterOf(plan.Fleet);
        var run = new VirtualRun(new FleetSource(plan), plan.Fleet.Gateways, register, rules);
        var (until, looked, found) = (from, 0, new FoundSoFar(plan.Truth, plan.TruthLinks));
        var shard = run.Run(
            from, to, dropEach,
            (now, played) =>
            {
                until = now;
                for (; progress is not null && looked < run.Seen.Count; looked++)
                {
                    found.Add(run.Seen[looked]);
                }

                progress?.Invoke(new Progress(
                    time.GetElapsedTime(began), TimeSpan.FromSeconds(now - from), TimeSpan.FromSeconds(to - from),
                    Published(played), Published(played), 0, run.Seen.Count, found.FoundBy(now), found.FindableBy(now)));
            },
            cancellationToken);
        var facts = SimulationPlan.Facts(plan) with
        {
            UntilSeconds = until,
            Elapsed = time.GetElapsedTime(began),
            Published = Published(shard),
            Acknowledged = Published(shard),
            Readings = shard.Readings + run.DroppedReadings,
            Lost = run.DroppedReadings,
            DeadLettered = shard.Refused.ToDictionary(r => r.Reason.ToString(), r => r.Count, StringComparer.Ordinal),
        };
        return Scorer.Score(plan.Truth, run.Seen, facts, plan.TruthLinks);

        long Published(OfflineShard played) => played.Accepted + played.DeadLettered + run.Dropped;
    }
}
