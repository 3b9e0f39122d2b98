namespace PingAnIoT.Server;

/// <summary>The composition root's log lines; ids 1000 to 1099.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1003, LogLevel.Information, "Stopping: {Stage}")]
    public static partial void Stopping(ILogger logger, string stage);

    [LoggerMessage(1004, LogLevel.Warning, "Stopping: {Stage} did not end in time and was left")]
    public static partial void StoppingLate(ILogger logger, string stage);

    [LoggerMessage(1005, LogLevel.Information, "{Devices} devices are registered, {Rules} rules are in force, the ledger ends at {Sequence}")]
    public static partial void Started(ILogger logger, int devices, int rules, long sequence);

    [LoggerMessage(1006, LogLevel.Warning, "No gateway can log in yet: {File} is empty. Add one with `pinganiot gateways add NAME`")]
    public static partial void NoGateways(ILogger logger, string file);

    [LoggerMessage(1008, LogLevel.Critical, "Open rule {Rule} is quarantined: {Why}. It judges nothing until the next start")]
    public static partial void OpenRuleQuarantined(ILogger logger, Exception? exception, string rule, string why);

    [LoggerMessage(1007, LogLevel.Warning, "{File} has set-points for territories or owner units of which no device is: {Codes}")]
    public static partial void UnusedSetPoints(ILogger logger, string file, string codes);
}
