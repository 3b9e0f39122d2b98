using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Counts the open alerts of one incident without unpacking them. Threading: one owner.</summary>
internal sealed class IncidentTally(IncidentRef incident)
{
    private readonly List<(Severity Colour, int Alerts)> colours = [];
    private Severity peak;
    private PackedAlert? lead;

    public long Id => incident.Id;

    /// <param name="alert">Open, and of the incident.</param>
    /// <param name="colour">Its own now.</param>
    public void Add(PackedAlert alert, Severity colour)
    {
        var at = colours.FindIndex(c => c.Colour == colour);
        if (at < 0)
        {
            colours.Add((colour, 1));
        }
        else
        {
            colours[at] = (colour, colours[at].Alerts + 1);
        }

        peak = lead is null ? alert.PeakColour : Colours.Worse(peak, alert.PeakColour);
        if (lead is null || OrderOf(alert).CompareTo(OrderOf(lead)) > 0)
        {
            lead = alert;
        }
    }

    /// <summary>Of those so far, at least one.</summary>
    public Incident Read() => Incident.Of(incident, lead!.Unpack(), isOpen: true, colours, peak);

    /// <summary>Of a gateway's incident the gateway's own, then the worst, then the first.</summary>
    private (bool, int, long) OrderOf(PackedAlert alert) =>
        (incident.Cause == IncidentCause.Gateway && IncidentPlace.IsGateway(alert.Kind), Colours.Rank(alert.PeakColour), -alert.FirstSequence);
}
