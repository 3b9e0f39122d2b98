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

    [LoggerMessage(1009, LogLevel.Information, "Starting: {Stage} done after {Elapsed}, {Total} from the beginning")]
    public static partial void Starting(ILogger logger, string stage, TimeSpan elapsed, TimeSpan total);

    [LoggerMessage(1010, LogLevel.Information, "{Devices} devices read from {Source} in {Elapsed}")]
    public static partial void RegisterRead(ILogger logger, int devices, string source, TimeSpan elapsed);

    [LoggerMessage(1011, LogLevel.Information, "{Image} was made of another register or by another build; the register file is read")]
    public static partial void RegisterImageOld(ILogger logger, string image);

    [LoggerMessage(1012, LogLevel.Warning, "{Image} is damaged; the register file is read")]
    public static partial void RegisterImageDamaged(ILogger logger, Exception exception, string image);

    [LoggerMessage(1013, LogLevel.Warning, "{Image} cannot be written; the next start reads the register file again")]
    public static partial void RegisterImageNotWritten(ILogger logger, Exception exception, string image);

    [LoggerMessage(1008, LogLevel.Critical, "Open rule {Rule} is quarantined: {Why}. It judges nothing until the next start")]
    public static partial void OpenRuleQuarantined(ILogger logger, Exception? exception, string rule, string why);

    [LoggerMessage(1014, LogLevel.Information, "The officers' issuer {Authority} has the keys {Keys}")]
    public static partial void IssuerKeysTaken(ILogger logger, string authority, string keys);

    [LoggerMessage(1015, LogLevel.Error, "The officers' issuer {Authority} {Why}; {Meanwhile}")]
    public static partial void IssuerNotAsked(ILogger logger, string authority, string why, string meanwhile);

    [LoggerMessage(1016, LogLevel.Information, "The key set {File} has the keys {Keys}")]
    public static partial void KeySetTaken(ILogger logger, string file, string keys);

    [LoggerMessage(1017, LogLevel.Error, "The key set {File} is refused, its old keys stay good: {Why}")]
    public static partial void KeySetRefused(ILogger logger, string file, string why);

    [LoggerMessage(1018, LogLevel.Information, "Of {Asked} connections there is room for {Connections} of gateways and as many of officers, as this process may open no more files; for more raise the hard limit (LimitNOFILE=, ulimit -Hn)")]
    public static partial void FewOpenFiles(this ILogger logger, int asked, int connections);

    [LoggerMessage(1007, LogLevel.Warning, "{File} has set-points for territories or owner units of which no device is: {Codes}")]
    public static partial void UnusedSetPoints(ILogger logger, string file, string codes);
}
