namespace PingAnIoT.Alerts;

/// <summary>What lies behind an incident. Numbers are persisted: they may be added to, never changed.</summary>
public enum IncidentCause : byte
{
    /// <summary>A danger was measured: what has a colour.</summary>
    Hazard = 1,

    /// <summary>Devices are broken or silent, and no gateway is the reason.</summary>
    Fault = 2,

    /// <summary>A gateway is dead, and with it what hangs behind it is silent.</summary>
    Gateway = 3,

    /// <summary>A duty check was missed.</summary>
    Server = 4,
}

/// <summary>
/// Which incident an alert belongs to: decided once, when the alert is raised, and written into that entry. So an alert is in one incident for
/// good, whatever is replayed and whatever the policy says later. An incident is no more than the alerts that name it.
/// </summary>
/// <param name="Id">The ledger entry that opened it.</param>
/// <param name="Cause">What lies behind it.</param>
/// <param name="OpenedMicros">Server receive time of that entry, microseconds since 1970.</param>
public sealed record IncidentRef(long Id, IncidentCause Cause, long OpenedMicros);

/// <summary>Where an incident is. Alerts of one place have the same.</summary>
/// <param name="Cause">Danger and fault at one place are two incidents.</param>
/// <param name="Territory">The grid; "" for a gateway, which serves many.</param>
/// <param name="Name">The owner unit there, or the gateway, or the device where nothing else is known; "" for the grid itself.</param>
internal readonly record struct IncidentPlace(IncidentCause Cause, string Territory, string Name)
{
    public static IncidentPlace Of(IncidentCause cause, string gateway, string territory, string ownerUnit, string device) =>
        cause == IncidentCause.Gateway ? new(cause, "", gateway)
        : ownerUnit.Length > 0 || territory.Length > 0 ? new(cause, territory, ownerUnit)
        : new(cause, "", device);

    public static IncidentPlace Of(Alert alert, IncidentCause cause) =>
        Of(cause, IsGateway(alert.Kind) ? alert.Device : alert.Gateway, alert.Territory, alert.OwnerUnit, alert.Device);

    public static bool IsGateway(string kind) => kind == Rules.Catalog.GatewayKind;
}
