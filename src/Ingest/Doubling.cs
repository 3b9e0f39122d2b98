using System.Numerics;

namespace PingAnIoT.Ingest;

/// <summary>When to tell of what may happen very often: at the first, and whenever there are twice as many. Else whoever makes it happen could fill the log.</summary>
internal static class Doubling
{
    /// <param name="before">How often it had happened.</param>
    /// <param name="now">How often it has.</param>
    public static bool HasCome(long before, long now) => now > 0 && (before <= 0 || BitOperations.Log2((ulong)now) > BitOperations.Log2((ulong)before));
}
