using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// The policy file, followed as it changes: one with errors leaves the old one live, and what already runs keeps the deadline it was given.
/// Threading: looks from its timer alone.
/// </summary>
public sealed class PolicySource : IAsyncDisposable
{
    private const long SizeLimitBytes = 1024 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly string path;
    private readonly Ledger ledger;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private int looking;
    private (DateTime Written, long Length) seen;

    /// <param name="path">A file that <see cref="Load"/> has read, or will be.</param>
    /// <param name="ledger">Where it is put in force.</param>
    /// <param name="clock">How often it is looked at.</param>
    /// <param name="logger">Where errors go.</param>
    public PolicySource(string path, Ledger ledger, TimeProvider clock, ILogger<PolicySource> logger)
    {
        ArgumentNullException.ThrowIfNull(clock);
        this.path = path;
        this.ledger = ledger;
        this.logger = logger;
        timer = clock.CreateTimer(_ => _ = LookAsync(), null, TimeSpan.Zero, LookEvery);
    }

    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public static DeadlinePolicy Load(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > SizeLimitBytes })
        {
            throw new FormatException($"{path}: more than {SizeLimitBytes} bytes");
        }

        var result = PolicyFile.Parse(File.ReadAllText(path), path);
        return result.Policy ?? throw new FormatException(string.Join('\n', result.Errors));
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private async Task LookAsync()
    {
        if (Interlocked.Exchange(ref looking, 1) != 0)
        {
            return;
        }

        try
        {
            var file = new FileInfo(path);
            var now = (file.LastWriteTimeUtc, file.Length);
            if (now != seen)
            {
                seen = now;
                var policy = Load(path);
                if (policy.Text != ledger.Policy.Text)
                {
                    await ledger.UsePolicyAsync(policy, CancellationToken.None).ConfigureAwait(false);
                    AlertsLog.PolicyInForce(logger, path, policy.Rules.Count);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or ObjectDisposedException)
        {
            AlertsLog.PolicyRefused(logger, path, failure.Message);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }
}
