using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// The alerts of one place and cause that came together, as somebody sees them: made of those of its alerts that he may see, and of nothing else.
/// Open as long as one of them is. Immutable.
/// </summary>
public sealed record Incident
{
    /// <summary>The ledger entry that opened it.</summary>
    public required long Id { get; init; }

    public required IncidentCause Cause { get; init; }

    /// <summary>Server receive time of that entry, microseconds since 1970.</summary>
    public required long OpenedMicros { get; init; }

    /// <summary>The grid; "" for a gateway and where it is not known.</summary>
    public required string Territory { get; init; }

    /// <summary>The owner unit; "" where it is the grid itself.</summary>
    public required string Site { get; init; }

    /// <summary>Of <see cref="IncidentCause.Gateway"/>: which; else "".</summary>
    public required string Gateway { get; init; }

    public required bool IsOpen { get; init; }

    /// <summary>Worst colour now of its open alerts (of all, once it is closed).</summary>
    public required Severity Colour { get; init; }

    /// <summary>The worst that any of them has been.</summary>
    public required Severity Peak { get; init; }

    /// <summary>How many of them are of each colour now, worst first; those of which the condition has ended are <see cref="Severity.Normal"/>.</summary>
    public required IReadOnlyList<(Severity Colour, int Alerts)> Counts { get; init; }

    public required int Alerts { get; init; }

    /// <summary>The worst of them by what it has been, and of these the first: what the incident is called after. Of a gateway's, the gateway's own.</summary>
    public required Alert Lead { get; init; }

    /// <summary>Every incident that alerts name, newest first.</summary>
    /// <param name="alerts">In any order.</param>
    public static IReadOnlyList<Incident> Of(IEnumerable<Alert> alerts) =>
        [.. alerts.Where(a => a.Incident is not null).GroupBy(a => a.Incident!.Id).Select(g => Of(g.First().Incident!, [.. g])).OrderByDescending(i => i.Id)];

    private static Incident Of(IncidentRef incident, IReadOnlyList<Alert> alerts)
    {
        var isOpen = alerts.Any(a => a.IsOpen);
        var counted = isOpen ? [.. alerts.Where(a => a.IsOpen)] : alerts;
        var lead = counted.OrderByDescending(a => incident.Cause == IncidentCause.Gateway && IncidentPlace.IsGateway(a.Kind))
            .ThenByDescending(a => Colours.Rank(a.PeakColour)).ThenBy(a => a.FirstSequence).First();
        return Of(incident, lead, isOpen, [.. counted.GroupBy(a => a.Colour).Select(g => (g.Key, g.Count()))], counted.Select(a => a.PeakColour).Aggregate(Colours.Worse));
    }

    /// <param name="incident">Which.</param>
    /// <param name="lead">What it is called after.</param>
    /// <param name="isOpen">One of its alerts is.</param>
    /// <param name="colours">Of those that count, in any order.</param>
    /// <param name="peak">The worst that any of them has been.</param>
    internal static Incident Of(IncidentRef incident, Alert lead, bool isOpen, List<(Severity Colour, int Alerts)> colours, Severity peak)
    {
        var place = IncidentPlace.Of(lead, incident.Cause);
        colours.Sort((a, b) => Colours.Rank(b.Colour).CompareTo(Colours.Rank(a.Colour)));
        return new Incident
        {
            Id = incident.Id, Cause = incident.Cause, OpenedMicros = incident.OpenedMicros, Territory = place.Territory,
            Site = incident.Cause == IncidentCause.Gateway ? "" : lead.OwnerUnit, Gateway = incident.Cause == IncidentCause.Gateway ? place.Name : "",
            IsOpen = isOpen, Colour = colours[0].Colour, Peak = peak, Counts = colours, Alerts = colours.Sum(c => c.Alerts), Lead = lead,
        };
    }
}
