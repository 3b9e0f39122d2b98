using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Ingest;

/// <summary><c>pbkdf2-sha256$rounds$salt$hash</c>, salt and hash in base64. Immutable.</summary>
internal sealed class PasswordHash
{
    /// <summary>Of PBKDF2-HMAC-SHA256, as OWASP and THREATS T-24 ask.</summary>
    public const int Rounds = 600_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int RoundsMaximum = 10_000_000;
    private readonly int rounds;
    private readonly byte[] hash;

    private PasswordHash(int rounds, byte[] salt, byte[] hash)
    {
        this.rounds = rounds;
        Salt = salt;
        this.hash = hash;
    }

    public byte[] Salt { get; }

    public static PasswordHash Create(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(rounds, salt, Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, HashBytes));
    }

    /// <summary>One that no password has and that takes as long to try as any other. Making it takes no time, for a start must not wait for it.</summary>
    public static PasswordHash Unmatchable(int rounds) => new(rounds, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <returns>Null when it is not such a hash, or too cheap a one.</returns>
    public static PasswordHash? TryParse(string text, int roundsMinimum)
    {
        var parts = text.Split('$');
        Span<byte> salt = stackalloc byte[64];
        Span<byte> digest = stackalloc byte[64];
        return parts.Length == 4 && parts[0] == Scheme
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
            && rounds >= roundsMinimum && rounds <= RoundsMaximum
            && Convert.TryFromBase64String(parts[2], salt, out var saltLength) && saltLength >= SaltBytes
            && Convert.TryFromBase64String(parts[3], digest, out var hashLength) && hashLength == HashBytes
            ? new PasswordHash(rounds, salt[..saltLength].ToArray(), digest[..hashLength].ToArray()) : null;
    }

    public bool Matches(byte[] password) => CryptographicOperations.FixedTimeEquals(
        hash, Rfc2898DeriveBytes.Pbkdf2(password, Salt, rounds, HashAlgorithmName.SHA256, HashBytes));

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${rounds}${Convert.ToBase64String(Salt)}${Convert.ToBase64String(hash)}");
}
