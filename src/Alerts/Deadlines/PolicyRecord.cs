using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>Puts on record which policy came into force, so that a deadline can be held against the file it was made by.</summary>
internal static class PolicyRecord
{
    public static void Write(LedgerTransaction transaction, DeadlinePolicy policy)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(policy.Text)));
        var key = string.Create(CultureInfo.InvariantCulture, $"policy/{transaction.HeadSequence}");
        transaction.Append(
            EntryKind.PolicySet, "", "system", key, transaction.NowMicros, new EntryBody { Policy = new PolicyFacts(policy.FileName, hash) });
    }
}
