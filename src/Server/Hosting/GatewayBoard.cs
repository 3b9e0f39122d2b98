using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>What is known of a gateway's presence.</summary>
/// <param name="Online">What was said last.</param>
/// <param name="Time">When.</param>
internal sealed record GatewayPresence(bool Online, DateTimeOffset Time);

/// <summary>
/// Notes which gateways come and go, on the way from the edge to the intake and by what they say of themselves, so that officers can ask. Bounded by the credentials: only a gateway
/// that has logged in is ever reported.
/// </summary>
/// <remarks>Threading: from any thread.</remarks>
internal sealed class GatewayBoard : IIntake
{
    private readonly Lock gate = new();
    private readonly Intake intake;
    private readonly TimeProvider time;
    private readonly SortedDictionary<string, GatewayPresence> gateways = new(StringComparer.Ordinal);

    public GatewayBoard(Intake intake, TimeProvider time)
    {
        this.intake = intake;
        this.time = time;
        intake.GatewayHeard = Note;
    }

    public bool IsAccepting => intake.IsAccepting;

    public TimeSpan GatewayReturn => intake.GatewayReturn;

    public IntakeLane OpenLane(IMessageSource source) => intake.OpenLane(source);

    public void ReportGateway(string gateway, bool online)
    {
        Note(gateway, online);
        intake.ReportGateway(gateway, online);
    }

    public IReadOnlyDictionary<string, GatewayPresence> Read()
    {
        lock (gate)
        {
            return new Dictionary<string, GatewayPresence>(gateways, StringComparer.Ordinal);
        }
    }

    private void Note(string gateway, bool online)
    {
        lock (gate)
        {
            gateways[gateway] = new GatewayPresence(online, time.GetUtcNow());
        }
    }
}
