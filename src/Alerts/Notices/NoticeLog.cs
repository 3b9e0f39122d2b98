using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>Log lines of notices; ids 3200 to 3299. Never an address, a phone number or a secret.</summary>
internal static partial class NoticeLog
{
    [LoggerMessage(3201, LogLevel.Error, "The outbox of notices could not be worked on; nothing is lost, the next look tries again")]
    public static partial void LookFailed(ILogger logger, Exception exception);

    [LoggerMessage(3202, LogLevel.Warning, "Notice {Key} did not go out over {Channel} (attempt {Attempt}): {Reason}")]
    public static partial void Failed(ILogger logger, string key, string channel, int attempt, string reason);

    [LoggerMessage(3203, LogLevel.Error, "{File} is refused, the notices go on as before: {Errors}")]
    public static partial void Refused(ILogger logger, string file, string errors);

    [LoggerMessage(3204, LogLevel.Information, "{File} is in force: {Channels} channels, {Contacts} contacts")]
    public static partial void InForce(ILogger logger, string file, int channels, int contacts);

    [LoggerMessage(3205, LogLevel.Error, "Channel {Channel} takes nothing ({Failures} failures in a row): its circuit is open")]
    public static partial void CircuitOpened(ILogger logger, string channel, int failures);

    [LoggerMessage(3206, LogLevel.Information, "Channel {Channel} takes notices again")]
    public static partial void CircuitClosed(ILogger logger, string channel);

    [LoggerMessage(3207, LogLevel.Critical, "Notice {Key} could be delivered over no channel, not even the fallback: it lies among the dead letters")]
    public static partial void Lost(ILogger logger, string key);

    [LoggerMessage(3208, LogLevel.Critical, "The canary has not come through for {Seconds} s: what is to be told may not be")]
    public static partial void CanaryLate(ILogger logger, long seconds);

    [LoggerMessage(3209, LogLevel.Information, "The canary comes through again")]
    public static partial void CanaryBack(ILogger logger);

    [LoggerMessage(3210, LogLevel.Critical, "That the canary is late could not be told over the fallback channel: {Reason}")]
    public static partial void CanaryUntold(ILogger logger, string reason);
}
