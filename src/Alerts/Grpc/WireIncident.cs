using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>Incidents as the protocol says them.</summary>
internal static class WireIncident
{
    public static V1.IncidentCause Of(IncidentCause cause) => cause switch
    {
        IncidentCause.Hazard => V1.IncidentCause.Hazard,
        IncidentCause.Fault => V1.IncidentCause.Fault,
        IncidentCause.Gateway => V1.IncidentCause.Gateway,
        IncidentCause.Server => V1.IncidentCause.Server,
        _ => V1.IncidentCause.Unspecified,
    };

    public static string IdOf(Alert alert) => alert.Incident?.Id.ToString(CultureInfo.InvariantCulture) ?? "";

    public static V1.Incident Of(Incident incident)
    {
        var wire = new V1.Incident
        {
            Id = incident.Id.ToString(CultureInfo.InvariantCulture), Cause = Of(incident.Cause), OpenTime = WireTime.Of(incident.OpenedMicros),
            Territory = incident.Territory, Site = incident.Site, Gateway = incident.Gateway, Open = incident.IsOpen,
            Severity = WireNames.Of(incident.Colour), PeakSeverity = WireNames.Of(incident.Peak), AlertCount = incident.Alerts,
            LeadAlertId = incident.Lead.Id, Title = new V1.Title { Zh = incident.Lead.TitleZh, En = incident.Lead.TitleEn }, Address = incident.Lead.Address,
        };
        wire.Counts.AddRange(incident.Counts.Select(c => new V1.SeverityCount { Severity = WireNames.Of(c.Colour), AlertCount = c.Alerts }));
        return wire;
    }
}
