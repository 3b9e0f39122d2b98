using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Maintenance windows and previews as the protocol says them.</summary>
public static class WireMaintenance
{
    internal static V1.MaintenanceWindow Of(MaintenanceRecord window, IEnumerable<PackedAlert> alerts, long nowMicros)
    {
        var scope = window.Scope;
        var under = window.IsOpen ? alerts.Where(a => a.Maintenance?.Window == window.Id).ToList() : [];
        return new V1.MaintenanceWindow
        {
            Id = window.Id,
            Scope = new V1.AlertScope { Territory = scope.Territory, Gateway = scope.Gateway, Device = scope.Device, Kind = scope.Kind, Rule = scope.Rule },
            From = WireTime.Of(window.FromMicros), To = WireTime.Of(window.ToMicros), Reason = window.Reason, Officer = window.By,
            IncludingRed = window.AsksRed, RedConfirmedBy = window.ConfirmedBy, EndedBy = window.EndedBy,
            EndTime = window.EndedMicros > 0 ? WireTime.Of(window.EndedMicros) : null,
            State = !window.IsOpen || nowMicros >= window.ToMicros ? V1.MaintenanceState.Ended : nowMicros < window.FromMicros ? V1.MaintenanceState.Planned : V1.MaintenanceState.InForce,
            Alerts = Count(under.CountBy(a => a.PeakColour)), HeldBack = under.Count(a => a.Maintenance!.IsHeld),
        };
    }

    public static MaintenanceRecord From(V1.MaintenanceWindow? wire)
    {
        var window = wire ?? throw GrpcErrors.Invalid("window", "is missing");
        var scope = window.Scope ?? throw GrpcErrors.Invalid("window.scope", "is missing");
        return new MaintenanceRecord
        {
            Id = 0, By = "", Reason = window.Reason, AsksRed = window.IncludingRed,
            Scope = new AlertScope { Territory = scope.Territory.Trim('/'), Gateway = scope.Gateway, Device = scope.Device, Kind = scope.Kind, Rule = scope.Rule },
            FromMicros = WireDuty.Micros(window.From, "window.from", 0), ToMicros = WireDuty.Micros(window.To, "window.to"),
        };
    }

    public static V1.HeldBackPreview Of(HeldBackOutlook outlook, Officer officer)
    {
        var wire = new V1.HeldBackPreview
        {
            Open = Count(outlook.Open), RedTold = outlook.RedTold, Held = Count(outlook.Held.Values.CountBy(c => c)), HeldNews = outlook.News,
            HistoryFrom = WireTime.Of(outlook.FromMicros),
        };
        wire.OpenAlerts.AddRange(outlook.Worst.Select(a => WireAlert.Of(a, officer)));
        wire.HeldSample.AddRange(outlook.Sample.Select(WireAlert.Of));
        return wire;
    }

    private static V1.ColourCounts Count(IEnumerable<KeyValuePair<Severity, int>> colours)
    {
        var counts = new V1.ColourCounts();
        foreach (var (colour, alerts) in colours)
        {
            switch (colour)
            {
                case Severity.Red:
                    counts.Red += alerts;
                    break;
                case Severity.Yellow:
                    counts.Yellow += alerts;
                    break;
                case Severity.Green:
                    counts.Green += alerts;
                    break;
                default:
                    counts.Fault += alerts;
                    break;
            }
        }

        return counts;
    }
}
