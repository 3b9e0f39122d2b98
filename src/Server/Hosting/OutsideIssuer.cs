using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace PingAnIoT.Server;

/// <summary>Another issuer's public keys: of a file, or asked for; neither, where officers sign in here or a secret is shared.</summary>
internal sealed record OutsideIssuer(KeySetSource? File, IssuerKeys? Published) : IAsyncDisposable
{
    /// <exception cref="ServerStartException">The key set cannot be used.</exception>
    public static OutsideIssuer Of(OfficersSection officers, TimeProvider time, ILogger logger)
    {
        var published = officers.Authority.Length > 0 ? new IssuerKeys(officers, time, logger) : null;
        published?.Start();
        return new OutsideIssuer(officers.KeySetFile.Length > 0 ? new KeySetSource(officers.KeySetFile, time, logger) : null, published);
    }

    /// <summary>Whether who comes with a token cannot be judged for now, good or bad.</summary>
    public bool IsBlind => Published is { Current: null };

    /// <summary>
    /// Which a token may be signed with: the one that it names; all when it names none; those without a name when none has that name. RFC 7517, 4.5: a name is optional,
    /// and tells keys of a set apart; it says nothing of a key that has none.
    /// </summary>
    public IReadOnlyList<SecurityKey> Find(string? kid)
    {
        IReadOnlyList<SecurityKey> keys = File?.Current ?? Published?.Current?.Keys ?? [];
        if (string.IsNullOrEmpty(kid))
        {
            return keys;
        }

        SecurityKey[] named = [.. keys.Where(k => k.KeyId == kid)];
        return named.Length > 0 ? named : [.. keys.Where(k => string.IsNullOrEmpty(k.KeyId))];
    }

    /// <returns>The issuer of the token, when it is this one.</returns>
    /// <exception cref="SecurityTokenInvalidIssuerException">It is not.</exception>
    public string RequireIssuer(string issuer) =>
        issuer.Length > 0 && issuer == Published?.Current?.Issuer ? issuer
        : throw new SecurityTokenInvalidIssuerException($"'{issuer}' is not the issuer of officers.") { InvalidIssuer = issuer };

    /// <summary>Before the token of this header is judged: its key may be a new one.</summary>
    public Task SeekKeyOfAsync(string header, CancellationToken cancellationToken)
    {
        const string Scheme = "Bearer ";
        return Published is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && KidOf(header.AsSpan(Scheme.Length).Trim()) is { } kid
            ? Published.SeekAsync(kid, cancellationToken) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (File is not null)
        {
            await File.DisposeAsync();
        }

        if (Published is not null)
        {
            await Published.DisposeAsync();
        }
    }

    /// <returns>"" for a token that names no key; null for what is no token.</returns>
    private static string? KidOf(ReadOnlySpan<char> token)
    {
        try
        {
            using var head = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token[..Math.Max(token.IndexOf('.'), 0)].ToString()));
            return head.RootElement is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String
                ? kid.GetString() : "";
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
