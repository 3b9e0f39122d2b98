using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// On whom an administrator may act, and what he may give: on those whose whole territory is within his own, and no right that he does not have himself.
/// Nobody can so raise himself, or take over one who may do more than he. Where nobody is left who could give every right, as in a ledger of an earlier version,
/// an operator of the whole city may, until there is somebody.
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

    /// <summary>One who may give every role everywhere.</summary>
    public static bool IsChief(OfficerRecord? officer) =>
        officer is { IsDisabled: false, Territory: "" } && Held(officer.Roles, "") == OfficerRoles.All;

    /// <summary>Whether there is a chief who can sign in; once there is, one is always left.</summary>
    public static bool HasChief(ImmutableDictionary<string, OfficerRecord> officers, Func<string, bool> hasPassword) =>
        officers.Values.Any(o => IsChief(o) && hasPassword(o.Name));

    /// <summary>Why he may not touch one who is there; null when he may. One beyond his territory is as if he were not there.</summary>
    public static CommandResult? RefuseActing(Officer by, OfficerRecord? whom, bool hasChief) =>
        whom is null || !DutyRequest.Has(by, whom.Territory) ? new CommandResult(CommandOutcome.NotFound) : RefuseRoles(by, whom, "has", hasChief);

    /// <summary>Why he may not make anybody this; null when he may.</summary>
    public static CommandResult? RefuseGiving(Officer by, OfficerRecord record, bool hasChief) => DutyRequest.Has(by, record.Territory)
        ? RefuseRoles(by, record, "would have", hasChief)
        : Beyond($"You answer for {TerritoryPath.Text(by.Territory)}: you can give nobody {TerritoryPath.Text(record.Territory)}.");

    private static CommandResult? RefuseRoles(Officer by, OfficerRecord whom, string has, bool hasChief) =>
        !hasChief && by.Territory.Length == 0 && by.Roles.HasFlag(OfficerRoles.Operator) ? null
        : (whom.Roles & ~Held(by.Roles, by.Territory)) is var more && more == OfficerRoles.None ? null
        : Beyond($"'{whom.Name}' {has} a role that you do not have: {string.Join(", ", Words.Where(w => more.HasFlag(w.Role)).Select(w => w.Word))}.");

    private static CommandResult Beyond(string reason) => new(CommandOutcome.Beyond) { Reason = reason };
}
