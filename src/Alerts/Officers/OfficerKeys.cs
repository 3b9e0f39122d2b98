using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>One signing key of the local issuer.</summary>
/// <param name="Id">The <c>kid</c> of tokens signed with it.</param>
/// <param name="Secret">32 bytes.</param>
/// <param name="MadeSeconds">Since 1970.</param>
public sealed record OfficerKey(string Id, byte[] Secret, long MadeSeconds);

/// <summary>
/// The local issuer's keys: made at the first start, in a file of mode 600 in the data folder, a new one every 30 days. The one before stays good for
/// as long as a token may live. Threading: from any thread.
/// </summary>
public sealed class OfficerKeys
{
    public const string FileName = "officer-keys";
    public const string Issuer = "pinganiot";

    /// <summary>How long an access token is good.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(30);
    private readonly Lock gate = new();
    private readonly string path;
    private readonly TimeProvider time;
    private IReadOnlyList<OfficerKey> keys;

    private OfficerKeys(string path, TimeProvider time, IReadOnlyList<OfficerKey> keys)
    {
        this.path = path;
        this.time = time;
        this.keys = keys;
    }

    /// <summary>Newest first; those that tokens may still be signed with.</summary>
    public IReadOnlyList<OfficerKey> Current
    {
        get
        {
            lock (gate)
            {
                Rotate();
                return keys;
            }
        }
    }

    /// <exception cref="LedgerException">The file is there and is not one of keys: it is not replaced, for all sessions hang on it.</exception>
    public static OfficerKeys Open(string folder, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        List<OfficerKey> keys = [];
        if (File.Exists(path))
        {
            OwnerOnlyFile.Touch(path);
            foreach (var line in File.ReadAllLines(path).Where(l => l.Length > 0))
            {
                keys.Add(Parse(line) ?? throw new LedgerException($"{path} has a line that is no key. Restore it, or remove it: officers then sign in again."));
            }
        }

        var opened = new OfficerKeys(path, time, keys);
        _ = opened.Current;
        return opened;
    }

    /// <summary>A signed access token (RFC 7519, HS256).</summary>
    public (string Token, DateTimeOffset Expires) Issue(OfficerRecord officer, string sessionId, string audience)
    {
        var key = Current[0];
        var now = time.GetUtcNow();
        var expires = now + TokenLife;
        var head = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["alg"] = "HS256", ["typ"] = "JWT", ["kid"] = key.Id }, TokenJson.Default.DictionaryStringString);
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new TokenClaims(Issuer, audience, officer.Name, sessionId, now.ToUnixTimeSeconds(), expires.ToUnixTimeSeconds()), TokenJson.Default.TokenClaims);
        var signed = Base64Url.EncodeToString(head) + "." + Base64Url.EncodeToString(claims);
        return (signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key.Secret, Encoding.ASCII.GetBytes(signed))), expires);
    }

    private void Rotate()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (keys.Count > 0 && now - keys[0].MadeSeconds < KeyLife.TotalSeconds)
        {
            return;
        }

        var made = new OfficerKey(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), RandomNumberGenerator.GetBytes(32), now);
        keys = [made, .. keys.Take(1)];
        OwnerOnlyFile.Write(path, string.Concat(keys.Select(k => string.Create(
            CultureInfo.InvariantCulture, $"{k.Id} {k.MadeSeconds} {Convert.ToBase64String(k.Secret)}\n"))));
    }

    private static OfficerKey? Parse(string line)
    {
        var parts = line.Split(' ');
        var secret = new byte[32];
        return parts.Length == 3 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var made)
            && Convert.TryFromBase64String(parts[2], secret, out var length) && length == secret.Length
            ? new OfficerKey(parts[0], secret, made) : null;
    }
}

internal sealed record TokenClaims(string iss, string aud, string sub, string sid, long iat, long exp);

[System.Text.Json.Serialization.JsonSerializable(typeof(TokenClaims))]
[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TokenJson : System.Text.Json.Serialization.JsonSerializerContext;
