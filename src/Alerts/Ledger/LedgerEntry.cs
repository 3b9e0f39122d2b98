using System.Diagnostics;
using System.Text.Json.Serialization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What an entry records. Numbers are persisted: they may be added to, never changed.</summary>
public enum EntryKind : byte
{
    /// <summary>A new alert.</summary>
    Raised = 1,

    ColourChanged = 2,
    ReturnedToNormal = 3,
    Acknowledged = 4,
    Commented = 5,
    Closed = 6,

    /// <summary>A deadline was missed.</summary>
    Breached = 7,

    /// <summary>An officer's client has confirmed what it received. Not an event of any alert, and never on the stream.</summary>
    Delivered = 8,

    /// <summary>The condition came back while the alert was still open: the same alert, one more occurrence.</summary>
    Recurred = 9,

    /// <summary>The server's clock was set: the deadlines that were running were moved along with it.</summary>
    ClockStepped = 10,

    /// <summary>At start the ledger ended before the entry that had been written last: its tail was cut off.</summary>
    TailMissing = 11,

    /// <summary>An alert that chattered has been calm for as long as the policy says.</summary>
    Calmed = 12,

    /// <summary>The gateway behind which an alert was silent is back, and has been for long enough.</summary>
    ParentOver = 13,

    /// <summary>An officer's client has shown the alert: each officer once a round.</summary>
    Seen = 20,

    /// <summary>Told real from false (甄别).</summary>
    Triaged = 21,

    /// <summary>Handed up to the supervising territory (上报).</summary>
    Reported = 22,

    /// <summary>Given to somebody to deal with (交办).</summary>
    Dispatched = 23,

    Arrived = 24,

    /// <summary>Put right, and told how (反馈).</summary>
    Rectified = 25,

    /// <summary>A person has confirmed that the condition has ended.</summary>
    Confirmed = 26,

    Shelved = 27,

    /// <summary>By an officer, or because its time was up.</summary>
    Unshelved = 28,

    OutOfService = 29,
    ReturnedToService = 30,

    /// <summary>The policy file that decides from here on, with the hash of its text.</summary>
    PolicySet = 31,

    /// <summary>A maintenance window is over for an alert that was under it; where it is still active and was not told of, it is told now.</summary>
    MaintenanceOver = 38,

    /// <summary>An officer was added or changed: what the officer is from here on. Holds no secret.</summary>
    OfficerSet = 40,

    /// <summary>An officer's password was set or the officer's sessions ended. Holds no secret.</summary>
    PasswordSet = 41,

    /// <summary>A territory's roster from here on.</summary>
    RosterSet = 42,

    /// <summary>A shift, or part of it, was given to another officer.</summary>
    ShiftSwapped = 43,

    /// <summary>What one officer on duty left for the next.</summary>
    HandedOver = 44,

    /// <summary>Whoever is on duty was asked to answer.</summary>
    DutyChecked = 45,

    /// <summary>A duty check was answered, or its time ran out.</summary>
    DutyCheckEnded = 46,

    /// <summary>The name of a territory.</summary>
    TerritorySet = 47,

    /// <summary>An officer in place of another for a time, or no longer so.</summary>
    OverrideSet = 48,

    /// <summary>An officer asks another to swap shifts.</summary>
    SwapAsked = 49,

    /// <summary>A swap was agreed to but waits for approval, or came to nothing.</summary>
    SwapAnswered = 50,

    /// <summary>The next shift has taken over what the one before left.</summary>
    HandOverTaken = 51,

    /// <summary>An officer answered a duty check, others are still to.</summary>
    DutyCheckReplied = 52,

    /// <summary>When duty checks come of themselves, or that they no longer do.</summary>
    CheckScheduleSet = 53,

    /// <summary>The server's clock was set: the time of running duty checks was moved along with it.</summary>
    DutyChecksMoved = 54,

    /// <summary>Requests that were refused for want of a right: counted, not each.</summary>
    Refused = 55,

    /// <summary>An officer acted on an alert without being on duty.</summary>
    ActedOffDuty = 56,

    /// <summary>A maintenance window as it is from here on: planned, confirmed, ended.</summary>
    MaintenanceSet = 57,

    /// <summary>What was to be told up to here, to whom and over what; and what was held back, and why.</summary>
    NoticesPlanned = 60,

    /// <summary>A notice has gone out. Between the sending and this entry a crash makes it go out again, with the same key.</summary>
    NoticeDelivered = 61,

    /// <summary>An attempt to send a notice has failed.</summary>
    NoticeFailed = 62,

