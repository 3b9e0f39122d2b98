using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Devices by name and by dense index. An index, once given, belongs to that device for the life of the process.
/// Threading: look-ups from any thread without a lock and without allocation; additions take one.
/// </summary>
public sealed partial class DeviceRegister
{
    /// <summary>Longest name of a device or gateway.</summary>
    public const int MaximumNameBytes = 64;

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    private readonly Lock gate = new();
    private readonly DeviceNames names = new();
    private readonly GatewayNames gateways = new();

    // Null for one of the table that nobody has asked for.
    private volatile DeviceRecord?[] records = new DeviceRecord?[64];
    private volatile RegisterFacts? table;

    // A bit each, so that a city's fit a core's own cache.
    private volatile ulong[] setPointBits = new ulong[1];

    // Who may publish, as GatewayNames numbers it; next to nothing to read on the hot path.
    private volatile int[] owners = new int[64];

    // Number of the place, or the complement of the device's own index; as of the first sight of the device.
    private volatile int[] places = new int[64];
    private readonly PlaceNumbers placeNumbers = new();
    private readonly HashSet<int> retired = [];
    private volatile int count;
    private int unregistered;

    // How many of them each gateway brought, by its number.
    private readonly Dictionary<int, int> broughtBy = [];

    /// <param name="catalog">The kinds there are; at most 256.</param>
    /// <param name="unregisteredCapacityDevices">How many devices may enrol themselves: memory follows the register, not strangers.</param>
    public DeviceRegister(Catalog catalog, int unregisteredCapacityDevices = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(catalog.Kinds.Count, 256, nameof(catalog));
        Catalog = catalog;
        UnregisteredCapacityDevices = unregisteredCapacityDevices;
    }

    public Catalog Catalog { get; }

    public int UnregisteredCapacityDevices { get; }

    public int Count => count;

    public DeviceRecord this[int device] => records[device] ?? Make(device);

    /// <summary>Indexes of the devices that are retired now, in order.</summary>
    public IReadOnlyList<int> Retired
    {
        get
        {
            lock (gate)
            {
                return [.. retired.Order()];
            }
        }
    }

    /// <summary>Whether the device has set-points of its own: one bit, where the record would be two lines of cache on every judgement.</summary>
    public bool HasSetPoints(int device) => (setPointBits[device >> 6] >> device & 1) != 0;

    /// <summary>Index of its kind. This and the like of it make no record of a device that has none yet.</summary>
    internal int KindOf(int device) => records[device] is { } record ? record.Kind : names.KindOf(device);

    internal IReadOnlyList<string> GatewaysOf(int device) => records[device] is { } record ? record.Gateways : table!.GatewaysOf(device);

    internal string TerritoryOf(int device) => records[device] is { } record ? record.Territory : table!.TerritoryOf(device);

    /// <summary>Devices with the same number are of the same territory; null where there is no number.</summary>
    internal int? TerritoryNumberOf(int device) => records[device] is null ? table!.Of.Territories[device] : null;

    /// <summary>Devices with the same number have the same gateways.</summary>
    internal int OwnerOf(int device) => owners[device];

    internal bool IsUnregistered(int device) => records[device] is { IsUnregistered: true };

    internal bool IsRetired(int device) => records[device] is { } record ? record.IsRetired : table!.IsRetired(device);

    /// <summary>Asks memory for what <see cref="HasSetPoints"/> will look at.</summary>
    internal void AskForSetPoints(int device) => Prefetch.Line(ref setPointBits[device >> 6]);

    /// <summary>Whether this can name a device or a gateway: 1 to 64 bytes of <c>[A-Za-z0-9._-]</c>.</summary>
    public static bool IsValidName(ReadOnlySpan<byte> nameUtf8) =>
        nameUtf8.Length is > 0 and <= MaximumNameBytes && !nameUtf8.ContainsAnyExcept(NameBytes);

