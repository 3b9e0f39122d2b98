using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>Every log line of territories and duty, with its number for life.</summary>
internal static partial class DutyLog
{
    [LoggerMessage(3401, LogLevel.Information, "Territories in force: {Count} from {Path}")]
    public static partial void TerritoriesInForce(ILogger logger, string path, int count);

    [LoggerMessage(3402, LogLevel.Error, "The territory file {Path} is refused, the old one stays live: {Errors}")]
    public static partial void TerritoriesRefused(ILogger logger, string path, string errors);
}
