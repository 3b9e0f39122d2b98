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
internal sealed class GatewayBoard(IngestPipeline pipeline) : IIntake
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, GatewayPresence> gateways = new(StringComparer.Ordinal);

    public bool IsAccepting => pipeline.Intake.IsAccepting;

    public TimeSpan GatewayReturn => pipeline.Intake.GatewayReturn;

    /// <summary>Notes what gateways say of themselves, from when the pipeline has started; nothing else here may be asked before.</summary>
    public void Follow() => pipeline.Intake.GatewayHeard = Note;

    public IntakeLane OpenLane(IMessageSource source) => pipeline.Intake.OpenLane(source);

    public void ReportGateway(string gateway, bool online)
    {
        pipeline.Intake.ReportGateway(gateway, online);
        Note(gateway, online, pipeline.Intake.NowMicros());
    }

    public IReadOnlyDictionary<string, GatewayPresence> Read()
    {
        lock (gate)
        {
            return new Dictionary<string, GatewayPresence>(gateways, StringComparer.Ordinal);
        }
    }

    /// <summary>What a gateway said of itself is heard when it is on disk: its connection may be long gone by then, and that counts.</summary>
    private void Note(string gateway, bool online, long receiveMicros)
    {
        var presence = new GatewayPresence(online, DateTimeOffset.UnixEpoch.AddMicroseconds(receiveMicros));
        lock (gate)
        {
            if (!gateways.TryGetValue(gateway, out var known) || known.Time <= presence.Time)
            {
                gateways[gateway] = presence;
            }
        }
    }
}
