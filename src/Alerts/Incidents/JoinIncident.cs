using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Decides, at its raise, to which incident an alert belongs. Whoever has a place and a cause in common within the policy's time is together.</summary>
internal static class JoinIncident
{
    /// <param name="transaction">In the making; its next entry is the raise.</param>
    /// <param name="facts">Of the raise.</param>
    /// <param name="atMicros">Server receive time of the raise.</param>
    /// <returns>The raise with its incident, and what it is behind.</returns>
    public static TransitionFacts Of(LedgerTransaction transaction, TransitionFacts facts, long atMicros)
    {
        var index = transaction.Incidents;
        var isGateway = IncidentPlace.IsGateway(facts.Kind);
        if (BehindOf(transaction, facts) is { } behind)
        {
            return facts with { Incident = index.OfDeadGateway(facts.Gateway)!.Incident, Behind = behind };
        }

        var cause = isGateway ? IncidentCause.Gateway
            : facts.Kind == CheckAlarm.Kind ? IncidentCause.Server
            : facts.To == Severity.Fault ? IncidentCause.Fault
            : IncidentCause.Hazard;
        var place = IncidentPlace.Of(cause, isGateway ? facts.Device : facts.Gateway, facts.Territory, facts.OwnerUnit, facts.Device);
        var incident = index.Find(place, atMicros, transaction.Policy.IncidentWithin.Ticks / TimeSpan.TicksPerMicrosecond)
            ?? new IncidentRef(transaction.HeadSequence + 1, cause, atMicros);
        return facts with { Incident = incident };
    }

    /// <summary>What a silence is behind, as in <see cref="Alert.Behind"/>; null for nothing, and for what was measured.</summary>
    public static string? BehindOf(LedgerTransaction transaction, TransitionFacts facts) =>
        facts.To == Severity.Fault && !IncidentPlace.IsGateway(facts.Kind) && transaction.Incidents.OfDeadGateway(facts.Gateway) is { Incident: not null }
            ? transaction.Incidents.BehindOf([facts.Gateway, .. facts.OtherGateways ?? []])
            : null;
}
