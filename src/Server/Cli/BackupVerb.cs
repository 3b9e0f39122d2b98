using System.CommandLine;
using System.Data.Common;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>backup</c>: the ledger as it is now, as one file that can be verified and restored into either database. May run beside the server.</summary>
internal static class BackupVerb
{
    public static Command Create(Terminal terminal)
    {
        var where = new LedgerArguments();
        var to = new Option<string>("--to") { Description = "The file to make; must not be there.", Required = true };
        var command = new Command("backup", "Write the whole ledger to one file, check it, and print its newest entry and hash.") { to };
        where.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (ledger, errors) = where.Read(parsed);
            if (ledger is null)
            {
                return await terminal.WrongUsageAsync(errors);
            }

            try
            {
                return await terminal.ReportAsync("backed up", LedgerBackup.Take(ledger, parsed.GetValue(to)!, terminal.Time));
            }
            catch (Exception e) when (e is LedgerException or IOException or UnauthorizedAccessException or DbException)
            {
                await terminal.Error.WriteLineAsync($"The ledger in {LedgerArguments.Name(ledger)} is not backed up: {e.Message}");
                return ExitCode.No;
            }
        });
        return command;
    }

    /// <summary>What was found, then one line that tells this ledger from any other.</summary>
    public static async Task<int> ReportAsync(this Terminal terminal, string done, BackupReport report)
    {
        foreach (var finding in report.Findings)
        {
            await terminal.Out.WriteLineAsync(finding);
        }

        await terminal.Out.WriteLineAsync(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{(report.IsAsWritten ? "" : "NOT SOUND: ")}{done}: {report.Entries} entries{(report.HeadHash.Length == 0 ? "" : ", hash " + report.HeadHash)}"));
        return report.IsAsWritten ? ExitCode.Done : ExitCode.No;
    }

    public static async Task<int> WrongUsageAsync(this Terminal terminal, IReadOnlyList<string> errors)
    {
        foreach (var error in errors)
        {
            await terminal.Error.WriteLineAsync(error);
        }

        return ExitCode.Usage;
    }
}
