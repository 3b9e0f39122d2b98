using System.Collections.Frozen;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Which territories each gateway serves: where the devices are that the register says it speaks for. Read from it once, when it is first asked for, in one pass: places come with the register's
/// file, at a start, and what enrols itself has none. Threading: from any thread.
/// </summary>
public sealed class GatewayPlaces(DeviceRegister register)
{
    private readonly Lazy<FrozenDictionary<string, string>> places = new(() => Read(register));

    /// <summary>A gateway without a place of its own is where its devices are; one that has none of known place is seen by those alone who have the whole city.</summary>
    public bool AreSeenBy(Officer officer, string gateway) => officer.Sees(Of(gateway));

    /// <returns>As in <see cref="Alert.Serves"/>.</returns>
    internal string Of(string gateway) => places.Value.GetValueOrDefault(gateway, AlertPlaces.City);

    private static FrozenDictionary<string, string> Read(DeviceRegister register)
    {
        var territories = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var known = new HashSet<(int, int)>();
        for (var device = 0; device < register.Count; device++)
        {
            // Of a million devices nearly all are of the same gateways and place as others: no text is made of them.
            if ((register.TerritoryNumberOf(device) is { } number && !known.Add((register.OwnerOf(device), number))) || register.TerritoryOf(device) is not { Length: > 0 } territory)
            {
                continue;
            }

            foreach (var gateway in register.GatewaysOf(device))
            {
                (territories.TryGetValue(gateway, out var own) ? own : territories[gateway] = new(StringComparer.Ordinal)).Add(territory);
            }
        }

        return territories.ToFrozenDictionary(t => t.Key, t => AlertPlaces.Of(t.Value), StringComparer.Ordinal);
    }
}
