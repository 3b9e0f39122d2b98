using System.Collections.Immutable;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>The keys of a file, followed as it changes; one without a key that can be used leaves the old ones good. Threading: read from any thread.</summary>
internal sealed class KeySetSource : IAsyncDisposable
{
    private const long SizeLimitBytes = 1024 * 1024;
    private readonly FollowedFile<IReadOnlyList<SecurityKey>> file;

    /// <param name="path">A JSON Web Key Set.</param>
    /// <param name="clock">Tells when to look again.</param>
    /// <param name="logger">Told of what was read.</param>
    /// <exception cref="ServerStartException">The file cannot be read, or has no key that can be used.</exception>
    public KeySetSource(string path, TimeProvider clock, ILogger logger)
    {
        try
        {
            file = new FollowedFile<IReadOnlyList<SecurityKey>>(path, SizeLimitBytes, Parse);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"The key set {path} cannot be used: {wrong.Message}", wrong);
        }

        file.Follow(
            clock,
            keys =>
            {
                ServerLog.KeySetTaken(logger, path, string.Join(", ", keys.Select(k => k.KeyId)));
                return Task.CompletedTask;
            },
            errors => ServerLog.KeySetRefused(logger, path, errors));
    }

    public IReadOnlyList<SecurityKey> Current => file.Current;

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private static (IReadOnlyList<SecurityKey>? Keys, string Errors) Parse(string text)
    {
        try
        {
            ImmutableArray<SecurityKey> keys = [.. new JsonWebKeySet(text).GetSigningKeys()];
            return keys.IsEmpty ? (null, "it has no key that signs") : (keys, "");
        }
        catch (ArgumentException wrong)
        {
            return (null, wrong.GetBaseException().Message);
        }
    }
}
