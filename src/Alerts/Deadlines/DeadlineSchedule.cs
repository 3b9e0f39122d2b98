using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Which deadlines an alert has after what was done. Pure. At most one runs for each step; a step whose deadline runs already keeps the sooner one.
/// While an alert is shelved, the short ones (before rectified) stand still; the city's time for putting right does not. While its series is out of
/// service nothing runs but the end of that.
/// </summary>
internal static class DeadlineSchedule
{
    /// <summary>After a raise or a change of colour.</summary>
    /// <param name="alert">As it was; null for a new one.</param>
    /// <param name="kind">The kind of device.</param>
    /// <param name="to">The colour now.</param>
    /// <param name="reopens">Work begins anew.</param>
    /// <param name="fromMicros">Server receive time: the sender's clock sets no deadline.</param>
    /// <param name="policy">What is due when.</param>
    /// <returns>All of the alert's deadlines from here on: never later than one it already had. Null when nothing changes.</returns>
    public static IReadOnlyList<Deadline>? After(
        Alert? alert, string kind, Severity to, bool reopens, long fromMicros, DeadlinePolicy policy)
    {
        if (alert is null)
        {
            var first = new List<Deadline>();
            Add(first, policy.For(to, kind), WorkState.Raised, WorkState.Raised, 1, fromMicros, policy);
            return first;
        }

        var isWorse = Colours.IsWorse(alert.KnownColour, to);
        if (!reopens && !isWorse)
        {
            return null;
        }

        var rules = policy.For(to, kind);

        // What gets worse is shelved no longer, and in service again. What counts from a step that has to be taken again is set when it is; of what comes
        // back paler that is said by the rules of its worst colour, as they set it.
        var kept = alert.Deadlines.Where(d => d.Step >= WorkState.ShelveEnd
            ? !isWorse
            : !reopens || (Find(rules, d.Step) ?? Find(policy.For(alert.PeakColour, kind), d.Step)) is not { After: not WorkState.Raised }).Select(Begun).ToList();
        Add(kept, rules, WorkState.Raised, reopens ? WorkState.Raised : alert.Work, alert.Round + 1, fromMicros, policy);
        return kept;

        // A worse colour escalates by rules of its own, from their first level on: the round is a new one, so that no breach is named as another was.
        Deadline Begun(Deadline deadline) => deadline.Level > 1 && Colours.IsWorse(alert.PeakColour, to) && Find(rules, deadline.Step) is not null
            ? deadline with { Level = 1, Round = alert.Round + 1 } : deadline;
    }

    /// <summary>After an officer's step.</summary>
    /// <param name="reached">The state, or one of seen, triaged and reported.</param>
    /// <returns>All from here on; null when it is only that those up to the step have gone.</returns>
    public static IReadOnlyList<Deadline>? AfterStep(Alert alert, WorkState reached, long nowMicros, DeadlinePolicy policy)
    {
        var isFirst = reached switch
        {
            WorkState.Seen => alert.Seen is null,
            WorkState.Triaged => alert.Triaged is null,
            WorkState.Reported => alert.Reported is null,
            _ => true,
        };
        if (!isFirst || alert.OutOfService is not null)
        {
            return null;
        }

        var left = Without(alert.Deadlines, reached).ToList();
        var rules = policy.For(alert.PeakColour, alert.Kind).Where(r => r.After == reached && r.Step > alert.Work && left.TrueForAll(d => d.Step != r.Step)).ToList();

        // Another policy may count from this step what was missed in this round: the round is a new one, so that no breach is named as another was.
        var round = rules.Exists(r => WasMissed(alert, r.Step)) ? alert.Round + 1 : alert.Round;
        foreach (var rule in rules)
        {
            // An acknowledgement that came back before: the next ones up are told at once.
            var level = rule.Step == WorkState.Dispatched ? Math.Min(rule.Levels, 1 + ComeBacks(alert)) : 1;
            left.Add(new Deadline(rule.Step, level, round, Due(rule, nowMicros, left, policy)));
        }

        return rules.Count > 0 ? left : null;
    }

    /// <summary>How often an acknowledgement led nowhere; where that was not counted yet, as often as is on record.</summary>
    public static int ComeBacks(Alert alert) => alert.ComeBacks ?? alert.Breaches.Count(b => b.Step == WorkState.Dispatched);

