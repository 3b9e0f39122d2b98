namespace PingAnIoT.Simulators;

/// <summary>The protocol level byte of CONNECT.</summary>
public enum WireVersion : byte
{
    Mqtt311 = 4,
    Mqtt5 = 5,
}

/// <summary>How one connection behaves.</summary>
public sealed record WireOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Null for none.</summary>
    public WireTls? Tls { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    public WireVersion Version { get; init; } = WireVersion.Mqtt311;

    public bool CleanSession { get; init; } = true;

    /// <summary>0 turns keep-alive off.</summary>
    public int KeepAliveSeconds { get; init; } = 60;

    /// <summary>Topic and payload of the will; null for none. Sent at QoS 1.</summary>
    public string? WillTopic { get; init; }

    public string WillPayload { get; init; } = "offline";

    /// <summary>Most messages sent and not yet acknowledged; 1 to 32,768. A version 5 server's Receive Maximum lowers it.</summary>
    public int WindowMessages { get; init; } = 1024;

    /// <summary>Most bytes of frames not yet acknowledged; a single larger frame goes alone.</summary>
    public int WindowBytes { get; init; } = 256 * 1024;

    /// <summary>First pause before connecting again; doubles up to 32 times this.</summary>
    public int ReconnectMilliseconds { get; init; } = 50;

    /// <summary>False: a lost connection stays lost.</summary>
    public bool Reconnect { get; init; } = true;
}
