namespace PingAnIoT.Alerts;

/// <summary>What a step that is taken does to the alert's deadlines, worked out once and written into its entry.</summary>
internal static class StepEffects
{
    public static CommandFacts Of(
        LedgerTransaction transaction, Alert alert, WorkTable.Step step, OfficerCommands.Ask ask, string note, string? to)
    {
        var (now, policy) = (transaction.NowMicros, transaction.Policy);
        var facts = new CommandFacts(note, ask.Verdict) { To = to };
        switch (ask.Action)
        {
            case WorkAction.Shelve:
                return facts with { Deadlines = DeadlineSchedule.Shelved(alert, now, Until(now, ask.Within!.Value)) };
            case WorkAction.Unshelve:
                return facts with { Deadlines = DeadlineSchedule.Unshelved(alert, now) };
            case WorkAction.TakeOutOfService:
                return facts with { Deadlines = DeadlineSchedule.OutOfService(alert, Until(now, ask.Within ?? policy.LongestOutOfService(alert.PeakColour))) };
            case WorkAction.ReturnToService:
                return facts with { NewRound = true, Deadlines = DeadlineSchedule.Returned(alert, now, policy) };
            case WorkAction.Dispatch when alert.Work > WorkState.Acknowledged && alert.OutOfService is null:
                // Steps back: what counted from a step beyond is set when that is taken again.
                var left = alert with
                {
                    Deadlines =
                    [
                        .. alert.Deadlines.Where(d => d.Step > WorkState.Arrived
                            && policy.Find(alert.PeakColour, alert.Kind, d.Step) is not { After: >= WorkState.Dispatched }),
                    ],
                };
                return facts with
                {
                    NewRound = true, Deadlines = DeadlineSchedule.Anew(left, WorkState.Dispatched, alert.Round + 1, now, policy),
                };
            case WorkAction.See or WorkAction.Triage or WorkAction.Report or WorkAction.Acknowledge or WorkAction.Dispatch or WorkAction.Arrive
                or WorkAction.Rectify:
                var after = DeadlineSchedule.AfterStep(alert, Reached(step), now, policy);
                return facts with { NewRound = after?.Any(d => d.Round > alert.Round) == true ? true : null, Deadlines = after };
            default:
                return facts;
        }
    }

    public static long Until(long nowMicros, TimeSpan within) => nowMicros + (within.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>What the step fulfils: the state it leads to, or the deadline that bears its name.</summary>
    private static WorkState Reached(WorkTable.Step step) => step.Action switch
    {
        WorkAction.See => WorkState.Seen,
        WorkAction.Triage => WorkState.Triaged,
        WorkAction.Report => WorkState.Reported,
        _ => step.To,
    };
}
