using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>The protocol's enumerations for ours, one table each. The numbers differ: the protocol's 0 is always "unspecified".</summary>
public static class WireNames
{
    public static V1.Severity Of(Severity severity) => severity switch
    {
        Severity.Normal => V1.Severity.Normal,
        Severity.Green => V1.Severity.Green,
        Severity.Yellow => V1.Severity.Yellow,
        Severity.Red => V1.Severity.Red,
        Severity.Fault => V1.Severity.Fault,
        _ => V1.Severity.Unspecified,
    };

    public static V1.Step Of(WorkState work) => work switch
    {
        WorkState.Raised => V1.Step.New,
        WorkState.Acknowledged => V1.Step.Acknowledged,
        WorkState.Closed => V1.Step.Closed,
        WorkState.Dispatched => V1.Step.Dispatched,
        WorkState.Arrived => V1.Step.Arrived,
        WorkState.Rectified => V1.Step.Rectified,
        WorkState.Seen => V1.Step.Seen,
        WorkState.Triaged => V1.Step.Triaged,
        WorkState.Reported => V1.Step.Reported,
        WorkState.ShelveEnd => V1.Step.ShelveEnd,
        WorkState.OutOfServiceEnd => V1.Step.OutOfServiceEnd,
        _ => V1.Step.Unspecified,
    };

    public static V1.Verdict Of(Verdict verdict) => verdict switch
    {
        Verdict.Real => V1.Verdict.Real,
        Verdict.False => V1.Verdict.False,
        Verdict.Test => V1.Verdict.Test,
        Verdict.Repair => V1.Verdict.Repair,
        _ => V1.Verdict.Unspecified,
    };

    public static Verdict From(V1.Verdict verdict) => verdict switch
    {
        V1.Verdict.Real => Verdict.Real,
        V1.Verdict.False => Verdict.False,
        V1.Verdict.Test => Verdict.Test,
        V1.Verdict.Repair => Verdict.Repair,
        _ => Verdict.None,
    };

    public static V1.EventType Of(EntryKind kind) => kind switch
    {
        EntryKind.Raised => V1.EventType.Raised,
        EntryKind.ColourChanged => V1.EventType.ColourChanged,
        EntryKind.ReturnedToNormal => V1.EventType.Normal,
        EntryKind.Acknowledged => V1.EventType.Acknowledged,
        EntryKind.Commented => V1.EventType.Commented,
        EntryKind.Closed => V1.EventType.Closed,
        EntryKind.Breached => V1.EventType.Breached,
        EntryKind.Recurred => V1.EventType.Recurred,
        EntryKind.ClockStepped => V1.EventType.ClockStepped,
        EntryKind.ParentOver => V1.EventType.ParentOver,
        EntryKind.Calmed => V1.EventType.Calmed,
        EntryKind.TailMissing => V1.EventType.TailMissing,
        EntryKind.Seen => V1.EventType.Seen,
        EntryKind.Triaged => V1.EventType.Triaged,
        EntryKind.Reported => V1.EventType.Reported,
        EntryKind.Dispatched => V1.EventType.Dispatched,
        EntryKind.Arrived => V1.EventType.Arrived,
        EntryKind.Rectified => V1.EventType.Rectified,
        EntryKind.Confirmed => V1.EventType.Confirmed,
        EntryKind.Shelved => V1.EventType.Shelved,
        EntryKind.Unshelved => V1.EventType.Unshelved,
        EntryKind.OutOfService => V1.EventType.OutOfService,
        EntryKind.ReturnedToService => V1.EventType.ReturnedToService,
        EntryKind.MaintenanceOver => V1.EventType.MaintenanceOver,
        _ => V1.EventType.Unspecified,
    };

    public static V1.Supervision Of(Supervision supervision) => supervision switch
    {
        Supervision.Notice => V1.Supervision.Notice,
        Supervision.Interview => V1.Supervision.Interview,
        Supervision.Listed => V1.Supervision.Listed,
        _ => V1.Supervision.Unspecified,
    };

    public static Supervision From(V1.Supervision supervision) => supervision switch
    {
        V1.Supervision.Notice => Supervision.Notice,
        V1.Supervision.Interview => Supervision.Interview,
        V1.Supervision.Listed => Supervision.Listed,
        _ => Supervision.None,
    };

    public static string Of(WorkAction action) => action switch
    {
        WorkAction.See => "see",
        WorkAction.Triage => "triage",
        WorkAction.Report => "report",
        WorkAction.Dispatch => "dispatch",
        WorkAction.Arrive => "arrive",
        WorkAction.Rectify => "rectify",
        WorkAction.Confirm => "confirm",
        WorkAction.Shelve => "shelve",
        WorkAction.Unshelve => "unshelve",
        WorkAction.TakeOutOfService => "take_out_of_service",
        WorkAction.ReturnToService => "return_to_service",
        WorkAction.Acknowledge => "acknowledge",
        WorkAction.Close => "close",
        WorkAction.Comment => "comment",
        _ => "",
    };
}
