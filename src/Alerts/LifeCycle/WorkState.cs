namespace PingAnIoT.Alerts;

/// <summary>
/// How far people have come. Numbers are persisted: they may be added to, never changed.
/// The gaps are for the steps between (triage, report, dispatch, handle, feed back).
/// </summary>
public enum WorkState : byte
{
    Raised = 10,
    Acknowledged = 20,
    Closed = 90,
}

/// <summary>What an officer may ask for. Numbers are persisted: they may be added to, never changed.</summary>
public enum WorkAction : byte
{
    Acknowledge = 1,
    Close = 2,
    Comment = 3,
}

/// <summary>What a closed alert turned out to be. Numbers are persisted: they may be added to, never changed.</summary>
public enum Verdict : byte
{
    None = 0,
    Real = 1,
    False = 2,
    Test = 3,
    Repair = 4,
}

/// <summary>The steps there are. One table, read by the ledger, by the console's buttons and by the refusals' wording.</summary>
public static class WorkTable
{
    /// <param name="To">The state after; the same as <paramref name="From"/> for what changes nothing but the record.</param>
    public readonly record struct Step(WorkState From, WorkAction Action, WorkState To);

    public static IReadOnlyList<Step> Steps { get; } =
    [
        new(WorkState.Raised, WorkAction.Acknowledge, WorkState.Acknowledged),
        new(WorkState.Raised, WorkAction.Comment, WorkState.Raised),
        new(WorkState.Acknowledged, WorkAction.Close, WorkState.Closed),
        new(WorkState.Acknowledged, WorkAction.Comment, WorkState.Acknowledged),
        new(WorkState.Closed, WorkAction.Comment, WorkState.Closed),
    ];

    public static IReadOnlyList<WorkAction> LegalFrom(WorkState state) =>
        [.. Steps.Where(s => s.From == state).Select(s => s.Action)];

    /// <returns>The state after, or null when the step is not legal.</returns>
    public static WorkState? After(WorkState state, WorkAction action)
    {
        foreach (var step in Steps)
        {
            if (step.From == state && step.Action == action)
            {
                return step.To;
            }
        }

        return null;
    }
}
