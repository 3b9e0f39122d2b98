using System.Collections.Frozen;

namespace PingAnIoT.Alerts;

/// <summary>What a call needs. Each also keeps to the officer's territory, which the services see to with <see cref="Officer.Covers"/>, and of alerts with <see cref="Officer.Sees"/>.</summary>
public enum Need
{
    /// <summary>Nobody need be signed in.</summary>
    Nothing,

    /// <summary>Any officer, about himself.</summary>
    SignedIn,

    /// <summary>Reads what lies in the territory; an auditor, everything.</summary>
    See,

    /// <summary>Reads what belongs to no territory: an auditor, an operator, or who answers for the whole city.</summary>
    SeeCity,

    /// <summary>Acts on what lies in the territory: an officer or supervisor.</summary>
    Act,

    /// <summary>Directs others in the territory: a supervisor or operator.</summary>
    Direct,

    /// <summary>Administers the officers of the territory: an operator. Whom and how far: <see cref="Administering"/>.</summary>
    Administer,
}

/// <summary>The one place that decides who may call what. A call that is not in the table is refused to everybody.</summary>
public static class Rights
{
    private const string Package = "/pingan.alerts.v1.";

    /// <summary>Every call of every service, by its full name.</summary>
    public static FrozenDictionary<string, Need> Table { get; } = new Dictionary<string, Need>(StringComparer.Ordinal)
    {
        ["AlertService/Watch"] = Need.See,
        ["AlertService/ConfirmDelivery"] = Need.See,
        ["AlertService/List"] = Need.See,
        ["AlertService/Get"] = Need.See,
        ["AlertService/Acknowledge"] = Need.Act,
        ["AlertService/Close"] = Need.Act,
        ["AlertService/Reset"] = Need.Act,
        ["AlertService/Comment"] = Need.Act,
        ["AlertService/See"] = Need.Act,
        ["AlertService/Triage"] = Need.Act,
        ["AlertService/Report"] = Need.Act,
        ["AlertService/Dispatch"] = Need.Act,
        ["AlertService/Arrive"] = Need.Act,
        ["AlertService/Rectify"] = Need.Act,
        ["AlertService/Confirm"] = Need.Act,
        ["AlertService/Shelve"] = Need.Act,
        ["AlertService/Unshelve"] = Need.Act,
        ["AlertService/TakeOutOfService"] = Need.Act,
        ["AlertService/ReturnToService"] = Need.Act,
        ["IncidentService/ListIncidents"] = Need.See,
        ["IncidentService/GetIncident"] = Need.See,
        ["PolicyService/GetPolicy"] = Need.See,
        ["PolicyService/CheckPolicy"] = Need.See,
        ["MaintenanceService/PlanMaintenance"] = Need.Direct,
        ["MaintenanceService/ConfirmRedMaintenance"] = Need.Direct,
        ["MaintenanceService/EndMaintenance"] = Need.Direct,
        ["MaintenanceService/ListMaintenance"] = Need.See,
        ["FleetService/ListDevices"] = Need.See,
        ["FleetService/GetDevice"] = Need.See,
        ["FleetService/ListGateways"] = Need.See,
        ["FleetService/ListTerritories"] = Need.See,
        ["FleetService/GetTerritory"] = Need.See,
        ["FleetService/ListDeadLetters"] = Need.SeeCity,
        ["FleetService/GetCounters"] = Need.SeeCity,
        ["RuleService/ListRules"] = Need.See,
        ["RuleService/CheckRules"] = Need.See,
        ["RuleService/GetLastErrors"] = Need.SeeCity,
        ["RuleService/ExplainSeries"] = Need.See,
        ["NoticeService/ListNotices"] = Need.See,
        ["NoticeService/ListDeadNotices"] = Need.See,
        ["NoticeService/RetryNotice"] = Need.Act,
        ["NoticeService/DiscardNotice"] = Need.Act,
        ["NoticeService/ListChannels"] = Need.SeeCity,
        ["ReportService/GetReport"] = Need.See,
        ["ReportService/GetHeatMap"] = Need.See,
        ["ReportService/GetKpis"] = Need.See,
        ["DutyService/SetUp"] = Need.Nothing,
        ["DutyService/SignIn"] = Need.Nothing,
        ["DutyService/RefreshSession"] = Need.Nothing,
        ["DutyService/SignOut"] = Need.SignedIn,
        ["DutyService/SetPassword"] = Need.SignedIn,
        ["DutyService/ListOfficers"] = Need.See,
        ["DutyService/CreateOfficer"] = Need.Administer,
        ["DutyService/UpdateOfficer"] = Need.Administer,
        ["DutyService/ImportOfficers"] = Need.Administer,
        ["DutyService/WhoIsOnDuty"] = Need.See,
        ["DutyService/GetRoster"] = Need.See,
        ["DutyService/SetRoster"] = Need.Direct,
        ["DutyService/ListGaps"] = Need.See,
        ["DutyService/SetOverride"] = Need.Direct,
        ["DutyService/CancelOverride"] = Need.Direct,
        ["DutyService/AskSwap"] = Need.Act,
        ["DutyService/AnswerSwap"] = Need.Act,
        ["DutyService/HandOver"] = Need.Act,
        ["DutyService/TakeOver"] = Need.Act,
        ["DutyService/ListHandOvers"] = Need.See,
        ["DutyService/StartCheck"] = Need.Direct,
        ["DutyService/AnswerCheck"] = Need.Act,
        ["DutyService/ListChecks"] = Need.See,
        ["DutyService/SetCheckSchedule"] = Need.Direct,
    }.ToFrozenDictionary(r => Package + r.Key, r => r.Value, StringComparer.Ordinal);

    /// <returns>The officer as this call may see the world; null when it may not be made.</returns>
    public static Officer? Decide(Officer officer, Need need) => need switch
    {
        Need.Nothing or Need.SignedIn => officer,
        Need.See when officer.Roles != OfficerRoles.None => Reading(officer),
        Need.SeeCity when officer.Roles.HasFlag(OfficerRoles.Auditor) || officer.Roles.HasFlag(OfficerRoles.Operator)
            || (officer.Roles != OfficerRoles.None && officer.Territory.Length == 0) => officer with { Territory = "" },
        Need.Act when (officer.Roles & (OfficerRoles.Officer | OfficerRoles.Supervisor)) != OfficerRoles.None => officer,
        Need.Direct when (officer.Roles & (OfficerRoles.Supervisor | OfficerRoles.Operator)) != OfficerRoles.None => officer,
        Need.Administer when officer.Roles.HasFlag(OfficerRoles.Operator) => officer,
        _ => null,
    };

    private static Officer Reading(Officer officer) =>
        officer.Roles.HasFlag(OfficerRoles.Auditor) ? officer with { Territory = "", Acting = officer } : officer;
}
