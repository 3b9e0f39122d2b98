namespace PingAnIoT.Rules.Tests;

/// <summary>
/// What the rule of one id says of one series while rules are edited, in the plainest code there is: docs/engine-semantics.md, "A change of rules".
/// A rule that is there all the time keeps the readings, so that whatever comes finds the windows full.
/// </summary>
/// <param name="Id">Of the rule that is followed.</param>
/// <param name="Readings">The rule that is always there.</param>
internal sealed record EditedOracle(string Id, BandOracle Readings)
{
    /// <summary>The rule in force; null where there is none of that id on this series.</summary>
    public BandOracle? InForce { get; init; }

    public IEnumerable<Transition> Fired => InForce?.Fired ?? Ended;

    private IReadOnlyList<Transition> Ended { get; init; } = [];

    public EditedOracle Step(Reading reading) => this with { Readings = Readings.Step(reading), InForce = InForce?.Step(reading), Ended = [] };

    public EditedOracle Change(RuleSet rules)
    {
        var next = rules.Rules.SingleOrDefault(r => r.Id == Id && r.Quantity == Readings.Rule.Quantity);
        return InForce is not { } now ? this with { Ended = [], InForce = next is null ? null : Fresh(next) }
            : next is null ? this with { Ended = End(now).Fired, InForce = null }
            : MeansTheSame(now.Rule, next) && HasColour(next, now) ? this with { InForce = Keep(now, next) }
            : this with { InForce = Fresh(next) with { Episode = End(now).Episode, Fired = End(now).Fired } };
    }

    private BandOracle Fresh(Rule rule) => new(rule, Readings.Device, Readings.Series, Readings.Options) { Ticks = Readings.Ticks, History = Readings.History };

    private static bool MeansTheSame(Rule rule, Rule next) =>
        rule.Function == next.Function && rule.WindowMicros == next.WindowMicros && rule.Share.Equals(next.Share);

    private static bool HasColour(Rule next, BandOracle now) => now.Bands.FindIndex(b => b.IsOn) is var worst
        && (worst < 0 || next.Bands.Any(b => b.Severity == now.Rule.Bands[worst].Severity));

    /// <summary>With the latches of the colours that both have; one that is new is on if a worse one is.</summary>
    private static BandOracle Keep(BandOracle now, Rule next)
    {
        var latches = now.Rule.Bands.Zip(now.Bands).ToDictionary(p => p.First.Severity, p => p.Second);
        var kept = next.Bands.Select(b => latches.GetValueOrDefault(b.Severity)).ToList();
        return now with
        {
            Rule = next, Fired = [],
            Bands = [.. kept.Select((latch, b) => latch ?? new BandLatch(kept.Take(b).Any(worse => worse is { IsOn: true }), null))],
        };
    }

    /// <summary>Normal at the last tick.</summary>
    private static BandOracle End(BandOracle now)
    {
        var quiet = now with { Fired = [], Bands = [.. now.Bands.Select(_ => new BandLatch(false, null))] };
        var worst = now.Bands.FindIndex(b => b.IsOn);
        var at = now.Ticks.Count > 0 ? now.Ticks.Max() : now.Episode.LastChange ?? 0;
        return worst < 0 ? quiet : quiet.Fire(worst, now.Bands.Count, at, at);
    }
}
