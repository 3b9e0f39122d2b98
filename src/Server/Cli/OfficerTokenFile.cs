using System.Text.Json;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>What <c>sign-in</c> leaves for the other verbs.</summary>
/// <param name="Server">The server it is for; no other is ever sent it.</param>
/// <param name="AccessToken">For the header.</param>
/// <param name="AccessExpires">Its end.</param>
/// <param name="RefreshToken">Good once.</param>
internal sealed record OfficerTokens(string Server, string AccessToken, DateTimeOffset AccessExpires, string RefreshToken);

/// <summary>The file of mode 600 that keeps them: PINGAN_TOKEN_FILE, or <c>pinganiot/session</c> in the user's settings folder.</summary>
internal static class OfficerTokenFile
{
    public static string Location() => Environment.GetEnvironmentVariable("PINGAN_TOKEN_FILE")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "pinganiot", "session");

    /// <returns>The tokens for this server; null when there are none.</returns>
    public static OfficerTokens? Read(string server)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<OfficerTokens>(File.ReadAllText(Location()));
            return kept is not null && kept.Server == server.TrimEnd('/') ? kept : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write(string server, V1.Session session)
    {
        var path = Path.GetFullPath(Location());
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var kept = new OfficerTokens(server.TrimEnd('/'), session.AccessToken, session.AccessExpireTime.ToDateTimeOffset(), session.RefreshToken);
        OwnerOnlyFile.Write(path, JsonSerializer.Serialize(kept));
    }
}