    /// <summary>A notice for a red that nobody attended to was not needed: somebody did.</summary>
    NoticeWithdrawn = 63,

    /// <summary>A notice that had failed for good is to be sent again.</summary>
    NoticeRetried = 64,

    /// <summary>From here on what is to be told goes into the outbox, or no longer does.</summary>
    NoticesKept = 65,

    /// <summary>Nothing has happened; a notice goes the whole way to show that it is open.</summary>
    NoticeCanary = 66,
}

/// <summary>
/// One entry of the ledger. Immutable. <see cref="Hash"/> covers everything before it and, through <see cref="PreviousHash"/>, every earlier entry.
/// </summary>
public sealed record LedgerEntry
{
    /// <summary>From 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>Server time, microseconds since 1970: for what the plant did the receive time of what revealed it.</summary>
    public required long TimeMicros { get; init; }

    public required EntryKind Kind { get; init; }

    /// <summary>"" for entries that are about no alert.</summary>
    public required string AlertId { get; init; }

    /// <summary>The officer's name; <c>rule:ID</c> for what a rule said, <c>deadline</c> for a breach, <c>system</c> otherwise.</summary>
    public required string Actor { get; init; }

    /// <summary>What makes taking it in twice change nothing: a transition's identity, an officer's idempotency key, a deadline's name.</summary>
    public required string Key { get; init; }

    public required EntryBody Body { get; init; }

    /// <summary>32 bytes; zeros for the first entry.</summary>
    public required ReadOnlyMemory<byte> PreviousHash { get; init; }

    /// <summary>32 bytes, SHA-256.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>The span of the commit, so that the stream can hang its own below it; default when not traced or read back from disk.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>Of the alert it is about, as in <see cref="Alert.Places"/>, so that the feed knows whom it concerns; null where it is about none, or was read back from disk.</summary>
    internal string? Places { get; init; }

    /// <summary>Server time at which it was on disk; 0 when it was read back from there.</summary>
    internal long CommittedMicros { get; init; }
}

/// <summary>What an entry says beyond its columns; only the part that belongs to its kind is set. Explains itself without any other file.</summary>
public sealed record EntryBody
{
    public TransitionFacts? Transition { get; init; }

    public CommandFacts? Command { get; init; }

    public Breach? Breach { get; init; }

    /// <summary><see cref="EntryKind.Breached"/>: what follows from it; null when it is the last of its step.</summary>
    public EscalationFacts? Escalation { get; init; }

    /// <summary><see cref="EntryKind.Breached"/>: the alert's <see cref="Alert.Missed"/> from here on; null in entries of before it was kept.</summary>
    public IReadOnlyList<MissedStep>? Missed { get; init; }

    /// <summary><see cref="EntryKind.PolicySet"/>.</summary>
    public PolicyFacts? Policy { get; init; }

    /// <summary><see cref="EntryKind.Delivered"/>: the newest entry received.</summary>
    public long? UpTo { get; init; }

    /// <summary><see cref="EntryKind.ClockStepped"/>: by how much, in microseconds.</summary>
    public long? ShiftMicros { get; init; }

    /// <summary><see cref="EntryKind.TailMissing"/>: the entry that should have been the last, and its hash in hex.</summary>
    public MissingTail? MissingTail { get; init; }

    /// <summary><see cref="EntryKind.OfficerSet"/>: the officer from here on.</summary>
    public OfficerRecord? Officer { get; init; }

    /// <summary><see cref="EntryKind.PasswordSet"/>: whose.</summary>
    public string? OfficerName { get; init; }

    /// <summary><see cref="EntryKind.Refused"/>.</summary>
    public RefusalFacts? Refusal { get; init; }

    /// <summary>Rosters, swaps, hand-overs and duty checks; the kinds from <see cref="EntryKind.RosterSet"/> on.</summary>
    public DutyFacts? Duty { get; init; }

    /// <summary>The maintenance window that what the entry says comes under; null for none.</summary>
    public MaintenanceMark? Maintenance { get; init; }

    /// <summary><see cref="EntryKind.MaintenanceOver"/>.</summary>
    public MaintenanceOverFacts? MaintenanceOver { get; init; }

    /// <summary><see cref="EntryKind.ParentOver"/>.</summary>
    public ParentOverFacts? ParentOver { get; init; }

    /// <summary><see cref="EntryKind.Calmed"/>: the chatter that is over.</summary>
    public Chatter? Calmed { get; init; }

    /// <summary>What became of notices; the kinds from <see cref="EntryKind.NoticesPlanned"/> on.</summary>
    public NoticeFacts? Notice { get; init; }
}

