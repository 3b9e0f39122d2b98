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
}
