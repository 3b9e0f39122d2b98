using System.Text.Json.Serialization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What the plant does. Numbers are persisted: they may be added to, never changed.</summary>
public enum AlertCondition : byte
{
    Active = 1,

    /// <summary>Returned to normal; the work may well go on.</summary>
    Normal = 2,
}

/// <summary>Who did a step, when, and what was said.</summary>
/// <param name="By">The officer's name, from the credential.</param>
/// <param name="AtMicros">Server time, microseconds since 1970.</param>
/// <param name="Note">Free text; "" for none.</param>
/// <param name="Colour">The peak colour at that moment: anything worse starts the step anew.</param>
/// <param name="Verdict">Only of a triage and on closing, else <see cref="Verdict.None"/>.</param>
/// <param name="To">To whom it was given, or the territory it was handed up to; else null.</param>
public sealed record Attestation(string By, long AtMicros, string Note, Severity Colour, Verdict Verdict = Verdict.None, string? To = null);

/// <summary>A step's latest moment. At most one per step of an alert at a time.</summary>
/// <param name="Step">What must have been done.</param>
/// <param name="Level">1 is the first to be told; higher levels are told later.</param>
/// <param name="Round">The alert's <see cref="Alert.Round"/> when it was set; with alert, step and level it names the breach.</param>
/// <param name="DueMicros">Server time, microseconds since 1970.</param>
public sealed record Deadline(WorkState Step, int Level, int Round, long DueMicros);

/// <summary>A deadline that was missed.</summary>
/// <param name="AtMicros">Server time at which it was found.</param>
/// <param name="To">The territory that is told; "" for the city, null for one of before there was a chain.</param>
/// <param name="Role">Who there.</param>
/// <param name="Supervision">What it amounts to; null for no more than that they are told.</param>
public sealed record Breach(
    WorkState Step, int Level, int Round, long DueMicros, long AtMicros, string? To = null, OfficerRoles? Role = null, Supervision? Supervision = null)
{
    [JsonIgnore]
    public long OverdueByMicros => AtMicros - DueMicros;
}

/// <summary>A step that was missed and is still not done.</summary>
/// <param name="DueMicros">When it was due first; server time.</param>
/// <param name="Supervision">The hardest it has come to; null for no more than that they are told.</param>
public sealed record MissedStep(WorkState Step, long DueMicros, Supervision? Supervision = null);

/// <summary>
/// One alert as the ledger's entries make it: a rule on a series, from its first episode until people close it.
/// Immutable. Two axes that do not depend on each other: <see cref="Condition"/> (the plant) and <see cref="Work"/> (people).
/// </summary>
public sealed record Alert
{
    /// <summary>Short and speakable, e.g. <c>K7QM-2XRD-9FVT</c>; from the hash of rule, series and first episode.</summary>
    public required string Id { get; init; }

    public required string RuleId { get; init; }

    public required string RuleVersion { get; init; }

    public required string TitleZh { get; init; }

    public required string TitleEn { get; init; }

    public required string Basis { get; init; }

    /// <summary><c>kind/device/quantity</c>.</summary>
    public required string Series { get; init; }

    public required string Kind { get; init; }

    public required string Device { get; init; }

    public required string Quantity { get; init; }

    /// <summary>Of <see cref="WindowValue"/> and <see cref="Threshold"/>, as SenML writes it.</summary>
    public required string Unit { get; init; }

    public string Gateway { get; init; } = "";

    public string Territory { get; init; } = "";

    public string Address { get; init; } = "";

