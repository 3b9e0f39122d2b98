using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>Devices on their way into columns. Threading: none.</summary>
internal sealed class RegisterTableBuilder
{
    private readonly List<byte> kinds = [];
    private readonly List<byte> nameLengths = [];
    private readonly List<byte> nameBytes = [];
    private readonly List<int> gateways = [];
    private readonly List<int> territories = [];
    private readonly List<int> addresses = [];
    private readonly List<int> ownerUnits = [];
    private readonly List<double> latitudes = [];
    private readonly List<double> longitudes = [];
    private readonly List<int> setPoints = [];
    private readonly List<int> retired = [];
    private readonly Texts texts = new();
    private readonly Runs<double> sets = new();
    private readonly Runs<byte> lists = new();
    private IReadOnlyList<string>? gatewaysBefore;

    public void Add(DeviceRecord device)
    {
        if (device.IsRetired)
        {
            retired.Add(kinds.Count);
        }

        kinds.Add((byte)device.Kind);
        nameLengths.Add((byte)device.Device.Length);
        foreach (var c in device.Device)
        {
            nameBytes.Add((byte)c);
        }

        gateways.Add(ReferenceEquals(device.Gateways, gatewaysBefore) ? gateways[^1] : lists.Add([.. device.Gateways.Select(texts.Number)], []));
        gatewaysBefore = device.Gateways;
        territories.Add(texts.Number(device.Territory));
        addresses.Add(texts.Number(device.Address));
        ownerUnits.Add(texts.Number(device.OwnerUnit));
        latitudes.Add(device.Latitude);
        longitudes.Add(device.Longitude);
        setPoints.Add(device.SetPoints.Count == 0 ? -1 : AddSet(device.SetPoints));
    }

    public RegisterTable Build() => new(
        new RegisterNames([.. kinds], [.. nameLengths], [.. nameBytes]),
        new RegisterFacts(new RegisterFacts.Columns
        {
            Gateways = [.. gateways],
            Territories = [.. territories],
            Addresses = [.. addresses],
            OwnerUnits = [.. ownerUnits],
            Latitudes = [.. latitudes],
            Longitudes = [.. longitudes],
            SetPoints = [.. setPoints],
            Retired = [.. retired],
            TextEnds = [.. texts.Ends],
            TextBytes = [.. texts.Bytes],
            ListEnds = [.. lists.Ends],
            ListTexts = [.. lists.Names],
            SetEnds = [.. sets.Ends],
            SetNames = [.. sets.Names],
            SetValues = [.. sets.Values],
        }));

    private int AddSet(IReadOnlyDictionary<string, double> set)
    {
        var names = set.Keys.Order(StringComparer.Ordinal).ToArray();
        return sets.Add([.. names.Select(texts.Number)], [.. names.Select(n => set[n])]);
    }

    private sealed class Texts
    {
        private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

        public List<int> Ends { get; } = [];

        public List<byte> Bytes { get; } = [];

        public int Number(string text)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var isKnown);
            if (!isKnown)
            {
                number = Ends.Count;
                Bytes.AddRange(Encoding.UTF8.GetBytes(text));
                Ends.Add(Bytes.Count);
            }

            return number;
        }
    }

    /// <summary>Lists of texts, and a value for each where they have any; every different one once.</summary>
    private sealed class Runs<T>
        where T : unmanaged
    {
        private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

        public List<int> Ends { get; } = [];

        public List<int> Names { get; } = [];

        public List<T> Values { get; } = [];

        public int Add(ReadOnlySpan<int> names, ReadOnlySpan<T> values)
        {
            // The bits of it, taken for characters.
            var key = string.Concat(MemoryMarshal.Cast<int, char>(names), MemoryMarshal.Cast<T, char>(values));
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, key, out var isKnown);
            if (!isKnown)
            {
                number = Ends.Count;
                Names.AddRange(names);
                Values.AddRange(values);
                Ends.Add(Names.Count);
            }

            return number;
        }
    }
}
