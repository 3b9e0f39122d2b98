using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary><c>pbkdf2-sha256$rounds$salt$hash</c>, salt and hash in base64. Immutable.</summary>
public sealed class OfficerPassword
{
    /// <summary>Of PBKDF2-HMAC-SHA256 (OWASP; THREATS T-24).</summary>
    public const int Rounds = 600_000;

    /// <summary>Shortest and longest password, in characters.</summary>
    public const int ShortestChars = 12, LongestChars = 256;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private readonly int rounds;
    private readonly byte[] salt;
    private readonly byte[] hash;

    private OfficerPassword(int rounds, byte[] salt, byte[] hash)
    {
        this.rounds = rounds;
        this.salt = salt;
        this.hash = hash;
    }

    /// <returns>What is wrong with it as a new password; null when nothing is.</returns>
    public static string? Refuse(string password) => password.Length is < ShortestChars or > LongestChars
        ? $"has {ShortestChars} to {LongestChars} characters" : null;

    public static OfficerPassword Create(string password, int rounds = Rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new OfficerPassword(rounds, salt, Derive(password, salt, rounds));
    }

    /// <summary>One that no password has and that takes as long to try as any other.</summary>
    public static OfficerPassword Unmatchable(int rounds = Rounds) =>
        new(rounds, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <returns>Null when it is not such a hash.</returns>
    public static OfficerPassword? TryParse(string text)
    {
        var parts = text.Split('$');
        Span<byte> salt = stackalloc byte[SaltBytes];
        Span<byte> hash = stackalloc byte[HashBytes];
        return parts.Length == 4 && parts[0] == Scheme && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
            && rounds is > 0 and <= 10_000_000
            && Convert.TryFromBase64String(parts[2], salt, out var saltLength) && saltLength == SaltBytes
            && Convert.TryFromBase64String(parts[3], hash, out var hashLength) && hashLength == HashBytes
            ? new OfficerPassword(rounds, salt.ToArray(), hash.ToArray()) : null;
    }

    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(hash, Derive(password, salt, rounds));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");

    private static byte[] Derive(string password, byte[] salt, int rounds)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, rounds, HashAlgorithmName.SHA256, HashBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