    public string OwnerUnit { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    public required AlertCondition Condition { get; init; }

    /// <summary>The colour now; <see cref="Severity.Normal"/> once returned to normal.</summary>
    public required Severity Colour { get; init; }

    /// <summary>The worst colour since it was raised.</summary>
    public required Severity PeakColour { get; init; }

    public required WorkState Work { get; init; }

    /// <summary>From 1; counts up each time the alert gets worse than it ever was, or work has to begin anew.</summary>
    public int Round { get; init; } = 1;

    /// <summary>How many episodes it has had: 1, and one more each time the condition came back while it was open.</summary>
    public int Occurrences { get; init; } = 1;

    /// <summary>Changes of colour within episodes.</summary>
    public int ColourChanges { get; init; }

    public int Comments { get; init; }

    /// <summary>Event time of the first raise; part of the identity.</summary>
    public required long FirstEpisodeMicros { get; init; }

    /// <summary>Event time of the raise of the newest episode.</summary>
    public required long EpisodeMicros { get; init; }

    /// <summary>Event time of the newest change of condition or colour.</summary>
    public required long ChangedEventMicros { get; init; }

    /// <summary>Server receive time of the first raise.</summary>
    public required long RaisedAtMicros { get; init; }

    /// <summary>Server receive time of the newest change of condition or colour.</summary>
    public required long ChangedAtMicros { get; init; }

    public double WindowValue { get; init; }

    public double Threshold { get; init; }

    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    public Attestation? Acknowledged { get; init; }

    public Attestation? Closed { get; init; }

    /// <summary>What is still to come.</summary>
    public IReadOnlyList<Deadline> Deadlines { get; init; } = [];

    /// <summary>What was missed, oldest first; the newest 32.</summary>
    public IReadOnlyList<Breach> Breaches { get; init; } = [];

    /// <summary>The ledger entry that raised it.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>The newest ledger entry about it: what an officer has seen (<see cref="AlertCommand.ExpectedSequence"/>).</summary>
    public required long LastSequence { get; init; }

    // What follows is left out of the row where it is unset, so that rows of before it was known are what they were.

    /// <summary>By whom first in this round.</summary>
    public Attestation? Seen { get; init; }

    /// <summary>The newest, with its verdict.</summary>
    public Attestation? Triaged { get; init; }

    /// <summary>The newest, with the territory.</summary>
    public Attestation? Reported { get; init; }

    /// <summary>The newest, with to whom.</summary>
    public Attestation? Dispatched { get; init; }

    public Attestation? Arrived { get; init; }

    public Attestation? Rectified { get; init; }

    /// <summary>That the condition has ended; gone when it comes back.</summary>
    public Attestation? Confirmed { get; init; }

    /// <summary>Until the deadline of <see cref="WorkState.ShelveEnd"/>.</summary>
    public Attestation? Shelved { get; init; }

    /// <summary>Until the deadline of <see cref="WorkState.OutOfServiceEnd"/>: nothing else is due, and it stays open.</summary>
    public Attestation? OutOfService { get; init; }

    /// <summary>True where no reading ends what the rule says; else null.</summary>
    public bool? IsLatched { get; init; }

    /// <summary>The maintenance window that its newest news came under, until that is over; null for none.</summary>
    public MaintenanceMark? Maintenance { get; init; }

    /// <summary>The incident it belongs to, for good; null for an alert of before there were any.</summary>
    public IncidentRef? Incident { get; init; }

    /// <summary>
    /// The alert of the dead gateway in whose place this one is not told; null for none. Of a device with several gateways those of all of them, with
    /// blanks between: it is behind them only while every one is dead.
    /// </summary>
    public string? Behind { get; init; }

    /// <summary>Each of <see cref="Behind"/>; none where it is behind nothing.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Parents => Behind is { } behind ? behind.Split(' ') : [];

    /// <summary>How it has come and gone lately; null for one that never came back, or has been calm since.</summary>
    public Chatter? Chatter { get; init; }

    /// <summary>True where its notice was held back, and it was normal when that ended: nobody was told, and when it comes back that is news. Else null.</summary>
    public bool? IsUntold { get; init; }

    /// <summary>
    /// Of a gateway that has no place of its own: where the devices are that it served when this was raised, for good; as in <see cref="Places"/>. Null for all others, and for one that was raised
    /// before it was written down. No officer is sent it: a street sees that the alert is its own, and not who else's.
    /// </summary>
    public string? Serves { get; init; }

    /// <summary>The worst colour since work began anew, where it was worse before that; else null.</summary>
    public Severity? RoundColour { get; init; }

    /// <summary>Where it is, for who may see it: asked by <see cref="Officer.Sees(Alert)"/>; its words are those of <see cref="AlertPlaces"/>.</summary>
    [JsonIgnore]
    internal string Places => AlertPlaces.Of(Territory, Serves, Kind);

    /// <summary>What was missed and is still not done, the newest last; null for nothing. Of breaches from before this was kept: from the next one on.</summary>
    public IReadOnlyList<MissedStep>? Missed { get; init; }

    /// <summary>What it is under until what was missed is done.</summary>
    [JsonIgnore]
    public Supervision Supervision => Missed?.Max(m => m.Supervision) ?? Supervision.None;

    /// <summary>How often an acknowledgement led nowhere and the work began anew; null for never, and where it last did before that was counted.</summary>
    public int? ComeBacks { get; init; }

    /// <summary>The worst colour that officers were told of since work began: what is worse than that is news.</summary>
    [JsonIgnore]
    public Severity KnownColour => RoundColour ?? PeakColour;

    /// <summary>It comes and goes too often to be told each time.</summary>
    [JsonIgnore]
    public bool IsFlapping => Chatter is { IsFlapping: true };

    [JsonIgnore]
    public bool IsActive => Condition == AlertCondition.Active;

    [JsonIgnore]
    public bool IsOpen => Work != WorkState.Closed;

    /// <summary>Open, or closed by people while the plant still says it is active: the book holds it in memory.</summary>
    [JsonIgnore]
    public bool IsLive => IsOpen || IsActive;
}
