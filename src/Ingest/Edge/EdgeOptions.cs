using System.Net;

namespace PingAnIoT.Ingest;

/// <summary>What the MQTT edge listens on, whom it lets in, and the bound of everything that outsiders could make grow.</summary>
public sealed class EdgeOptions
{
    /// <summary>Plain TCP, <c>address:port</c>; port 0 picks a free one. Empty for none. Loopback only.</summary>
    public string Tcp { get; set; } = "127.0.0.1:1883";

    /// <summary>TLS, <c>address:port</c>. Empty for none.</summary>
    public string Tls { get; set; } = "";

    /// <summary>PEM certificate (chain) of the server; read anew when the file changes.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>PEM key of the server; read anew when the file changes.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>PEM certificates of those who may issue gateways' certificates. Empty: none is asked for.</summary>
    public string ClientAuthoritiesFile { get; set; } = "";

    /// <summary>SHA-256 thumbprint (hex) of a client certificate to gateway name, where the common name is not it.</summary>
    public Dictionary<string, string> CertificateGateways { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>One line a gateway: <c>name:pbkdf2-sha256$600000$salt$hash</c>. Empty with no client authorities: open mode, loopback only.</summary>
    public string CredentialsFile { get; set; } = "";

    public int PacketLimitBeforeConnectBytes { get; set; } = 4 * 1024;

    public int PacketLimitBytes { get; set; } = 256 * 1024;

    /// <summary>From accepting the connection to having all of CONNECT.</summary>
    public int ConnectDeadlineSeconds { get; set; } = 5;

    /// <summary>Longest keep-alive; also that of clients who ask for none. Enforced at one and a half times.</summary>
    public int KeepAliveMaximumSeconds { get; set; } = 1200;

    /// <summary>QoS 1 messages a version 5 client may have unacknowledged.</summary>
    public int ReceiveMaximum { get; set; } = 4096;

    public int ConnectionsMaximum { get; set; } = 16_384;

    /// <summary>Connections of one address (of one /64 in IPv6).</summary>
    public int ConnectionsPerAddressMaximum { get; set; } = 1024;

    /// <summary>Connections of one address that have not yet logged in.</summary>
    public int ConnectionsPendingPerAddressMaximum { get; set; } = 512;

    /// <summary>Sessions of one gateway, connected or remembered.</summary>
    public int SessionsPerGatewayMaximum { get; set; } = 256;

    public int SessionExpiryMaximumSeconds { get; set; } = 86_400;

    /// <summary>Notices kept for one session until acknowledged; more are dropped.</summary>
    public int NoticesPerSessionMaximum { get; set; } = 64;

    /// <summary>Bytes waiting to be written to one client; one that lets more pile up is cut.</summary>
    public int OutputMaximumBytes { get; set; } = 256 * 1024;

    /// <summary>Passwords hashed at the same time.</summary>
    public int LoginConcurrency { get; set; } = 1;

    /// <summary>Logins waiting for that; more are told that the server is busy.</summary>
    public int LoginQueueMaximum { get; set; } = 1024;

    /// <summary>Rounds that a credential must have at least.</summary>
    internal int CredentialRoundsMinimum { get; set; } = 600_000;

    /// <summary>No credentials of any sort: whoever is on this machine may say which gateway it is.</summary>
    public bool IsOpen => CredentialsFile.Length == 0 && ClientAuthoritiesFile.Length == 0;

    /// <returns>What is wrong, in words for the operator; nothing when it may start.</returns>
    public IEnumerable<string> Validate()
    {
        foreach (var (name, text) in new[] { (nameof(Tcp), Tcp), (nameof(Tls), Tls) })
        {
            if (text.Length > 0 && !IPEndPoint.TryParse(text, out _))
            {
                yield return $"Edge:{name}: '{text}' is not ADDRESS:PORT.";
            }
        }

        if (IPEndPoint.TryParse(Tcp, out var tcp) && !IPAddress.IsLoopback(tcp.Address))
        {
            yield return "Edge:Tcp: refuses to listen beyond loopback without TLS; use Edge:Tls.";
        }

        if (Tls.Length > 0 && (CertificateFile.Length == 0 || KeyFile.Length == 0))
        {
            yield return "Edge:Tls: needs Edge:CertificateFile and Edge:KeyFile.";
        }

        if (IPEndPoint.TryParse(Tls, out var tls) && !IPAddress.IsLoopback(tls.Address) && IsOpen)
        {
            yield return "Edge:Tls: refuses to listen beyond loopback without Edge:CredentialsFile or Edge:ClientAuthoritiesFile.";
        }

        foreach (var file in new[] { CertificateFile, KeyFile, ClientAuthoritiesFile, CredentialsFile })
        {
            if (file.Length > 0 && !File.Exists(file))
            {
                yield return $"Edge: there is no file '{file}'.";
            }
        }

        foreach (var (name, value, least, most) in Numbers())
        {
            if (value < least || value > most)
            {
                yield return $"Edge:{name}: {value} is not within {least} to {most}.";
            }
        }
    }

    private (string Name, int Value, int Least, int Most)[] Numbers() =>
    [
        (nameof(PacketLimitBeforeConnectBytes), PacketLimitBeforeConnectBytes, 256, 64 * 1024),
        (nameof(PacketLimitBytes), PacketLimitBytes, 1024, 256 * 1024),
        (nameof(ConnectDeadlineSeconds), ConnectDeadlineSeconds, 1, 60),
        (nameof(KeepAliveMaximumSeconds), KeepAliveMaximumSeconds, 1, ushort.MaxValue),
        (nameof(ReceiveMaximum), ReceiveMaximum, 1, ushort.MaxValue),
        (nameof(ConnectionsMaximum), ConnectionsMaximum, 1, 1_000_000),
        (nameof(ConnectionsPerAddressMaximum), ConnectionsPerAddressMaximum, 1, 1_000_000),
        (nameof(ConnectionsPendingPerAddressMaximum), ConnectionsPendingPerAddressMaximum, 1, 1_000_000),
        (nameof(SessionsPerGatewayMaximum), SessionsPerGatewayMaximum, 1, 100_000),
        (nameof(SessionExpiryMaximumSeconds), SessionExpiryMaximumSeconds, 0, int.MaxValue),
        (nameof(NoticesPerSessionMaximum), NoticesPerSessionMaximum, 1, 10_000),
        (nameof(OutputMaximumBytes), OutputMaximumBytes, 16 * 1024, 16 * 1024 * 1024),
        (nameof(LoginConcurrency), LoginConcurrency, 1, 64),
        (nameof(LoginQueueMaximum), LoginQueueMaximum, 1, 1_000_000),
    ];
}
