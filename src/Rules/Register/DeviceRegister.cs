using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Devices by name and by dense index. An index, once given, belongs to that device for the life of the process.
/// Threading: look-ups from any thread without a lock; additions take one.
/// </summary>
public sealed class DeviceRegister
{
    private readonly Lock gate = new();
    private readonly Dictionary<(int Kind, string Device), int> indexes = [];
    private volatile DeviceRecord[] records = new DeviceRecord[64];
    private volatile int count;
    private int unregistered;

    /// <param name="catalog">The kinds there are.</param>
    /// <param name="unregisteredCapacityDevices">How many devices may enrol themselves: memory follows the register, not strangers.</param>
    public DeviceRegister(Catalog catalog, int unregisteredCapacityDevices = 10_000)
    {
        Catalog = catalog;
        UnregisteredCapacityDevices = unregisteredCapacityDevices;
    }

    public Catalog Catalog { get; }

    public int UnregisteredCapacityDevices { get; }

    public int Count => count;

    public DeviceRecord this[int device] => records[device];

    /// <summary>Adds a device or replaces its record.</summary>
    /// <returns>Its index.</returns>
    public int Register(DeviceRecord record)
    {
        lock (gate)
        {
            if (!indexes.TryGetValue((record.Kind, record.Device), out var index))
            {
                return Add(record);
            }

            if (records[index].IsUnregistered && !record.IsUnregistered)
            {
                unregistered--;
            }

            records[index] = record;
            return index;
        }
    }

    /// <returns>The index of the device, or -1.</returns>
    public int Find(int kind, ReadOnlySpan<byte> deviceUtf8)
    {
        lock (gate)
        {
            return indexes.GetValueOrDefault((kind, Encoding.UTF8.GetString(deviceUtf8)), -1);
        }
    }

    /// <summary>Finds a device, or enrols it as unregistered under the gateway that first speaks for it.</summary>
    /// <returns>Its index, or -1 when no more unregistered devices are taken.</returns>
    public int FindOrEnrol(int kind, ReadOnlySpan<byte> deviceUtf8, string gateway)
    {
        var found = Find(kind, deviceUtf8);
        if (found >= 0)
        {
            return found;
        }

        lock (gate)
        {
            if (unregistered >= UnregisteredCapacityDevices)
            {
                return -1;
            }

            unregistered++;
            return Add(new DeviceRecord
            {
                Device = Encoding.UTF8.GetString(deviceUtf8), Kind = kind, Gateways = [gateway], IsUnregistered = true,
            });
        }
    }

    /// <summary>The name of a series, <c>kind/device/quantity</c>: the same in every run, so identities are built on it.</summary>
    public string SeriesName(int device, int quantity)
    {
        var record = records[device];
        var kind = Catalog.Kinds[record.Kind];
        return $"{kind.Name}/{record.Device}/{kind.Quantities[quantity].Name}";
    }

    private int Add(DeviceRecord record)
    {
        if (count == records.Length)
        {
            var larger = new DeviceRecord[records.Length * 2];
            Array.Copy(records, larger, count);
            records = larger;
        }

        records[count] = record;
        indexes.Add((record.Kind, record.Device), count);
        return count++;
    }
}
