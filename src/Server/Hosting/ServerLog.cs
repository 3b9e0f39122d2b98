using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The composition root's log lines; ids 1000 to 1099.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Count} rules are in force, from {File}")]
    public static partial void RulesChanged(ILogger logger, string file, int count);

    [LoggerMessage(1001, LogLevel.Error, "The rules were refused and those before them stay in force: {Error}")]
    public static partial void RuleRefused(ILogger logger, RuleFileError error);

    [LoggerMessage(1002, LogLevel.Error, "The rules in {File} cannot be read or brought into force; those before them stay")]
    public static partial void RulesUnreadable(ILogger logger, Exception exception, string file);

    [LoggerMessage(1003, LogLevel.Information, "Stopping: {Stage}")]
    public static partial void Stopping(ILogger logger, string stage);

    [LoggerMessage(1004, LogLevel.Warning, "Stopping: {Stage} did not end in time and was left")]
    public static partial void StoppingLate(ILogger logger, string stage);

    [LoggerMessage(1005, LogLevel.Information, "{Devices} devices are registered, {Rules} rules are in force, the ledger ends at {Sequence}")]
    public static partial void Started(ILogger logger, int devices, int rules, long sequence);
}
