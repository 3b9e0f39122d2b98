namespace PingAnIoT.Rules;

/// <content>A city's devices come in as a table; records of them are made when somebody asks.</content>
public sealed partial class DeviceRegister
{
    /// <summary>Takes all devices of a table, in its order, as <see cref="Register"/> would one by one.</summary>
    /// <exception cref="InvalidOperationException">It has devices already.</exception>
    /// <exception cref="InvalidDataException">The table has a device twice, or one that cannot be; the register is of no use any more.</exception>
    public void Load(RegisterTable all)
    {
        lock (gate)
        {
            if (count > 0)
            {
                throw new InvalidOperationException("The register has devices already.");
            }

            all.Names.Check(Catalog.Kinds.Count);
            var (facts, size) = (all.Facts, Math.Max(all.Count, records.Length));
            (records, setPointBits) = (new DeviceRecord?[size], new ulong[(size + 63) / 64]);
            (owners, places) = (Owners(facts, size), Places(facts, size));
            for (var device = 0; device < facts.Count; device++)
            {
                setPointBits[device >> 6] |= facts.Of.SetPoints[device] >= 0 ? 1UL << device : 0;
            }

            retired.UnionWith(facts.Of.Retired);
            table = facts;
            names.AddAll(all.Names);
            count = all.Count;
        }
    }

    private DeviceRecord Make(int device)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(device, table?.Count ?? 0);
        var made = table!.Record(device, names.KindOf(device), names.NameOf(device));
        return Interlocked.CompareExchange(ref records[device], made, null) ?? made;
    }

    private int[] Owners(RegisterFacts facts, int size)
    {
        var (own, known) = (new int[size], new Dictionary<int, int>());
        for (var device = 0; device < facts.Count; device++)
        {
            var list = facts.Of.Gateways[device];
            if (!known.TryGetValue(list, out own[device]))
            {
                known.Add(list, own[device] = gateways.Intern(facts.GatewaysOf(device)));
            }
        }

        return own;
    }

    /// <summary>Numbers are given at first sight, in the order of the devices: a device is to have the same shard however it came in.</summary>
    private int[] Places(RegisterFacts facts, int size)
    {
        var (own, known) = (new int[size], new Dictionary<int, int>());
        for (var device = 0; device < facts.Count; device++)
        {
            var territory = facts.Of.Territories[device];
            if (!known.TryGetValue(territory, out var place))
            {
                known.Add(territory, place = placeNumbers.Intern(facts.Text(territory)));
            }

            own[device] = place >= 0 ? place : ~device;
        }

        return own;
    }
}
