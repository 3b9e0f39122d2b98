using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>Log lines of the bridge, ids 2200 to 2299.</summary>
internal static partial class BridgeLog
{
    [LoggerMessage(2200, LogLevel.Information, "Bridge {Bridge}: connected to {Server}:{Port}, session {Session}")]
    public static partial void Connected(ILogger logger, string bridge, string server, int port, string session);

    [LoggerMessage(2201, LogLevel.Warning, "Bridge {Bridge}: connection to {Server}:{Port} lost: {Reason}")]
    public static partial void Lost(ILogger logger, string bridge, string server, int port, string reason);

    [LoggerMessage(2202, LogLevel.Warning, "Bridge {Bridge}: no connection to {Server}:{Port}, next attempt in {Seconds} s: {Reason}")]
    public static partial void NotConnected(ILogger logger, string bridge, string server, int port, double seconds, string reason);

    [LoggerMessage(2203, LogLevel.Error, "Bridge {Bridge}: gateway {Gateway} ended by an error of ours")]
    public static partial void GatewayFailed(ILogger logger, Exception exception, string bridge, string gateway);
}
