namespace PingAnIoT.Alerts;

/// <summary>What an officer may do. Numbers are persisted: they may be added to, never changed.</summary>
[Flags]
public enum OfficerRoles
{
    None = 0,

    /// <summary>Watches and acts in the territory.</summary>
    Officer = 1,

    /// <summary>As an officer, and sets rosters and checks duty in the territory.</summary>
    Supervisor = 2,

    /// <summary>Administers the officers of the territory.</summary>
    Operator = 4,

    /// <summary>Reads everything, everywhere; does nothing.</summary>
    Auditor = 8,

    All = Officer | Supervisor | Operator | Auditor,
}

/// <summary>An officer as the ledger has it. No secret is in it.</summary>
/// <param name="Name">The account: <see cref="OfficerName.Rule"/>.</param>
/// <param name="NameZh">For people, in Chinese; may be empty.</param>
/// <param name="NameEn">For people, in English; may be empty.</param>
/// <param name="Roles">At least one.</param>
/// <param name="Territory">E.g. <c>d01/s03</c>; "" for the whole city.</param>
/// <param name="IsDisabled">Out at once, and kept on record.</param>
public sealed record OfficerRecord(
    string Name, string NameZh, string NameEn, OfficerRoles Roles, string Territory, bool IsDisabled = false)
{
    /// <summary>The entry that made the officer what it is now; set by the fold.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Version { get; init; }

    public Officer ToOfficer() => new(Name, Territory) { Roles = Roles, Version = Version };
}

/// <summary>Refusals of one kind, counted.</summary>
/// <param name="Rpc">The call, e.g. <c>FleetService/ListDeadLetters</c>.</param>
/// <param name="Reason">The stable word of the refusal.</param>
/// <param name="Count">How many since the entry before; at least 1.</param>
public sealed record RefusalFacts(string Rpc, string Reason, long Count)
{
    /// <summary>What was reached for, each once, in the order of the first try and at most <see cref="RefusalAudit.MostReached"/>; null where the calls named nothing.</summary>
    public IReadOnlyList<Reached>? Reached { get; init; }
}

/// <summary>What a call that was refused was about.</summary>
/// <param name="Sort"><c>alert</c>, or the request's own word for it, as <c>roster.territory</c>.</param>
/// <param name="Name">Which: 1 to 64 printable characters.</param>
/// <param name="Territory">Of an alert that there is; else null.</param>
public sealed record Reached(string Sort, string Name, string? Territory = null);