/// <summary>What becomes of an alert's notice when the gateway it was behind is back.</summary>
/// <param name="Parent">The gateway's alert.</param>
/// <param name="IsTold">It is silent still: what was not told is told now.</param>
/// <param name="Next">What it is behind from now on, as every gateway it has is dead again, as in <see cref="Alert.Behind"/>; null for nothing.</param>
/// <param name="IsUntold">True where it has spoken, so that what was held back is never told; else null.</param>
public sealed record ParentOverFacts(string Parent, bool IsTold, string? Next = null, bool? IsUntold = null);

public sealed record MissingTail(long Sequence, string HashHex);

/// <summary>Which policy came into force.</summary>
/// <param name="Hash">SHA-256 of the text, in hex.</param>
public sealed record PolicyFacts(string FileName, string Hash);

/// <summary>What an officer did.</summary>
public sealed record CommandFacts(string Note, Verdict Verdict = Verdict.None)
{
    /// <summary>To whom it was given, or the territory it was handed up to; else null.</summary>
    public string? To { get; init; }

    /// <summary>The alert's deadlines from here on; null when only those that the step fulfils have gone.</summary>
    public IReadOnlyList<Deadline>? Deadlines { get; init; }

    /// <summary>True where deadlines that may have run before run anew; else null.</summary>
    public bool? NewRound { get; init; }

    /// <summary>True where the officer stood in for those of the place, of whom nobody was on duty; else null.</summary>
    public bool? StandsIn { get; init; }

    /// <summary>True where whoever it was given or handed up to is told of it; else null, as in entries of before anybody was.</summary>
    public bool? Tells { get; init; }
}

/// <summary>What follows from a breach.</summary>
public sealed record EscalationFacts
{
    /// <summary>True where an acknowledgement that led nowhere comes back: the work begins anew; else null.</summary>
    public bool? Reopens { get; init; }

    /// <summary>How often that has happened with this one; null where it does not come back, and in entries of before it was counted.</summary>
    public int? ComeBacks { get; init; }

    /// <summary>The alert's deadlines from here on.</summary>
    public IReadOnlyList<Deadline>? Deadlines { get; init; }
}

/// <summary>What the plant did, with all that is needed to explain it.</summary>
public sealed record TransitionFacts
{
    public required string RuleId { get; init; }

    public required string RuleVersion { get; init; }

    public required string TitleZh { get; init; }

    public required string TitleEn { get; init; }

    public required string Basis { get; init; }

    public required string Series { get; init; }

    public required string Kind { get; init; }

    public required string Device { get; init; }

    public required string Quantity { get; init; }

    public required string Unit { get; init; }

    /// <summary>The first it is heard over.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The others; null where there are none.</summary>
    public IReadOnlyList<string>? OtherGateways { get; init; }

    public string Territory { get; init; } = "";

    public string Address { get; init; } = "";

    public string OwnerUnit { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    public required long EpisodeMicros { get; init; }

    public required int Ordinal { get; init; }

    public required Severity From { get; init; }

    public required Severity To { get; init; }

    public required long EventTimeMicros { get; init; }

    public required double WindowValue { get; init; }

    public required double Threshold { get; init; }

    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    public long JournalPosition { get; init; }

    /// <summary>True where the condition ended because the device was retired, whatever it said last; else null.</summary>
    public bool? IsRetired { get; init; }

    /// <summary>True where no reading ends what the rule says; else null.</summary>
    public bool? IsLatched { get; init; }

    /// <summary>Work on the alert begins anew: it is worse than what was acknowledged or closed, or has come back after a quiet time, or nobody was told of it before.</summary>
    public bool Reopens { get; init; }

    /// <summary>The alert's deadlines from here on; null when they stay as they are.</summary>
    public IReadOnlyList<Deadline>? Deadlines { get; init; }

    /// <summary>Of a new alert: the incident it belongs to.</summary>
    public IncidentRef? Incident { get; init; }

    /// <summary>Of a silence that would be told: the alert of the dead gateway which is the reason for it, and in whose place it is not told, as in <see cref="Alert.Behind"/>; null for none.</summary>
    public string? Behind { get; init; }

    /// <summary>The alert's chatter from here on; null when it stays as it is.</summary>
    public Chatter? Chatter { get; init; }

    /// <summary>Of a raise: <see cref="Alert.Serves"/>; null where it has none.</summary>
    public string? Serves { get; init; }

    /// <inheritdoc cref="Alert.Places"/>
    [JsonIgnore]
    internal string Places => AlertPlaces.Of(Territory, Serves, Kind);
}
