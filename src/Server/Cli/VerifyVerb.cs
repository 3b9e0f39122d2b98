using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>verify</c>: is the ledger what was written, whole and in order. May run beside the server.</summary>
internal static class VerifyVerb
{
    public static Command Create(Terminal terminal)
    {
        var where = new LedgerArguments();
        var command = new Command("verify", "Check the ledger's hash chain, its tail and its book; 1 when anything is changed, missing or out of place.");
        where.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (ledger, errors) = where.Read(parsed);
            if (ledger is null)
            {
                return await terminal.WrongUsageAsync(errors);
            }

            var report = LedgerVerifier.Verify(ledger);
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
