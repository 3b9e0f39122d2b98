using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// The policy file, followed as it changes: one with errors leaves the old one live, and what already runs keeps the deadline it was given.
/// Threading: looks from its timer alone.
/// </summary>
public sealed class PolicySource : IAsyncDisposable
{
    private const long SizeLimitBytes = 1024 * 1024;
    private readonly string path;
    private readonly FollowedFile<DeadlinePolicy> file;

    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public PolicySource(string path)
    {
        this.path = path;
        file = new FollowedFile<DeadlinePolicy>(path, SizeLimitBytes, text =>
        {
            var result = PolicyFile.Parse(text, path);
            return (result.Policy, string.Join('\n', result.Errors));
        });
    }

    public DeadlinePolicy Current => file.Current;

    /// <summary>From now on what the file says is put in force in <paramref name="ledger"/>, unless it is already.</summary>
    public void Follow(Ledger ledger, TimeProvider clock, ILogger<PolicySource> logger) => file.Follow(
        clock,
        async policy =>
        {
            if (policy.Text != ledger.Policy.Text)
            {
                await ledger.UsePolicyAsync(policy, CancellationToken.None).ConfigureAwait(false);
                AlertsLog.PolicyInForce(logger, path, policy.Rules.Count);
            }
        },
        errors => AlertsLog.PolicyRefused(logger, path, errors));

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
