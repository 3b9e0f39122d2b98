using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// To which incident a new alert belongs: of each place its incidents that have an open alert, newest first, and of each gateway that is dead its
/// incident. A fold of the live alerts alone, in whatever order they come, so that it is the same after a restart.
/// Threading: owned by the writer.
/// </summary>
internal sealed class IncidentIndex
{
    private readonly Dictionary<IncidentPlace, Open> open = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<long, IncidentRef>> dead = new(StringComparer.Ordinal);
    private readonly List<(IncidentPlace Place, Open? Before)> placeChanges = [];
    private readonly List<(string Gateway, ImmutableSortedDictionary<long, IncidentRef>? Before)> gatewayChanges = [];

    /// <summary>An incident with so many open alerts, and the older ones of its place: there hardly ever are any.</summary>
    private readonly record struct Open(IncidentRef Incident, int Alerts, Older? Rest);

    private sealed record Older(Open Value);

    /// <summary>The incident that a new alert of that place joins; null when it opens one.</summary>
    /// <param name="place">Where.</param>
    /// <param name="atMicros">When it is raised; server receive time.</param>
    /// <param name="withinMicros">So long after its opening an incident takes in alerts.</param>
    public IncidentRef? Find(IncidentPlace place, long atMicros, long withinMicros) =>
        open.TryGetValue(place, out var found) && atMicros - found.Incident.OpenedMicros <= withinMicros ? found.Incident : null;

    /// <summary>The incident of a gateway that is dead; null for one that is not.</summary>
    public IncidentRef? OfDeadGateway(string gateway) => dead.TryGetValue(gateway, out var found) ? found.First().Value : null;

    /// <summary>An alert is different now.</summary>
    /// <param name="before">Null for a new one.</param>
    /// <param name="after">As it is.</param>
    public void Apply(Alert? before, Alert after)
    {
        if (after.Incident is not { } incident)
        {
            return;
        }

        if (IncidentPlace.IsGateway(after.Kind) && after.IsActive != (before is { IsActive: true }))
        {
            FollowGateway(after, incident);
        }

        var change = (after.IsOpen ? 1 : 0) - (before is { IsOpen: true } ? 1 : 0);
        if (change == 0)
        {
            return;
        }

        var place = IncidentPlace.Of(after, incident.Cause);
        Open? was = open.TryGetValue(place, out var found) ? found : null;
        placeChanges.Add((place, was));
        Set(place, Counted(was, incident, change));
    }

    public void Clear()
    {
        open.Clear();
        dead.Clear();
        Commit();
    }

    public void Commit()
    {
        placeChanges.Clear();
        gatewayChanges.Clear();
    }

    public void Rollback()
    {
        for (var i = placeChanges.Count - 1; i >= 0; i--)
        {
            Set(placeChanges[i].Place, placeChanges[i].Before);
        }

        for (var i = gatewayChanges.Count - 1; i >= 0; i--)
        {
            Set(gatewayChanges[i].Gateway, gatewayChanges[i].Before);
        }

        Commit();
    }

    private static Open? Counted(Open? head, IncidentRef incident, int change)
    {
        if (head is not { } newest || newest.Incident.Id < incident.Id)
        {
            return change > 0 ? new Open(incident, change, head is { } older ? new Older(older) : null) : head;
        }

        if (newest.Incident.Id == incident.Id)
        {
            return newest.Alerts + change > 0 ? newest with { Alerts = newest.Alerts + change } : newest.Rest?.Value;
        }

        return newest with { Rest = Counted(newest.Rest?.Value, incident, change) is { } rest ? new Older(rest) : null };
    }

    private void FollowGateway(Alert alert, IncidentRef incident)
    {
        var was = dead.GetValueOrDefault(alert.Device);
        gatewayChanges.Add((alert.Device, was));
        var now = was ?? ImmutableSortedDictionary<long, IncidentRef>.Empty;
        Set(alert.Device, alert.IsActive ? now.SetItem(alert.FirstSequence, incident) : now.Remove(alert.FirstSequence));
    }

    private void Set(IncidentPlace place, Open? value)
    {
        if (value is { } found)
        {
            open[place] = found;
        }
        else
        {
            open.Remove(place);
        }
    }

    private void Set(string gateway, ImmutableSortedDictionary<long, IncidentRef>? value)
    {
        if (value is { IsEmpty: false })
        {
            dead[gateway] = value;
        }
        else
        {
            dead.Remove(gateway);
        }
    }
}
