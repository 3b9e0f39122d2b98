using System.CommandLine;
using System.Data.Common;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>restore</c>: fills an empty ledger, in either database, from a backup. The server must be stopped.</summary>
internal static class RestoreVerb
{
    public static Command Create(Terminal terminal)
    {
        var where = new LedgerArguments();
        var from = new Argument<string>("file") { Description = "A file that backup made." };
        var command = new Command("restore", "Fill an empty ledger from a backup and check it; 1 when the backup is not sound or the ledger has entries.") { from };
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
                return await terminal.ReportAsync("restored", LedgerBackup.Restore(parsed.GetValue(from)!, ledger));
            }
            catch (Exception e) when (e is LedgerException or IOException or UnauthorizedAccessException or DbException)
            {
                await terminal.Error.WriteLineAsync($"The ledger in {LedgerArguments.Name(ledger)} is not restored: {e.Message}");
                return ExitCode.No;
            }
        });
        return command;
    }
}
