using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>The scorecard of a virtual run: the same plan and rules give the same card.</summary>
internal static class VirtualScore
{
    /// <param name="plan">Who ails when.</param>
    /// <param name="rules">In force throughout.</param>
    /// <param name="dropEach">Every so manieth message is lost on the way; 0 for none.</param>
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
        var until = from;
        var shard = run.Run(
            from, to, dropEach,
            (now, played) =>
            {
                until = now;
                progress?.Invoke(new Progress(
                    time.GetElapsedTime(began), TimeSpan.FromSeconds(now - from), TimeSpan.FromSeconds(to - from),
                    played.Accepted + played.DeadLettered, played.Accepted + played.DeadLettered, 0, run.Seen.Count, 0, 0));
            },
            cancellationToken);
        var facts = SimulationPlan.Facts(plan) with
        {
            UntilSeconds = until,
            Elapsed = time.GetElapsedTime(began),
            Published = shard.Accepted + shard.DeadLettered,
            Acknowledged = shard.Accepted + shard.DeadLettered,
            Readings = shard.Readings,
            DeadLettered = shard.Refused.ToDictionary(r => r.Reason.ToString(), r => r.Count, StringComparer.Ordinal),
        };
        return Scorer.Score(plan.Truth, run.Seen, facts, plan.TruthLinks);
    }
}
