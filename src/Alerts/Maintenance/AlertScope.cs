using System.Text.Json.Serialization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Which alerts: all that is said must hold, and what is left "" holds of every alert.</summary>
public sealed record AlertScope
{
    /// <summary>That one and all below it, e.g. <c>d01/s03</c>. An alert of unknown place lies in none but the city.</summary>
    public string Territory { get; init; } = "";

    /// <summary>What hangs behind it, and the gateway's own coming and going.</summary>
    public string Gateway { get; init; } = "";

    public string Device { get; init; } = "";

    /// <summary>Of devices, e.g. <c>gas-pipe</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>A rule's id.</summary>
    public string Rule { get; init; } = "";

    /// <summary>True where nothing is said but the place.</summary>
    [JsonIgnore]
    public bool IsPlaceOnly => Gateway.Length == 0 && Device.Length == 0 && Kind.Length == 0 && Rule.Length == 0;

    /// <summary>An alert's own series under its own rule: what a shelf lays aside.</summary>
    public static AlertScope Of(Alert alert) => new() { Territory = alert.Territory, Device = alert.Device, Kind = alert.Kind, Rule = alert.RuleId };

    public bool Catches(Alert alert) => Catches(alert.Territory, alert.Gateway, alert.Device, alert.Kind, alert.RuleId);

    /// <summary>The same without unpacking it.</summary>
    internal bool Catches(PackedAlert alert) =>
        alert.Kind is not (SystemAlerts.Kind or CheckAlarm.Kind)
        && PlaceText.Covers(Territory, alert.Territory)
        && (Kind.Length == 0 || Kind == alert.Kind)
        && (Rule.Length == 0 || Rule == alert.RuleId)
        && (Device.Length == 0 || alert.IsOf(Device))
        && (Gateway.Length == 0 || Gateway == alert.Gateway || (alert.Kind == Catalog.GatewayKind && alert.IsOf(Gateway)));

    public bool Catches(TransitionFacts facts) => Catches(facts.Territory, facts.Gateway, facts.Device, facts.Kind, facts.RuleId);

    /// <summary>Nothing that the server says of itself, or of who is on duty, is ever caught.</summary>
    private bool Catches(string territory, string gateway, string device, string kind, string rule) =>
        kind is not (SystemAlerts.Kind or CheckAlarm.Kind)
        && PlaceText.Covers(Territory, territory)
        && (Device.Length == 0 || Device == device)
        && (Kind.Length == 0 || Kind == kind)
        && (Rule.Length == 0 || Rule == rule)
        && (Gateway.Length == 0 || Gateway == gateway || (kind == Catalog.GatewayKind && device == Gateway));
}
