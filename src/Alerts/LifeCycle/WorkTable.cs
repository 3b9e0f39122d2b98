using System.Numerics;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>The steps there are. One table, read by the ledger, by the refusals' wording, by the clients' buttons and by docs/life-cycle.md.</summary>
public static class WorkTable
{
    /// <param name="To">The state after; the same as <paramref name="From"/> for what changes only the record.</param>
    public readonly record struct Step(WorkState From, WorkAction Action, WorkState To, StepNeeds Needs = StepNeeds.Nothing);

    private const StepNeeds ToClose =
        StepNeeds.AllPlaces | StepNeeds.InService | StepNeeds.RedEnded | StepNeeds.Rectified | StepNeeds.Confirmed | StepNeeds.SecondPerson | StepNeeds.NoteIfActive;

    /// <summary>What no words that go with the step can change: it lies with the alert, and with who asks.</summary>
    private const StepNeeds Fixed =
        StepNeeds.AllPlaces | StepNeeds.InService | StepNeeds.OutOfService | StepNeeds.NotShelved | StepNeeds.Shelved | StepNeeds.Ended | StepNeeds.RedEnded | StepNeeds.Confirmed
        | StepNeeds.SecondPerson | StepNeeds.SupervisorOrSecond;

    private static readonly StepNeeds[] AllNeeds = Enum.GetValues<StepNeeds>();
    private static readonly WorkState[] AtWork = [WorkState.Acknowledged, WorkState.Dispatched, WorkState.Arrived, WorkState.Rectified];

    public static IReadOnlyList<Step> Steps { get; } =
    [
        new(WorkState.Raised, WorkAction.See, WorkState.Raised),
        new(WorkState.Raised, WorkAction.Acknowledge, WorkState.Acknowledged),
        .. AtWork.Select(s => new Step(s, WorkAction.Triage, s)),
        .. AtWork.Select(s => new Step(s, WorkAction.Report, s)),
        new(WorkState.Acknowledged, WorkAction.Dispatch, WorkState.Dispatched),
        new(WorkState.Dispatched, WorkAction.Dispatch, WorkState.Dispatched, StepNeeds.SeenSequence),
        new(WorkState.Arrived, WorkAction.Dispatch, WorkState.Dispatched, StepNeeds.SeenSequence),
        new(WorkState.Rectified, WorkAction.Dispatch, WorkState.Dispatched, StepNeeds.SeenSequence),
        new(WorkState.Dispatched, WorkAction.Arrive, WorkState.Arrived),
        new(WorkState.Arrived, WorkAction.Rectify, WorkState.Rectified, StepNeeds.Note),
        .. AtWork.Select(s => new Step(s, WorkAction.Confirm, s, StepNeeds.Ended)),
        .. AtWork.Select(s => new Step(s, WorkAction.Close, WorkState.Closed, ToClose)),
        .. Open().Select(s => new Step(s, WorkAction.Shelve, s, StepNeeds.AllPlaces | StepNeeds.InService | StepNeeds.NotShelved | StepNeeds.Note)),
        .. Open().Select(s => new Step(s, WorkAction.Unshelve, s, StepNeeds.AllPlaces | StepNeeds.Shelved)),
        .. Open().Select(s => new Step(s, WorkAction.TakeOutOfService, s, StepNeeds.AllPlaces | StepNeeds.InService | StepNeeds.SupervisorOrSecond | StepNeeds.Note)),
        .. Open().Select(s => new Step(s, WorkAction.ReturnToService, s, StepNeeds.AllPlaces | StepNeeds.OutOfService)),
        .. Open().Append(WorkState.Closed).Select(s => new Step(s, WorkAction.Comment, s)),
    ];

    /// <summary>What an officer may do now, with the right words; nothing of an alert that he may only read.</summary>
    public static IReadOnlyList<WorkAction> LegalFrom(Alert alert, Officer officer)
    {
        var acting = officer.Acting ?? officer;
        if (Rights.Decide(acting, Need.Act) is null || !acting.Sees(alert))
        {
            return [];
        }

        var command = new AlertCommand(alert.Id, acting, "");
        return [.. Steps.Where(s => s.From == alert.Work && Missing(s.Needs & Fixed, alert, command, Verdict.None) == StepNeeds.Nothing).Select(s => s.Action)];
    }

