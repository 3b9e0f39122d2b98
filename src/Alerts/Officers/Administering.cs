namespace PingAnIoT.Alerts;

/// <summary>
/// On whom an administrator may act, and what he may give: on those whose whole territory is within his own, and no right that he does not have himself.
/// Nobody can so raise himself, or take over one who may do more than he.
/// </summary>
internal static class Administering
{
    private static readonly (OfficerRoles Role, string Word)[] Words =
        [(OfficerRoles.Officer, "officer"), (OfficerRoles.Supervisor, "supervisor"), (OfficerRoles.Operator, "operator"), (OfficerRoles.Auditor, "auditor")];

    /// <summary>His roles, and those that they hold: a supervisor may do what an officer may, and who answers for the whole city reads everything, as an auditor does.</summary>
    public static OfficerRoles Held(OfficerRoles roles, string territory) =>
        roles
        | (roles.HasFlag(OfficerRoles.Supervisor) ? OfficerRoles.Officer : OfficerRoles.None)
        | (territory.Length == 0 ? OfficerRoles.Auditor : OfficerRoles.None);

    /// <summary>One who can give every role everywhere; of these one is always left.</summary>
    public static bool IsChief(OfficerRecord? officer) =>
        officer is { IsDisabled: false, Territory: "" } && Held(officer.Roles, "") == OfficerRoles.All;

    /// <summary>Why he may not touch one who is there; null when he may. One beyond his territory is as if he were not there.</summary>
    public static CommandResult? RefuseActing(Officer by, OfficerRecord? whom) =>
        whom is null || !DutyRequest.Has(by, whom.Territory) ? new CommandResult(CommandOutcome.NotFound) : RefuseRoles(by, whom, "has");

    /// <summary>Why he may not make anybody this; null when he may.</summary>
    public static CommandResult? RefuseGiving(Officer by, OfficerRecord record) => DutyRequest.Has(by, record.Territory)
        ? RefuseRoles(by, record, "would have")
        : Beyond($"You answer for {TerritoryPath.Text(by.Territory)}: you can give nobody {TerritoryPath.Text(record.Territory)}.");

    private static CommandResult? RefuseRoles(Officer by, OfficerRecord whom, string has) =>
        (whom.Roles & ~Held(by.Roles, by.Territory)) is var more && more == OfficerRoles.None ? null
        : Beyond($"'{whom.Name}' {has} a role that you do not have: {string.Join(", ", Words.Where(w => more.HasFlag(w.Role)).Select(w => w.Word))}.");

    private static CommandResult Beyond(string reason) => new(CommandOutcome.Beyond) { Reason = reason };
}
