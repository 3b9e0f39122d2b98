using System.Net;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>Log lines of the edge, ids 2000 to 2099. Names in them have been checked: nothing a stranger sent is written as it came.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(2000, LogLevel.Information, "Gateway {Gateway} connected from {Address} as {ClientId}, MQTT {Version}")]
    public static partial void Connected(ILogger logger, string gateway, IPAddress? address, string clientId, MqttVersion version);

    [LoggerMessage(2001, LogLevel.Information, "Gateway {Gateway} client {ClientId} left: {Reason}")]
    public static partial void Left(ILogger logger, string gateway, string clientId, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Audit: connection from {Address} refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger logger, IPAddress? address, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "Audit: gateway {Gateway} client {ClientId} cut: {Reason}")]
    public static partial void SessionCut(ILogger logger, string gateway, string clientId, string reason);

    [LoggerMessage(2012, LogLevel.Warning, "Audit: gateway {Gateway} client {ClientId} refused {Count} subscriptions")]
    public static partial void SubscriptionsRefused(ILogger logger, string gateway, string clientId, int count);

    [LoggerMessage(2013, LogLevel.Warning, "Audit: login from {Address} locked out for {Seconds} s after {Failures} failures")]
    public static partial void LockedOut(ILogger logger, IPAddress? address, double seconds, int failures);

    [LoggerMessage(2020, LogLevel.Information, "Credentials read: {Count} gateways")]
    public static partial void CredentialsRead(ILogger logger, int count);

    [LoggerMessage(2021, LogLevel.Error, "Credentials not read, the old ones stay: {Reason}")]
    public static partial void CredentialsBad(ILogger logger, string reason);

    [LoggerMessage(2022, LogLevel.Information, "Server certificate read")]
    public static partial void CertificateRead(ILogger logger);

    [LoggerMessage(2023, LogLevel.Error, "Server certificate not read, the old one stays: {Reason}")]
    public static partial void CertificateBad(ILogger logger, string reason);

    [LoggerMessage(2030, LogLevel.Error, "A session ended by an error of ours")]
    public static partial void SessionFailed(ILogger logger, Exception exception);
}
