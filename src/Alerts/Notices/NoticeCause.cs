using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Which way through the outbox. Numbers are persisted: they may be added to, never changed.</summary>
public enum NoticeLane : byte
{
    /// <summary>Overtakes everything else.</summary>
    Red = 1,

    Normal = 2,
}

/// <summary>Why somebody is told. Numbers are persisted: they may be added to, never changed.</summary>
public enum NoticeReason : byte
{
    Raised = 1,
    Worse = 2,
    Reopened = 3,
    Breached = 4,

    /// <summary>So many that were not told one by one.</summary>
    Summary = 5,

    /// <summary>Still active at the end of a maintenance window that had held its notice back.</summary>
    AfterMaintenance = 7,

    /// <summary>Silent still, when the gateway in whose place it was not told is back.</summary>
    Stayed = 8,

    /// <summary>It chattered, so many times, and is calm now.</summary>
    Calmed = 9,

    /// <summary>The alert was closed: for channels that keep a state of their own and have it as firing.</summary>
    Ended = 10,

    /// <summary>Nothing has happened: it shows that the way is open.</summary>
    Canary = 11,

    /// <summary>Somebody tries a channel.</summary>
    Trial = 12,

    /// <summary>No canary has come through.</summary>
    CanaryLate = 13,

    /// <summary>It was acknowledged and nobody was sent in time: it is new again.</summary>
    CameBack = 14,

    /// <summary>It was given to the one who is told (交办).</summary>
    Dispatched = 15,

    /// <summary>It was handed up to the territory that is told (上报).</summary>
    Reported = 16,

    /// <summary>An officer on duty is asked whether he is there.</summary>
    DutyChecked = 17,

    /// <summary>An officer is asked to take another's shift.</summary>
    SwapAsked = 18,

    /// <summary>A shift begins, and what the one before it has left waits to be taken over.</summary>
    HandedOver = 19,

    /// <summary>Two officers agree to a swap, and a supervisor is to approve of it.</summary>
    SwapAgreed = 20,
}

/// <summary>What an entry gives to tell.</summary>
/// <param name="Level">Of a breach: whom it concerns; 0 for the officers on duty.</param>
public readonly record struct NoticeCause(NoticeLane Lane, NoticeReason Reason, int Level)
{
    /// <summary>
    /// The one place that says which entries are told. A duty check has seconds for its answer, and goes the way of red. Chatter is told once: a colour that comes back to where it was is no news, and its
    /// toggles are counted in the alert.
    /// </summary>
    /// <param name="entry">Just written.</param>
    /// <param name="alert">As the entry has made it; null where it is about none.</param>
    public static NoticeCause? NoticeOf(LedgerEntry entry, Alert? alert) => (entry.Kind, alert) switch
    {
        (EntryKind.NoticeCanary, _) => new NoticeCause(NoticeLane.Red, NoticeReason.Canary, 0),
        (EntryKind.Closed, _) => new NoticeCause(NoticeLane.Normal, NoticeReason.Ended, 0),
        (EntryKind.DutyChecked, _) => entry.Body.Duty?.Check is { State: CheckState.Open, Asked.Count: > 0 } ? new NoticeCause(NoticeLane.Red, NoticeReason.DutyChecked, 0) : null,
        (EntryKind.SwapAsked, _) => new NoticeCause(NoticeLane.Normal, NoticeReason.SwapAsked, 0),
        (EntryKind.SwapAnswered, _) => entry.Body.Duty?.Swap is { State: SwapState.Agreed, AgreedIn: > 0 } ? new NoticeCause(NoticeLane.Normal, NoticeReason.SwapAgreed, 0) : null,
        (EntryKind.HandedOver, _) => new NoticeCause(NoticeLane.Normal, NoticeReason.HandedOver, 0),
        (_, null) => null,
        (EntryKind.Raised, _) => new NoticeCause(LaneOf(alert.Colour), NoticeReason.Raised, 0),
        (EntryKind.ColourChanged or EntryKind.Recurred, _) when entry.Body.Transition is { Reopens: true } =>
            new NoticeCause(LaneOf(alert.Colour), NoticeReason.Reopened, 0),
        (EntryKind.ColourChanged or EntryKind.Recurred, _) when entry.Body.Transition is { Deadlines: not null } =>
            new NoticeCause(LaneOf(alert.Colour), NoticeReason.Worse, 0),
        (EntryKind.MaintenanceOver, _) =>
            entry.Body.MaintenanceOver!.IsTold ? new NoticeCause(LaneOf(alert.Colour), NoticeReason.AfterMaintenance, 0) : null,
        (EntryKind.ParentOver, _) => entry.Body.ParentOver!.IsTold ? new NoticeCause(NoticeLane.Normal, NoticeReason.Stayed, 0) : null,
        (EntryKind.Calmed, _) => new NoticeCause(NoticeLane.Normal, NoticeReason.Calmed, 0),
        (EntryKind.Dispatched, _) => entry.Body.Command!.Tells == true ? new NoticeCause(LaneOf(alert.PeakColour), NoticeReason.Dispatched, 0) : null,
        (EntryKind.Reported, _) => entry.Body.Command!.Tells == true ? new NoticeCause(LaneOf(alert.PeakColour), NoticeReason.Reported, 0) : null,
        (EntryKind.Breached, _) when entry.Body.Escalation is { Reopens: true } => new NoticeCause(LaneOf(alert.PeakColour), NoticeReason.CameBack, entry.Body.Breach!.Level),
        (EntryKind.Breached, _) => new NoticeCause(LaneOf(alert.PeakColour), NoticeReason.Breached, entry.Body.Breach!.Level),
        _ => null,
    };

    private static NoticeLane LaneOf(Severity colour) => colour == Severity.Red ? NoticeLane.Red : NoticeLane.Normal;
}
