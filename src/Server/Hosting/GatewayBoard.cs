using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>What is known of a gateway's presence.</summary>
/// <param name="Online">What was said last.</param>
/// <param name="Time">When.</param>
internal sealed record GatewayPresence(bool Online, DateTimeOffset Time);

/// <summary>
/// Notes on the way from the edge to the intake which gateways come and go, so that officers can ask. Bounded by the credentials: only a gateway
/// that has logged in is ever reported.
/// </summary>
/// <remarks>Threading: from any thread.</remarks>
internal sealed class GatewayBoard(IIntake intake, TimeProvider time) : IIntake
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, GatewayPresence> gateways = new(StringComparer.Ordinal);

    public bool IsAccepting => intake.IsAccepting;

    public IntakeLane OpenLane(IMessageSource source) => intake.OpenLane(source);

    public void ReportGateway(string gateway, bool online)
    {
        lock (gate)
        {
            gateways[gateway] = new GatewayPresence(online, time.GetUtcNow());
        }

        intake.ReportGateway(gateway, online);
    }

    public IReadOnlyDictionary<string, GatewayPresence> Read()
    {
        lock (gate)
        {
            return new Dictionary<string, GatewayPresence>(gateways, StringComparer.Ordinal);
        }
    }
}
