using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>export</c>: the ledger as CSV or JSON lines. May run beside the server.</summary>
internal static class ExportVerb
{
    private static readonly string[] Formats = ["csv", "json"];

    public static Command Create(Terminal terminal)
    {
        var where = new LedgerArguments();
        var format = new Option<string>("--format") { Description = "csv, or json: one object a line.", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong(Formats);
        var after = new Option<long>("--after") { Description = "Only entries after this sequence." };
        var command = new Command("export", "Write the ledger to standard output.") { format, after };
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
                var kind = Enum.Parse<ExportFormat>(parsed.GetValue(format)!, ignoreCase: true);
                await LedgerExport.WriteAsync(ledger, kind, terminal.Out, parsed.GetValue(after), ct);
                return ExitCode.Done;
            }
            catch (Exception e) when (e is LedgerException or IOException or System.Data.Common.DbException)
            {
                await terminal.Error.WriteLineAsync($"The ledger in {LedgerArguments.Name(ledger)} cannot be read: {e.Message}");
                return ExitCode.No;
            }
        });
        return command;
    }
}
