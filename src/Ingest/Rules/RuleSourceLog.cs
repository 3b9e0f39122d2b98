using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What the rule source says. Ids 2500 to 2599.</summary>
internal static partial class RuleSourceLog
{
    [LoggerMessage(2501, LogLevel.Information, "Rules in force from {Path}: {Rules} rules")]
    public static partial void InForce(ILogger logger, string path, int rules);

    [LoggerMessage(2502, LogLevel.Error, "Rules at {Path} refused, the {Rules} rules before stay in force: {Errors} errors, the first {First}")]
    public static partial void Refused(ILogger logger, string path, int rules, int errors, RuleFileError first);

    [LoggerMessage(2503, LogLevel.Information, "No change notices for {Path}, looking every second only")]
    public static partial void NoNotices(ILogger logger, string path, Exception exception);

    [LoggerMessage(2504, LogLevel.Critical, "A subscriber to rule changes failed; the rules from {Path} may not be in force everywhere")]
    public static partial void SubscriberFailed(ILogger logger, string path, Exception exception);
}
