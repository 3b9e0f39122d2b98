namespace PingAnIoT.Alerts;

/// <summary>What follows from a breach: who is told of it and as what, the next level's deadline, and whether the work begins anew. Pure.</summary>
internal static class Escalation
{
    public static EntryBody Of(Alert alert, Deadline deadline, long nowMicros, DeadlinePolicy policy)
    {
        var body = Then(alert, deadline, nowMicros, policy);
        return body with { Missed = Missed(alert, body.Breach!) };
    }

    private static List<MissedStep> Missed(Alert alert, Breach breach)
    {
        var missed = alert.Missed?.ToList() ?? [];
        var before = missed.Find(m => m.Step == breach.Step);
        missed.RemoveAll(m => m.Step == breach.Step);
        missed.Add(new MissedStep(breach.Step, before?.DueMicros ?? breach.DueMicros, Harder(before?.Supervision, breach.Supervision)));
        return missed;
    }

    private static Supervision? Harder(Supervision? one, Supervision? other) => one is null || other > one ? other : one;

    private static EntryBody Then(Alert alert, Deadline deadline, long nowMicros, DeadlinePolicy policy)
    {
        var breach = new Breach(deadline.Step, deadline.Level, deadline.Round, deadline.DueMicros, nowMicros);

        // A rule that is no longer in the policy is told where it happened, and goes no further.
        if (policy.Find(alert.PeakColour, alert.Kind, deadline.Step) is not { } rule)
        {
            return new EntryBody { Breach = breach with { To = alert.Territory, Role = OfficerRoles.Officer } };
        }

        var supervision = rule.SupervisionAt(deadline.Level);
        breach = breach with
        {
            To = rule.ToldAt(alert.Territory, deadline.Level),
            Role = deadline.Level == 1 && supervision == Supervision.None ? OfficerRoles.Officer : OfficerRoles.Supervisor,
            Supervision = supervision == Supervision.None ? null : supervision,
        };
        if (deadline.Step == WorkState.Dispatched && alert.Work == WorkState.Acknowledged)
        {
            // Counted from now: nobody could act on it before it was told.
            var left = alert with { Deadlines = [.. alert.Deadlines.Where(d => d != deadline)] };
            var anew = DeadlineSchedule.After(left, alert.Kind, alert.PeakColour, reopens: true, nowMicros, policy);
            return new EntryBody { Breach = breach, Escalation = new EscalationFacts { Reopens = true, ComeBacks = DeadlineSchedule.ComeBacks(alert) + 1, Deadlines = anew } };
        }

        if (deadline.Level >= rule.Levels || rule.Repeat <= TimeSpan.Zero)
        {
            return new EntryBody { Breach = breach };
        }

        var repeat = rule.RepeatAfter(deadline.Level);
        var due = policy.Due(rule, repeat, deadline.DueMicros);
        if (due <= nowMicros && deadline.Level >= rule.Top)
        {
            // While nobody swept, the top would have been told again and again: this breach, overdue by all of it, stands for them.
            due = policy.Due(rule, repeat, nowMicros);
        }

        var next = deadline with { Level = deadline.Level + 1, DueMicros = due };
        return new EntryBody
        {
            Breach = breach,
            Escalation = new EscalationFacts { Deadlines = [.. alert.Deadlines.Where(d => d != deadline), next] },
        };
    }
}
