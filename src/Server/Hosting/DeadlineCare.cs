using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>What sees to the deadlines of one server beside the ledger's own sweep: the policy file as it changes, and the auditor.</summary>
internal sealed class DeadlineCare(PolicySource? policy, Ledger ledger, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly DeadlineAuditor auditor = new(ledger, time, loggers.CreateLogger<DeadlineAuditor>());

    /// <returns>Null when no file is named.</returns>
    /// <exception cref="ServerStartException">The file has errors, or is not there.</exception>
    public static PolicySource? PolicyOf(string path)
    {
        try
        {
            return path.Length == 0 ? null : new PolicySource(path);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException("The policy file cannot be put in force:\n" + wrong.Message, wrong);
        }
    }

    public void Start()
    {
        policy?.Follow(ledger, time, loggers.CreateLogger<PolicySource>());
        auditor.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (policy is not null)
        {
            await policy.DisposeAsync();
        }

        await auditor.DisposeAsync();
    }
}
