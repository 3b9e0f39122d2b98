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

    /// <summary>Reads it before it is asked for: of a city that takes some tenths of a second, for which the ledger's writer would wait.</summary>
    public void Prepare() => _ = places.Value;

    /// <summary>A gateway without a place of its own is where its devices are; one that has none of known place is seen by those alone who have the whole city.</summary>
    public bool AreSeenBy(Officer officer, string gateway) => AlertPlaces.IsSeenFrom(officer.Territory, Of(gateway));

    /// <returns>As in <see cref="Alert.Serves"/>.</returns>
    internal string Of(string gateway) => places.Value.GetValueOrDefault(gateway, AlertPlaces.City);

    private static FrozenDictionary<string, string> Read(DeviceRegister register)
    {
        var served = new Dictionary<string, ServedPlaces>(StringComparer.Ordinal);
        var (owners, texts) = (new Dictionary<int, ServedPlaces[]>(), new Dictionary<int, string>());
        for (var device = 0; device < register.Count; device++)
        {
            // Of a million devices nearly all are of the same gateways and place as others.
            if (!owners.TryGetValue(register.OwnerOf(device), out var own))
            {
                owners.Add(register.OwnerOf(device), own = [.. register.GatewaysOf(device).Select(g => served.TryGetValue(g, out var known) ? known : served[g] = new ServedPlaces())]);
            }

            if (TextOf(device) is { Length: > 0 } territory)
            {
                foreach (var one in own)
                {
                    one.Add(territory);
                }
            }
        }

        return served.ToFrozenDictionary(s => s.Key, s => s.Value.ToString(), StringComparer.Ordinal);

        string TextOf(int device) => register.TerritoryNumberOf(device) is not { } number ? register.TerritoryOf(device)
            : texts.TryGetValue(number, out var text) ? text : texts[number] = register.TerritoryOf(device);
    }
}
