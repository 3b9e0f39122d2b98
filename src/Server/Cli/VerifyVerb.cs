using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>verify</c>: is the ledger what was written, whole and in order. May run beside the server.</summary>
internal static class VerifyVerb
{
    public static Command Create(Terminal terminal)
    {
        var data = DataOption.Create();
        var command = new Command("verify", "Check the ledger's hash chain, its tail and its book; 1 when anything is changed, missing or out of place.") { data };
        command.SetAction(async (parsed, ct) =>
        {
            var report = LedgerVerifier.Verify(DataOption.Ledger(parsed.GetValue(data)!));
            foreach (var finding in report.Findings)
            {
                await terminal.Out.WriteLineAsync(finding.AsMemory(), ct);
            }

            await terminal.Out.WriteLineAsync(report.IsSound
                ? $"sound: {report.Entries} entries, the chain is whole"
                : $"NOT SOUND: {report.Entries} entries, first bad {report.FirstBadSequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}");
            return report.IsSound ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}

/// <summary>The <c>--data</c> of the verbs that read a data folder without a server.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "The server's data folder; or PingAn__Data.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PingAn__Data") ?? new ServerOptions().Data,
    };

    public static string Ledger(string data) => Path.Combine(data, "ledger");
}
