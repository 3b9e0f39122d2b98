using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Which ledger, of the verbs that read or fill one without a server: by option, or by the environment that the server itself would have.</summary>
internal sealed class LedgerArguments
{
    private readonly Option<string> data = DataOption.Create();

    private readonly Option<string> postgres = new("--postgres")
    {
        Description = "A file of mode 600 with the connection string of the PostgreSQL database that holds the ledger; or PingAn__Ledger__PostgresFile, "
            + "or the string itself in PingAn__Ledger__Postgres. Without any of them it is in the data folder.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PingAn__Ledger__PostgresFile") ?? "",
    };

    public static string Name(LedgerOptions ledger) => ledger.Postgres?.ToString() ?? ledger.Folder;

    public void AddTo(Command command)
    {
        command.Add(data);
        command.Add(postgres);
    }

    public (LedgerOptions? Ledger, IReadOnlyList<string> Errors) Read(ParseResult parsed)
    {
        var file = parsed.GetValue(postgres)!;
        var (place, errors) = LedgerPlace.Of(new LedgerSection
        {
            PostgresFile = file,
            Postgres = file.Length > 0 ? "" : Environment.GetEnvironmentVariable("PingAn__Ledger__Postgres") ?? "",
        });
        return errors.Count > 0 ? (null, errors) : (new LedgerOptions { Folder = Path.Combine(parsed.GetValue(data)!, "ledger"), Postgres = place }, []);
    }
}