    /// <summary>From where the work is, as if it had come there now; beside what still runs.</summary>
    public static IReadOnlyList<Deadline> Anew(Alert alert, WorkState work, int round, long nowMicros, DeadlinePolicy policy)
    {
        var deadlines = alert.Deadlines.ToList();
        var rules = policy.For(alert.PeakColour, alert.Kind);
        Add(deadlines, rules, WorkState.Raised, work, round, nowMicros, policy);
        if (work > WorkState.Raised)
        {
            Add(deadlines, rules, work, work, round, nowMicros, policy);
        }

        return deadlines;
    }

    public static IReadOnlyList<Deadline> Shelved(Alert alert, long nowMicros, long untilMicros) =>
    [
        .. alert.Deadlines.Select(d => IsShort(d.Step) ? d with { DueMicros = d.DueMicros + untilMicros - nowMicros } : d),
        new Deadline(WorkState.ShelveEnd, 1, alert.Round, untilMicros),
    ];

    /// <summary>Before its time, or at it.</summary>
    public static IReadOnlyList<Deadline> Unshelved(Alert alert, long nowMicros)
    {
        var early = Math.Max(0, alert.Deadlines.Where(d => d.Step == WorkState.ShelveEnd).Sum(d => d.DueMicros - nowMicros));
        return
        [
            .. alert.Deadlines.Where(d => d.Step != WorkState.ShelveEnd)
                .Select(d => IsShort(d.Step) ? d with { DueMicros = d.DueMicros - early } : d),
        ];
    }

    public static IReadOnlyList<Deadline> OutOfService(Alert alert, long untilMicros) => [new(WorkState.OutOfServiceEnd, 1, alert.Round, untilMicros)];

    /// <summary>Before its time, or at it: all is due anew.</summary>
    public static IReadOnlyList<Deadline> Returned(Alert alert, long nowMicros, DeadlinePolicy policy)
    {
        var left = alert with { Deadlines = [.. alert.Deadlines.Where(d => d.Step != WorkState.OutOfServiceEnd)] };
        return Anew(left, alert.Work, alert.Round + 1, nowMicros, policy);
    }

    /// <summary>What still runs when a step is reached: seen, triage and report end their own, a state all up to it.</summary>
    public static IEnumerable<Deadline> Without(IEnumerable<Deadline> deadlines, WorkState reached) => deadlines.Where(d => !IsDone(d.Step, reached));

    public static bool IsDone(WorkState step, WorkState reached) =>
        reached is WorkState.Seen or WorkState.Triaged or WorkState.Reported ? step == reached : step <= reached;

    /// <summary>In this round; true also where that may have been before the breaches that are kept.</summary>
    private static bool WasMissed(Alert alert, WorkState step) => alert.Breaches.Any(b => b.Step == step && b.Round == alert.Round)
        || (alert.Breaches.Count >= AlertFold.BreachesKept && alert.Missed?.Any(m => m.Step == step) == true);

    private static bool IsShort(WorkState step) => step < WorkState.Rectified;

    private static DeadlineRule? Find(IReadOnlyList<DeadlineRule> rules, WorkState step)
    {
        foreach (var rule in rules)
        {
            if (rule.Step == step)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>Those that count from a step and are for what lies beyond where the work is.</summary>
    private static void Add(
        List<Deadline> deadlines, IReadOnlyList<DeadlineRule> rules, WorkState after, WorkState work, int round, long fromMicros, DeadlinePolicy policy)
    {
        foreach (var rule in rules)
        {
            if (rule.After != after || rule.Step <= work)
            {
                continue;
            }

            var due = Due(rule, fromMicros, deadlines, policy);
            var running = deadlines.FindIndex(d => d.Step == rule.Step);
            if (running < 0)
            {
                deadlines.Add(new Deadline(rule.Step, 1, round, due));
            }
            else if (due < deadlines[running].DueMicros)
            {
                deadlines[running] = new Deadline(rule.Step, 1, round, due);
            }
        }
    }

    private static long Due(DeadlineRule rule, long fromMicros, List<Deadline> beside, DeadlinePolicy policy)
    {
        var shelf = IsShort(rule.Step) ? beside.Find(d => d.Step == WorkState.ShelveEnd)?.DueMicros : null;
        return policy.Due(rule, rule.Within, fromMicros) + Math.Max(0, (shelf ?? fromMicros) - fromMicros);
    }
}
