using System.Text.Json;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>What <c>sign-in</c> leaves for the other verbs.</summary>
/// <param name="Server">The server it is for; no other is ever sent it.</param>
/// <param name="AccessToken">For the header.</param>
/// <param name="AccessExpires">Its end.</param>
/// <param name="RefreshToken">Good once.</param>
internal sealed record OfficerTokens(string Server, string AccessToken, DateTimeOffset AccessExpires, string RefreshToken);

/// <summary>The file that keeps them (<see cref="Terminal.TokenFile"/>).</summary>
internal static class OfficerTokenFile
{
    /// <returns>The tokens for this server; null when there are none.</returns>
    public static OfficerTokens? Read(string file, string server)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<OfficerTokens>(File.ReadAllText(file));
            return kept is not null && kept.Server == server.TrimEnd('/') ? kept : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write(string file, string server, V1.Session session)
    {
        var path = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var kept = new OfficerTokens(server.TrimEnd('/'), session.AccessToken, session.AccessExpireTime.ToDateTimeOffset(), session.RefreshToken);
        OwnerOnlyFile.Write(path, JsonSerializer.Serialize(kept));
    }
}
