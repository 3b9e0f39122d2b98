using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Incidents from the entries alone, in the plainest way: lists that are searched, and no code of the book's.</summary>
public sealed class IncidentOracle(TimeSpan within)
{
    private readonly List<Known> alerts = [];

    /// <summary>An alert as far as incidents go.</summary>
    public sealed class Known
    {
        public required string Id { get; init; }

        public required TransitionFacts Raise { get; init; }

        public required long Incident { get; init; }

        public required long Opened { get; init; }

        public required string Cause { get; init; }

        public bool IsOpen { get; set; } = true;

        public bool IsActive { get; set; } = true;

        public Severity Colour { get; set; }

        public Severity Peak { get; set; }
    }

    public IReadOnlyList<Known> Alerts => alerts;

    public void Take(LedgerEntry entry)
    {
        var facts = entry.Body.Transition;
        var alert = alerts.Find(a => a.Id == entry.AlertId);
        switch (entry.Kind)
        {
            case EntryKind.Raised when alert is null:
                alerts.Add(Raise(entry, facts!));
                break;
            case EntryKind.Recurred or EntryKind.ColourChanged or EntryKind.Raised:
                (alert!.IsActive, alert.Colour) = (true, facts!.To);
                alert.Peak = Order(facts.To) > Order(alert.Peak) ? facts.To : alert.Peak;
                alert.IsOpen |= facts.Reopens;
                break;
            case EntryKind.ReturnedToNormal when alert is not null:
                (alert.IsActive, alert.Colour) = (false, Severity.Normal);
                break;
            case EntryKind.Closed:
                alert!.IsOpen = false;
                break;
        }
    }

    /// <summary>One line for each open incident: id, cause, colours, number of each colour.</summary>
    public IEnumerable<string> Lines() => alerts.Where(a => a.IsOpen).GroupBy(a => a.Incident).OrderByDescending(g => g.Key).Select(g =>
        $"{g.Key} {g.First().Cause} {Worst(g.Select(a => a.Colour))}/{Worst(g.Select(a => a.Peak))} "
        + string.Join(' ', g.GroupBy(a => a.Colour).OrderByDescending(c => Order(c.Key)).Select(c => $"{c.Key}={c.Count()}")));

    public static string Line(Incident incident) =>
        $"{incident.Id} {incident.Cause} {incident.Colour}/{incident.Peak} " + string.Join(' ', incident.Counts.Select(c => $"{c.Colour}={c.Alerts}"));

    private Known Raise(LedgerEntry entry, TransitionFacts facts)
    {
        var isGateway = facts.Kind == "gateway";
        var dead = alerts.Where(a => a.Raise.Kind == "gateway" && a.IsActive).ToList();
        var isCutOff = facts.To == Severity.Fault && !isGateway && (facts.OtherGateways ?? []).All(g => dead.Exists(a => a.Raise.Device == g));
        var parent = isCutOff ? dead.Find(a => a.Raise.Device == facts.Gateway) : null;
        var cause = parent is not null || isGateway ? "Gateway" : facts.To == Severity.Fault ? "Fault" : "Hazard";
        var mates = alerts.Where(a => a.IsOpen && a.Cause == cause && PlaceOf(a.Cause, a.Raise) == PlaceOf(cause, facts)).ToList();
        var joins = parent ?? mates.OrderBy(a => a.Incident).LastOrDefault();
        if (parent is null && joins is not null && entry.TimeMicros - joins.Opened > within.TotalMicroseconds)
        {
            joins = null;
        }

        return new Known
        {
            Id = entry.AlertId, Raise = facts, Incident = joins?.Incident ?? entry.Sequence, Opened = joins?.Opened ?? entry.TimeMicros, Cause = cause,
            Colour = facts.To, Peak = facts.To,
        };
    }

    private static string PlaceOf(string cause, TransitionFacts facts) =>
        cause == "Gateway" ? (facts.Kind == "gateway" ? facts.Device : facts.Gateway)
        : facts.OwnerUnit + facts.Territory is { Length: > 0 } ? facts.Territory + "|" + facts.OwnerUnit
        : facts.Device;

    private static Severity Worst(IEnumerable<Severity> colours) => colours.OrderByDescending(Order).First();

    private static int Order(Severity colour) => Array.IndexOf([Severity.Normal, Severity.Fault, Severity.Green, Severity.Yellow, Severity.Red], colour);
}
