using System.Text.Json.Serialization;

namespace PingAnIoT.Alerts;

/// <summary>What an entry about duty says; only the parts that belong to its kind are set. What was decided is written down whole.</summary>
public sealed record DutyFacts
{
    public RosterRecord? Roster { get; init; }

    /// <summary>Of an override, or of a swap that is in force now.</summary>
    public IReadOnlyList<DutyChange>? Changes { get; init; }

    /// <summary>An override that holds no more.</summary>
    public DutyChange? Cancelled { get; init; }

    /// <summary>A swap as it is from here on.</summary>
    public SwapRecord? Swap { get; init; }

    /// <summary>A hand-over as it is from here on.</summary>
    public HandOverRecord? HandOver { get; init; }

    /// <summary>A check as it is from here on.</summary>
    public CheckRecord? Check { get; init; }

    /// <summary>A schedule of checks as it is from here on.</summary>
    public CheckSchedule? Schedule { get; init; }

    /// <summary>By how much the time of running checks moves.</summary>
    public long? ShiftMicros { get; init; }

    /// <summary>A maintenance window as it is from here on.</summary>
    public MaintenanceRecord? Maintenance { get; init; }

    public OffDutyFacts? OffDuty { get; init; }
}

/// <summary>Something an officer did without being on duty.</summary>
/// <param name="Rpc">What.</param>
/// <param name="AlertId">To which alert.</param>
/// <param name="OnDuty">Who was.</param>
public sealed record OffDutyFacts(string Rpc, string AlertId, IReadOnlyList<string> OnDuty);

/// <summary>How far a swap has come. Numbers are persisted: they may be added to, never changed.</summary>
public enum SwapState : byte
{
    /// <summary>Waits for the other's word.</summary>
    Asked = 1,

    /// <summary>Both agree; waits for a supervisor's word.</summary>
    Agreed = 2,
    InForce = 3,

    /// <summary>By the other.</summary>
    Declined = 4,

    /// <summary>By who asked.</summary>
    Withdrawn = 5,

    /// <summary>By a supervisor.</summary>
    Refused = 6,
}

/// <summary>One officer's shift for another's, or for nothing.</summary>
public sealed record SwapRecord
{
    /// <summary>The entry that asked.</summary>
    public required long Id { get; init; }

    public required string Territory { get; init; }

    public required OfficerRoles Role { get; init; }

    public required string Asker { get; init; }

    /// <summary>The asker's time that the other is to take.</summary>
    public required long FromMicros { get; init; }

    public required long ToMicros { get; init; }

    public required string Other { get; init; }

    /// <summary>The other's time that the asker takes in return; 0 for none.</summary>
    public long BackFromMicros { get; init; }

    public long BackToMicros { get; init; }

    public string Note { get; init; } = "";

    /// <summary>The entry by which both agree and a supervisor is to approve; 0 where it has not come to that, and in entries of before supervisors were told.</summary>
    public long AgreedIn { get; init; }

    public required SwapState State { get; init; }

    /// <summary>Who brought it to this state.</summary>
    public required string By { get; init; }

    [JsonIgnore]
    public bool IsOpen => State is SwapState.Asked or SwapState.Agreed;
}

/// <summary>What one shift leaves to the next.</summary>
public sealed record HandOverRecord
{
    /// <summary>The entry that made it.</summary>
    public required long Id { get; init; }

    public required string Territory { get; init; }

    public required OfficerRoles Role { get; init; }

    public required string By { get; init; }

    /// <summary>Who is on duty next; any of them takes it over.</summary>
    public required IReadOnlyList<string> To { get; init; }

    public required string Text { get; init; }

    public required long AtMicros { get; init; }

    /// <summary>When the next shift begins.</summary>
    public required long DueMicros { get; init; }

    /// <summary>Open alerts of the territory at that moment; the worst 200 by name.</summary>
    public required IReadOnlyList<string> OpenAlerts { get; init; }

    public required int OpenCount { get; init; }

    public required int RedCount { get; init; }

    /// <summary>"" while nobody has.</summary>
    public string TakenBy { get; init; } = "";

    public long TakenMicros { get; init; }

    [JsonIgnore]
    public bool IsOpen => TakenBy.Length == 0;
}

/// <summary>Numbers are persisted: they may be added to, never changed.</summary>
public enum CheckState : byte
{
    Open = 1,

    /// <summary>By everybody who was asked, in time.</summary>
    Answered = 2,

    /// <summary>Somebody did not answer in time, or there was nobody to ask.</summary>
    Missed = 3,

    /// <summary>Its moment passed while the server was not running.</summary>
    Skipped = 4,
}

public sealed record CheckReply(string Officer, long AtMicros, string Note);

/// <summary>One duty check (查岗).</summary>
public sealed record CheckRecord
{
    /// <summary>The entry that began it.</summary>
    public required long Id { get; init; }

    public required string Territory { get; init; }

    public required OfficerRoles Role { get; init; }

    /// <summary>An officer, or <c>schedule</c>.</summary>
    public required string By { get; init; }

    /// <summary>Everybody on duty at that moment; each answers for himself.</summary>
    public required IReadOnlyList<string> Asked { get; init; }

    public required long AtMicros { get; init; }

    public required long DueMicros { get; init; }

    public IReadOnlyList<CheckReply> Replies { get; init; } = [];

    public required CheckState State { get; init; }

    public long EndedMicros { get; init; }

    /// <summary>Of one that was missed: the territory that is told.</summary>
    public string Supervisor { get; init; } = "";

    /// <summary>Of one that was missed: who did not answer, or why there was nobody to ask.</summary>
    public string Finding { get; init; } = "";

    [JsonIgnore]
    public IEnumerable<string> Silent => Asked.Where(a => Replies.All(r => r.Officer != a));
}

/// <summary>Checks of one post at moments that nobody can foresee without the seed.</summary>
public sealed record CheckSchedule
{
    public required string Territory { get; init; }

    public required OfficerRoles Role { get; init; }

    public required string Zone { get; init; }

    /// <summary>Local minutes of the day between which they lie.</summary>
    public required int FromMinute { get; init; }

    public required int ToMinute { get; init; }

    /// <summary>0 ends the schedule; at most 24.</summary>
    public required int PerDay { get; init; }

    public required long AnswerMicros { get; init; }

    public required long Seed { get; init; }

    /// <summary>The next one; server time.</summary>
    public required long NextMicros { get; init; }
}
