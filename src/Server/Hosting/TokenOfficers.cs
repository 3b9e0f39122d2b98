using System.Diagnostics.Metrics;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>
/// Who another issuer's token says the officer is, under the names that the options give. What it does not say, nobody has: without a name, one territory and a role of ours
/// it is no officer's, and carries why. What it says under our own names without being asked counts for nothing.
/// </summary>
internal sealed class TokenOfficers(OfficersSection officers, IMeterFactory meters)
{
    /// <summary>How a token spells the whole city: never by leaving the territory out.</summary>
    private const string City = "/";

    private readonly Counter<long> ignored = meters.Create("PingAnIoT.Officers").CreateCounter<long>(
        "pingan.officers.roles_ignored", "{role}", "Roles in tokens of another issuer that are none of ours.");

    /// <param name="payload">The token's second part, as it came.</param>
    /// <param name="scheme">What has vouched for it.</param>
    public ClaimsPrincipal Read(string payload, string scheme)
    {
        using var said = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(payload));
        var claims = new List<Claim>();
        var why = ReadName(said.RootElement, claims) ?? ReadTerritory(said.RootElement, claims) ?? ReadRoles(said.RootElement, claims);
        if (why is not null)
        {
            claims.Add(new Claim(OfficerName.RefusalClaim, why));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, OfficerName.Claim, roleType: null));
    }

    private string? ReadName(JsonElement said, List<Claim> claims)
    {
        if (Values(said, officers.NameClaim) is not [var name] || !OfficerName.IsValid(name))
        {
            return $"The token's claim '{officers.NameClaim}' is not an officer's name: {OfficerName.Rule}.";
        }

        claims.Add(new Claim(OfficerName.Claim, name));
        return null;
    }

    private string? ReadTerritory(JsonElement said, List<Claim> claims)
    {
        var paths = Values(said, officers.TerritoryClaim).Where(v => v.Length > 0).Select(v => v == City ? City : v.Trim('/')).Distinct(StringComparer.Ordinal).ToList();
        if (paths is not [var path])
        {
            return paths.Count == 0
                ? $"The token names no territory: its claim '{officers.TerritoryClaim}' is not there, or empty. The whole city is '{City}'."
                : $"The token's claim '{officers.TerritoryClaim}' names {paths.Count} territories: an officer has one, with all that lies under it.";
        }

        if (path != City && (path.Length == 0 || !TerritoryPath.IsValid(path)))
        {
            return $"The token's claim '{officers.TerritoryClaim}' is not a territory: codes joined by '/', e.g. d01/s03, or '{City}' for the whole city.";
        }

        claims.Add(new Claim(OfficerName.TerritoryClaim, path == City ? "" : path));
        return null;
    }

    private string? ReadRoles(JsonElement said, List<Claim> claims)
    {
        var words = Values(said, officers.RolesClaim).SelectMany(v => v.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).ToList();
        var known = words.Where(w => OfficerName.RoleOf(w) != OfficerRoles.None).ToList();
        ignored.Add(words.Count - known.Count);
        claims.AddRange(known.Select(w => new Claim(OfficerName.RolesClaim, w)));
        return known.Count > 0 ? null
            : $"The token names no role: its claim '{officers.RolesClaim}' {(words.Count == 0 ? "is not there, or empty" : "has none of ours")}. Ours are officer, supervisor, operator, auditor.";
    }

    /// <summary>A text, or those of a list; whatever else stands there says nothing.</summary>
    private static List<string> Values(JsonElement said, string path) => Find(said, path) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)],
        _ => [],
    };

    /// <summary>First what has the whole path for a name, as in <c>https://id.example/roles</c>; then by its dots, as in <c>realm_access.roles</c>.</summary>
    private static JsonElement? Find(JsonElement at, string path)
    {
        if (at.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (at.TryGetProperty(path, out var found))
        {
            return found;
        }

        for (var dot = path.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            if (at.TryGetProperty(path[..dot], out var inner) && Find(inner, path[(dot + 1)..]) is { } deep)
            {
                return deep;
            }
        }

        return null;
    }
}
