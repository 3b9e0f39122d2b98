using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>
/// Which policy was in force when an entry was made, as far as that can be told: the record has only its hash, so one that came and went between two looks is not known, nor
/// which of two decided what came at the moment of the change. Threading: owned by the auditor.
/// </summary>
/// <param name="now">The one in force.</param>
internal sealed class PolicyTrail(Func<DeadlinePolicy> now)
{
    /// <summary>What was being decided when the policy changed was decided by the one before.</summary>
    private const long ChangeMicros = 30_000_000;

    private DeadlinePolicy? known = now();
    private string? awaited;
    private long sinceMicros;

    /// <returns>Null where it cannot be told.</returns>
    public DeadlinePolicy? At(LedgerEntry entry)
    {
        if (entry.Body.Policy is { } set)
        {
            (known, awaited, sinceMicros) = (null, set.Hash, entry.TimeMicros);
        }
        else if (awaited is not null && Math.Abs(entry.TimeMicros - sinceMicros) > ChangeMicros && now() is var policy && HashOf(policy) == awaited)
        {
            (known, awaited) = (policy, null);
        }

        return known;
    }

    private static string HashOf(DeadlinePolicy policy) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(policy.Text)));
}
