using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>What sees to the deadlines of one server beside the ledger's own sweep: the policy file as it changes, and the auditor.</summary>
internal sealed class DeadlineCare : IAsyncDisposable
{
    private readonly string path;
    private readonly Ledger ledger;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly DeadlineAuditor auditor;
    private PolicySource? source;

    public DeadlineCare(string path, Ledger ledger, TimeProvider time, ILoggerFactory loggers)
    {
        this.path = path;
        this.ledger = ledger;
        this.time = time;
        this.loggers = loggers;
        auditor = new DeadlineAuditor(ledger, time, loggers.CreateLogger<DeadlineAuditor>());
    }

    /// <exception cref="ServerStartException">The file has errors, or is not there.</exception>
    public static DeadlinePolicy PolicyOf(string path)
    {
        try
        {
            return path.Length == 0 ? DeadlinePolicy.Default : PolicySource.Load(path);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException("The policy file cannot be put in force:\n" + wrong.Message, wrong);
        }
    }

    public void Start()
    {
        source = path.Length == 0 ? null : new PolicySource(path, ledger, time, loggers.CreateLogger<PolicySource>());
        auditor.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync();
        }

        await auditor.DisposeAsync();
    }
}
