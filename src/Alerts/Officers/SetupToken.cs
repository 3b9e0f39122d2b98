using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>
/// What the first operator is made with: printed once at a start without a chief who has a password, good for 30 minutes and for one use, and held nowhere but in
/// memory. Threading: from any thread.
/// </summary>
public sealed class SetupToken(TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(30);
    private readonly Lock gate = new();
    private readonly long made = time.GetTimestamp();
    private byte[]? hash;

    /// <summary>Makes the token, once.</summary>
    public string Make()
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (gate)
        {
            hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        }

        return token;
    }

    /// <returns>True for the right token in time; from then on for none.</returns>
    public bool Use(string token)
    {
        lock (gate)
        {
            if (hash is null || time.GetElapsedTime(made) > Life
                || !CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(token))))
            {
                return false;
            }

            hash = null;
            return true;
        }
    }
}
