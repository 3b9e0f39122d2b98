using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>The oldest active alert of a gateway.</summary>
internal sealed record DeadGateway(string AlertId, IncidentRef? Incident);

/// <summary>
/// To which incident a new alert belongs: of each place its incidents that have an open alert, newest first, and of each gateway that is dead its
/// incident. A fold of the live alerts alone, in whatever order they come, so that it is the same after a restart.
/// Threading: owned by the writer.
/// </summary>
internal sealed class IncidentIndex
{
    private readonly Dictionary<IncidentPlace, Open> open = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<long, DeadGateway>> dead = new(StringComparer.Ordinal);
    private readonly List<(IncidentPlace Place, Open? Before)> placeChanges = [];
    private readonly List<(string Gateway, ImmutableSortedDictionary<long, DeadGateway>? Before)> gatewayChanges = [];
    private ImmutableSortedDictionary<string, ImmutableSortedDictionary<long, string>> behindCommitted = NobodyBehind;

    private static ImmutableSortedDictionary<string, ImmutableSortedDictionary<long, string>> NobodyBehind { get; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<long, string>>(StringComparer.Ordinal);

    /// <summary>An incident with so many open alerts, and the older ones of its place: there hardly ever are any.</summary>
    private readonly record struct Open(IncidentRef Incident, int Alerts, Older? Rest);

    private sealed record Older(Open Value);

    /// <summary>The incident that a new alert of that place joins; null when it opens one.</summary>
    /// <param name="place">Where.</param>
    /// <param name="atMicros">When it is raised; server receive time.</param>
    /// <param name="withinMicros">So long after its opening an incident takes in alerts.</param>
    public IncidentRef? Find(IncidentPlace place, long atMicros, long withinMicros) =>
        open.TryGetValue(place, out var found) && atMicros - found.Incident.OpenedMicros <= withinMicros ? found.Incident : null;

    /// <summary>Of each alert that others are behind those others, by the order of their raise. What is behind several is with each of them.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<long, string>> Behind { get; private set; } = NobodyBehind;

    /// <summary>What is open of a gateway that is dead; null for one that is not.</summary>
    public DeadGateway? OfDeadGateway(string gateway) => dead.TryGetValue(gateway, out var found) ? found.First().Value : null;

    /// <summary>What is behind all of these gateways, as in <see cref="Alert.Behind"/>; null where one of them is alive: what is silent then is silent itself.</summary>
    public string? BehindOf(IEnumerable<string> gateways)
    {
        var parents = gateways.Distinct(StringComparer.Ordinal).Select(OfDeadGateway).ToList();
        return parents.Count == 0 || parents.Contains(null) ? null : string.Join(' ', parents.Select(p => p!.AlertId));
    }

    /// <summary>An alert is different now.</summary>
    /// <param name="before">Null for a new one.</param>
    /// <param name="after">As it is.</param>
    public void Apply(Alert? before, Alert after)
    {
        if (IncidentPlace.IsGateway(after.Kind) && after.IsActive != (before is { IsActive: true }))
        {
            FollowGateway(after);
        }

        var (was, isNow) = (before is { IsLive: true } ? before : null, after.IsLive ? after : null);
        if (was?.Behind != isNow?.Behind)
        {
            FollowBehind(after, was?.Parents ?? [], isNow?.Parents ?? []);
        }

        if (after.Incident is not { } incident)
        {
            return;
        }

        var change = (after.IsOpen ? 1 : 0) - (before is { IsOpen: true } ? 1 : 0);
        if (change == 0)
        {
            return;
        }

        var place = IncidentPlace.Of(after, incident.Cause);
        Open? head = open.TryGetValue(place, out var found) ? found : null;
        placeChanges.Add((place, head));
        Set(place, Counted(head, incident, change));
    }

    /// <summary>Takes in and commits one that there was before: as <see cref="Apply"/>, and those that only count are not unpacked for it.</summary>
    public void Load(PackedAlert alert)
    {
        if (alert.Rest?.Behind is null && !IncidentPlace.IsGateway(alert.Kind) && alert.Incident is { Id: not 0, Cause: not IncidentCause.Gateway } incident
            && (alert.Territory.Length > 0 || alert.OwnerUnit.Length > 0))
        {
            if (alert.IsOpen)
            {
                var place = IncidentPlace.Of(incident.Cause, "", alert.Territory, alert.OwnerUnit, "");
                Set(place, Counted(open.TryGetValue(place, out var head) ? head : null, new IncidentRef(incident.Id, incident.Cause, incident.OpenedMicros), 1));
            }

            return;
        }

        Apply(null, alert.Unpack());
        Commit();
    }

    public void Clear()
    {
        open.Clear();
        dead.Clear();
        Behind = NobodyBehind;
        Commit();
    }

    public void Commit()
    {
        placeChanges.Clear();
        gatewayChanges.Clear();
        behindCommitted = Behind;
    }

    public void Rollback()
    {
        Behind = behindCommitted;
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

    private void FollowGateway(Alert alert)
    {
        var was = dead.GetValueOrDefault(alert.Device);
        gatewayChanges.Add((alert.Device, was));
        var now = was ?? ImmutableSortedDictionary<long, DeadGateway>.Empty;
        Set(alert.Device, alert.IsActive ? now.SetItem(alert.FirstSequence, new DeadGateway(alert.Id, alert.Incident)) : now.Remove(alert.FirstSequence));
    }

    private void FollowBehind(Alert alert, IReadOnlyList<string> was, IReadOnlyList<string> now)
    {
        foreach (var parent in was)
        {
            if (Behind.TryGetValue(parent, out var those))
            {
                those = those.Remove(alert.FirstSequence);
                Behind = those.IsEmpty ? Behind.Remove(parent) : Behind.SetItem(parent, those);
            }
        }

        foreach (var parent in now)
        {
            Behind = Behind.SetItem(parent, Behind.GetValueOrDefault(parent, ImmutableSortedDictionary<long, string>.Empty).SetItem(alert.FirstSequence, alert.Id));
        }
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

    private void Set(string gateway, ImmutableSortedDictionary<long, DeadGateway>? value)
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