    /// <inheritdoc cref="IsValidName(ReadOnlySpan{byte})"/>
    public static bool IsValidName(string name) =>
        name.Length <= MaximumNameBytes && IsValidName(Encoding.UTF8.GetBytes(name));

    /// <summary>Adds a device or replaces its record.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="ArgumentException">Its name is not a name, or its kind is not in the catalog.</exception>
    public int Register(DeviceRecord record)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(record.Kind, nameof(record));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record.Kind, Catalog.Kinds.Count, nameof(record));
        Span<byte> utf8 = stackalloc byte[MaximumNameBytes];
        if (!Encoding.UTF8.TryGetBytes(record.Device, utf8, out var length) || !IsValidName(utf8 = utf8[..length]))
        {
            throw new ArgumentException($"'{record.Device}' is not the name of a device.", nameof(record));
        }

        lock (gate)
        {
            var index = names.Find(record.Kind, utf8);
            if (index < 0)
            {
                return Add(record, utf8);
            }

            CountUnregistered(index, -1);
            records[index] = record;
            NoteSetPoints(index, record);
            NoteRetired(index, record);
            owners[index] = gateways.Intern(record.Gateways);
            CountUnregistered(index, 1);
            return index;
        }
    }

    /// <returns>The index of the device, or -1.</returns>
    public int Find(int kind, ReadOnlySpan<byte> deviceUtf8) => names.Find(kind, deviceUtf8);

    /// <summary>Whether a device's name and kind are these: less than a look-up where it is guessed right, as in going through all in their order.</summary>
    internal bool Is(int device, int kind, ReadOnlySpan<byte> deviceUtf8) => names.Is(device, kind, deviceUtf8);

    /// <summary>The name of a device, as it came.</summary>
    internal ReadOnlySpan<byte> NameOf(int device) => names.NameOf(device);

    /// <summary>Looks up many devices at about the cost of a few, as they do not wait for memory one after the other.</summary>
    /// <param name="lookups">Each gets its answer.</param>
    /// <param name="texts">Where their names are.</param>
    public void Find(Span<DeviceLookup> lookups, ReadOnlySpan<byte> texts)
    {
        names.Find(lookups, texts);
        var own = owners;
        foreach (ref readonly var lookup in lookups)
        {
            if (lookup.Device >= 0)
            {
                DeviceNames.Fetch(in own[lookup.Device]);
            }
        }
    }

    /// <summary>
    /// Finds a device, or enrols it as unregistered under the gateway that first speaks for it. The last tenth of the room is kept for gateways that brought less than a
    /// hundredth of it: one that invents names shuts out newcomers of its own, and nobody else's.
    /// </summary>
    /// <returns>Its index, or -1 when no more unregistered devices are taken or this is not a name.</returns>
    public int FindOrEnrol(int kind, ReadOnlySpan<byte> deviceUtf8, string gateway)
    {
        var found = names.Find(kind, deviceUtf8);
        return found >= 0 ? found : Enrol(kind, deviceUtf8, gateway, isBack: false);
    }

    /// <summary>The same for one that was enrolled before, as a snapshot says: in whatever order they come back, all do.</summary>
    internal int FindOrEnrolAgain(int kind, ReadOnlySpan<byte> deviceUtf8, string gateway)
    {
        var found = names.Find(kind, deviceUtf8);
        return found >= 0 ? found : Enrol(kind, deviceUtf8, gateway, isBack: true);
    }

    /// <returns>The number of a gateway, for <see cref="MayPublish"/>; -1 when no device of the register names it (it may come to have one).</returns>
    public int GatewayIndex(string gateway) => gateways.Find(gateway);

    /// <summary>Whether a gateway's credential covers a device.</summary>
    /// <param name="device">Index of the device.</param>
    /// <param name="gateway">From <see cref="GatewayIndex"/>.</param>
    public bool MayPublish(int device, int gateway) => gateways.Includes(owners[device], gateway);

    /// <summary>
    /// Which shard a device belongs to: all devices of a grid to one, so that a shard sees the whole of it. Places are dealt out in turn, devices
    /// of no place likewise. A device keeps its shard for the life of the process, wherever it is moved meanwhile.
    /// </summary>
    /// <param name="device">Its index.</param>
    /// <param name="shards">How many there are; 1 or more.</param>
    public int ShardOf(int device, int shards)
    {
        var place = places[device];
        return (place < 0 ? ~place : place) % shards;
    }

    /// <summary>The shard that has the devices of a place.</summary>
    /// <param name="place">A territory code.</param>
    /// <param name="shards">How many there are; 1 or more.</param>
    public int ShardOf(string place, int shards)
    {
        lock (gate)
        {
            return Math.Max(placeNumbers.Intern(place), 0) % shards;
        }
    }

    /// <summary>Where a device was when the process first saw it, down to the grid: <c>d01/s03/c07/g0112</c>; null where that is not known.</summary>
    public string? PlaceOf(int device) => places[device] is >= 0 and var place ? placeNumbers[place] : null;

    /// <summary>The name of a series, <c>kind/device/quantity</c>: the same in every run, so identities are built on it.</summary>
    public string SeriesName(int device, int quantity)
    {
        var record = this[device];
        var kind = Catalog.Kinds[record.Kind];
        return $"{kind.Name}/{record.Device}/{kind.Quantities[quantity].Name}";
    }

    private int Enrol(int kind, ReadOnlySpan<byte> deviceUtf8, string gateway, bool isBack)
    {
        if (!IsValidName(deviceUtf8))
        {
            return -1;
        }

        lock (gate)
        {
            var found = names.Find(kind, deviceUtf8);
            if (found >= 0)
            {
                return found;
            }

            var room = UnregisteredCapacityDevices;
            if (unregistered >= room
                || (!isBack && unregistered >= room - (room / 10) && broughtBy.GetValueOrDefault(gateways.Find(gateway)) >= Math.Max(room / 100, 1)))
            {
                return -1;
            }

            return Add(
                new DeviceRecord
                {
                    Device = Encoding.UTF8.GetString(deviceUtf8), Kind = kind, Gateways = [gateway], IsUnregistered = true,
                },
                deviceUtf8);
        }
    }

    private void CountUnregistered(int device, int more)
    {
        if (IsUnregistered(device))
        {
            unregistered += more;
            CollectionsMarshal.GetValueRefOrAddDefault(broughtBy, owners[device], out _) += more;
        }
    }

    private void NoteRetired(int index, DeviceRecord record) => _ = record.IsRetired ? retired.Add(index) : retired.Remove(index);

    private void NoteSetPoints(int index, DeviceRecord record)
    {
        var bit = 1UL << index;
        ref var bits = ref setPointBits[index >> 6];
        bits = record.SetPoints.Count > 0 ? bits | bit : bits & ~bit;
    }

    private int Add(DeviceRecord record, ReadOnlySpan<byte> utf8)
    {
        var index = count;
        if (index == records.Length)
        {
            var (largerRecords, largerSetPoints, largerOwners, largerPlaces) = (records, setPointBits, owners, places);
            Array.Resize(ref largerPlaces, index * 2);
            Array.Resize(ref largerRecords, index * 2);
            Array.Resize(ref largerSetPoints, (index * 2 + 63) / 64);
            Array.Resize(ref largerOwners, index * 2);
            (records, setPointBits, owners, places) = (largerRecords, largerSetPoints, largerOwners, largerPlaces);
        }

        records[index] = record;
        NoteSetPoints(index, record);
        NoteRetired(index, record);
        owners[index] = gateways.Intern(record.Gateways);
        places[index] = placeNumbers.Intern(record.Territory) is >= 0 and var place ? place : ~index;
        CountUnregistered(index, 1);
        count = index + 1;

        // Last: from here on it can be found.
        names.Add(record.Kind, utf8);
        return index;
    }
}
