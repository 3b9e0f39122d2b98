namespace PingAnIoT.Ingest;

/// <summary>An external broker to take readings from, and how its topics map to gateway, kind and device.</summary>
public sealed class BridgeOptions
{
    /// <summary>Names the bridge in the log, and is the gateway under which messages are dead-lettered that map to none.</summary>
    public string Name { get; set; } = "bridge";

    public string Server { get; set; } = "localhost";

    public int Port { get; set; } = 1883;

    public bool Tls { get; set; }

    /// <summary>Names the session that the broker keeps for us while we are away. Must be the same at every start, and nobody else's.</summary>
    public string ClientId { get; set; } = "pinganiot-bridge";

    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Most messages received and not yet acknowledged, all gateways together (MQTT 5 Receive Maximum).</summary>
    public ushort InFlightMessages { get; set; } = 1_000;

    /// <summary>Most gateways the topics may map to; a message of one more is dead-lettered.</summary>
    public int MaximumGateways { get; set; } = 1_000;

    /// <summary>How long the broker keeps our session while we are away.</summary>
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromDays(7);

    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the first attempt to connect again; doubled at each further one.</summary>
    public TimeSpan ReconnectAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two attempts.</summary>
    public TimeSpan ReconnectAtMost { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Tried in order; the first whose pattern fits a topic counts.</summary>
    public IList<BridgeRoute> Routes { get; } = [];

    /// <summary>Everything that is wrong, a sentence each; empty when the bridge can work.</summary>
    public IReadOnlyList<string> Check()
    {
        var errors = new List<string>();
        if (Server.Length == 0 || Port is < 1 or > 65_535)
        {
            errors.Add("needs a Server and a Port from 1 to 65535.");
        }

        if (ClientId.Length == 0)
        {
            errors.Add("needs a ClientId that is the same at every start.");
        }

        if (InFlightMessages == 0 || MaximumGateways < 1)
        {
            errors.Add("InFlightMessages and MaximumGateways are at least 1.");
        }

        if (Routes.Count == 0)
        {
            errors.Add("needs at least one entry in Routes.");
        }

        foreach (var route in Routes)
        {
            if (BridgeTopicMap.Check(route) is { } error)
            {
                errors.Add(error);
            }
        }

        return errors;
    }
}

/// <summary>
/// One mapping. <see cref="Topic"/> is a pattern like <c>site/{gateway}/{kind}/{device}/up</c>: each name in braces takes one level,
/// <c>+</c> passes over one. What the topic does not say is fixed here. Kind and device are both given, or neither: then the payload is a pack.
/// </summary>
public sealed class BridgeRoute
{
    public string Topic { get; set; } = "";

    public string? Gateway { get; set; }

    public string? Kind { get; set; }

    public string? Device { get; set; }
}
