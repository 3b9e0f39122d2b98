using System.Collections.Frozen;

namespace PingAnIoT.Rules;

/// <summary>What a set-point that is not one device's own belongs to.</summary>
public enum SetPointScope
{
    /// <summary>A territory and all within it, by its code from the district down, e.g. <c>d01/s03</c>.</summary>
    Territory,

    /// <summary>All devices of an owner unit, by its name.</summary>
    Owner,
}

/// <summary>
/// Set-points that whole territories and owner units have. A device's own come first, then those of its grid, community, street and district, then
/// those of its owner unit. They are worked into the device's record when it is registered: whoever judges sees no difference.
/// Threading: none; used while the register is read.
/// </summary>
public sealed class SharedSetPoints
{
    private readonly Dictionary<(SetPointScope Scope, string Code), Dictionary<string, double>> byCode = [];
    private readonly HashSet<(SetPointScope Scope, string Code)> used = [];

    // Devices of one territory and owner that have none of their own share one table.
    private readonly Dictionary<(string Territory, string OwnerUnit), FrozenDictionary<string, double>> shared = [];

    /// <summary>Territories and owner units that no device so far belongs to: prepared in advance, or a slip of the pen.</summary>
    public IEnumerable<string> Unused => byCode.Keys.Where(k => !used.Contains(k)).Select(k => k.Code);

    /// <returns>False when it is there already; the first stays.</returns>
    public bool TryAdd(SetPointScope scope, string code, string name, double value)
    {
        if (!byCode.TryGetValue((scope, code), out var values))
        {
            byCode.Add((scope, code), values = new Dictionary<string, double>(StringComparer.Ordinal));
        }

        return values.TryAdd(name, value);
    }

    /// <returns>The device with all set-points that hold for it.</returns>
    public DeviceRecord Apply(DeviceRecord device)
    {
        if (byCode.Count == 0)
        {
            return device;
        }

        if (!shared.TryGetValue((device.Territory, device.OwnerUnit), out var of))
        {
            of = Gather(device.Territory, device.OwnerUnit).ToFrozenDictionary(StringComparer.Ordinal);
            shared.Add((device.Territory, device.OwnerUnit), of);
        }

        return of.Count == 0 ? device
            : device.SetPoints.Count == 0 ? device with { SetPoints = of }
            : device with { SetPoints = of.Concat(device.SetPoints).GroupBy(p => p.Key).ToFrozenDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal) };
    }

    /// <summary>From the owner unit to the grid, each taking the place of what is there.</summary>
    private Dictionary<string, double> Gather(string territory, string ownerUnit)
    {
        var gathered = new Dictionary<string, double>(StringComparer.Ordinal);
        Take(gathered, (SetPointScope.Owner, ownerUnit));
        for (var end = territory.IndexOf('/'); end >= 0; end = territory.IndexOf('/', end + 1))
        {
            Take(gathered, (SetPointScope.Territory, territory[..end]));
        }

        Take(gathered, (SetPointScope.Territory, territory));
        return gathered;
    }

    private void Take(Dictionary<string, double> gathered, (SetPointScope Scope, string Code) key)
    {
        if (byCode.TryGetValue(key, out var values))
        {
            used.Add(key);
            foreach (var (name, value) in values)
            {
                gathered[name] = value;
            }
        }
    }
}