    /// <returns>The step, or null when it does not follow from the state.</returns>
    public static Step? Find(WorkState state, WorkAction action)
    {
        foreach (var step in Steps)
        {
            if (step.From == state && step.Action == action)
            {
                return step;
            }
        }

        return null;
    }

    /// <returns>The first need that is not met; <see cref="StepNeeds.Nothing"/> when all are.</returns>
    public static StepNeeds FirstMissing(Step step, Alert alert, AlertCommand command, Verdict verdict)
    {
        var missing = Missing(step.Needs, alert, command, verdict);
        return missing == StepNeeds.Nothing ? missing : (StepNeeds)(1 << BitOperations.TrailingZeroCount((int)missing));
    }

    /// <summary>The sentence a refusal says, in English; clients word their own from the reason's name.</summary>
    public static string Say(StepNeeds need) => need switch
    {
        StepNeeds.AllPlaces => "It concerns other territories, too: this is for who answers for all of them.",
        StepNeeds.InService => "The series is out of service: it needs to be returned to service first.",
        StepNeeds.OutOfService => "The series is in service.",
        StepNeeds.NotShelved => "It is shelved already.",
        StepNeeds.Shelved => "It is not shelved.",
        StepNeeds.Ended => "There is no end of the condition to confirm: it is active, or confirmed already.",
        StepNeeds.RedEnded => "A red is not closed while it is active.",
        StepNeeds.Rectified => "It needs to be rectified first, or a verdict of false or test.",
        StepNeeds.Confirmed => "Its rule is latched: a person needs to confirm first that the condition has ended.",
        StepNeeds.SeenSequence => "Somebody has been sent already; to send others, say which entry you saw last (expected_sequence).",
        StepNeeds.SecondPerson => "A red needs a second person: it is closed by somebody other than who acknowledged it.",
        StepNeeds.SupervisorOrSecond => "A red is taken out of service by a supervisor, or by somebody other than who acknowledged it.",
        StepNeeds.NoteIfActive => "It is still active: it needs a note that says why it is closed.",
        StepNeeds.Note => "It needs a note that says why or how.",
        _ => "",
    };

    private static IEnumerable<WorkState> Open() => AtWork.Prepend(WorkState.Raised);

    private static StepNeeds Missing(StepNeeds needs, Alert alert, AlertCommand command, Verdict verdict)
    {
        var missing = StepNeeds.Nothing;
        foreach (var need in AllNeeds)
        {
            if ((needs & need) != StepNeeds.Nothing && !IsMet(need, alert, command, verdict))
            {
                missing |= need;
            }
        }

        return missing;
    }

    private static bool IsMet(StepNeeds need, Alert alert, AlertCommand command, Verdict verdict) => need switch
    {
        StepNeeds.AllPlaces => command.Officer.HasAllOf(alert),
        StepNeeds.InService => alert.OutOfService is null,
        StepNeeds.OutOfService => alert.OutOfService is not null,
        StepNeeds.NotShelved => alert.Shelved is null,
        StepNeeds.Shelved => alert.Shelved is not null,
        StepNeeds.Ended => !alert.IsActive && alert.Confirmed is null,
        StepNeeds.RedEnded => alert.PeakColour != Severity.Red || !alert.IsActive,
        StepNeeds.Rectified => alert.Work == WorkState.Rectified || verdict is Verdict.False or Verdict.Test || alert.PeakColour == Severity.Fault,
        StepNeeds.Confirmed => alert.IsLatched != true || alert.IsActive || alert.Confirmed is not null,
        StepNeeds.SeenSequence => command.ExpectedSequence is not null || alert.Dispatched?.By == command.Officer.Name,
        StepNeeds.SecondPerson => alert.PeakColour != Severity.Red || alert.Acknowledged?.By != command.Officer.Name,
        StepNeeds.SupervisorOrSecond => alert.PeakColour != Severity.Red || (command.Officer.Roles.HasFlag(OfficerRoles.Supervisor) && !command.Officer.StandsInFor(alert))
            || (alert.Acknowledged is { } first && first.By != command.Officer.Name),
        StepNeeds.NoteIfActive => !alert.IsActive || !string.IsNullOrWhiteSpace(command.Note),
        StepNeeds.Note => !string.IsNullOrWhiteSpace(command.Note),
        _ => true,
    };
}
