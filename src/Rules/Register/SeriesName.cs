using System.Text;

namespace PingAnIoT.Rules;

/// <summary>The series that a name like <c>gas-pipe/gp-1/pressure</c> stands for, or the name that was most likely meant.</summary>
/// <param name="Device">Index in the register; -1 where there is no such series.</param>
/// <param name="Quantity">Index within the device's kind.</param>
/// <param name="Nearest">Where there is no such series: one that there is and is named nearly so; null for none.</param>
public readonly record struct SeriesName(int Device, int Quantity, string? Nearest)
{
    /// <summary>Of a register of millions only so many names are compared.</summary>
    private const int NearestDevices = 20_000;

    public bool IsFound => Device >= 0;

    /// <param name="register">Devices.</param>
    /// <param name="series">As <see cref="DeviceRegister.SeriesName"/> writes it.</param>
    /// <param name="mayKnow">Whether who asks may know of a device; of the others there is nothing to be found.</param>
    public static SeriesName Find(DeviceRegister register, string series, Func<DeviceRecord, bool> mayKnow)
    {
        var parts = series.Split('/');
        if (parts.Length != 3)
        {
            return new SeriesName(-1, -1, null);
        }

        var catalog = register.Catalog;
        var kindName = NearestOf(parts[0], catalog.Kinds.Select(k => k.Name));
        if (kindName is null)
        {
            return new SeriesName(-1, -1, null);
        }

        var kind = catalog.FindKind(kindName);
        var device = FindDevice(register, kind, parts[1], mayKnow);
        var quantityName = NearestOf(parts[2], catalog.Kinds[kind].Quantities.Select(q => q.Name));
        if (device < 0 || quantityName is null)
        {
            return new SeriesName(-1, -1, null);
        }

        var quantity = catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(quantityName));
        var name = register.SeriesName(device, quantity);
        return name == series ? new SeriesName(device, quantity, null) : new SeriesName(-1, -1, name);
    }

    private static string? NearestOf(string found, IEnumerable<string> names) => names.Contains(found) ? found : NearestName.Find(found, names);

    private static int FindDevice(DeviceRegister register, int kind, string name, Func<DeviceRecord, bool> mayKnow)
    {
        var exact = register.Find(kind, Encoding.UTF8.GetBytes(name));
        if (exact >= 0 && mayKnow(register[exact]))
        {
            return exact;
        }

        var candidates = Enumerable.Range(0, register.Count).Where(i => register.KindOf(i) == kind && mayKnow(register[i])).Take(NearestDevices);
        var nearest = NearestName.Find(name, candidates.Select(i => register[i].Device));
        return nearest is null ? -1 : register.Find(kind, Encoding.UTF8.GetBytes(nearest));
    }
}
