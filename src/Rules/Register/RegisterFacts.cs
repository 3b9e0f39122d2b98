using System.Collections.Frozen;
using System.Collections.ObjectModel;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// What is known of each device besides its name and kind, as columns of numbers; texts, lists of gateways and sets of set-points are kept once.
/// Immutable, but for tables that are made when first asked for. Threading: read from any thread.
/// </summary>
internal sealed class RegisterFacts
{
    private readonly IReadOnlyList<string>[] gatewayLists;
    private readonly FrozenDictionary<string, double>?[] sets;

    public RegisterFacts(Columns columns)
    {
        Of = columns;
        columns.Check();
        sets = new FrozenDictionary<string, double>?[columns.SetEnds.Length];
        gatewayLists = new IReadOnlyList<string>[columns.ListEnds.Length];
        for (var i = 0; i < gatewayLists.Length; i++)
        {
            gatewayLists[i] = [.. columns.ListTexts[Begin(columns.ListEnds, i)..columns.ListEnds[i]].Select(Text)];
        }
    }

    public Columns Of { get; }

    public int Count => Of.Gateways.Length;

    public IReadOnlyList<string> GatewaysOf(int device) => gatewayLists[Of.Gateways[device]];

    public string TerritoryOf(int device) => Text(Of.Territories[device]);

    public bool IsRetired(int device) => Array.BinarySearch(Of.Retired, device) >= 0;

    public DeviceRecord Record(int device, int kind, ReadOnlySpan<byte> name) => new()
    {
        Device = Encoding.UTF8.GetString(name),
        Kind = kind,
        Gateways = GatewaysOf(device),
        Territory = TerritoryOf(device),
        Latitude = Of.Latitudes[device],
        Longitude = Of.Longitudes[device],
        Address = Text(Of.Addresses[device]),
        OwnerUnit = Text(Of.OwnerUnits[device]),
        IsRetired = IsRetired(device),
        SetPoints = Of.SetPoints[device] is >= 0 and var set ? Set(set) : ReadOnlyDictionary<string, double>.Empty,
    };

    public string Text(int number) => Encoding.UTF8.GetString(Of.TextBytes.AsSpan(Begin(Of.TextEnds, number)..Of.TextEnds[number]));

    private static int Begin(int[] ends, int number) => number == 0 ? 0 : ends[number - 1];

    private FrozenDictionary<string, double> Set(int number) => sets[number] ??=
        Enumerable.Range(Begin(Of.SetEnds, number), Of.SetEnds[number] - Begin(Of.SetEnds, number))
            .ToFrozenDictionary(i => Text(Of.SetNames[i]), i => Of.SetValues[i], StringComparer.Ordinal);

    /// <summary>As they lie in an image.</summary>
    internal sealed record Columns
    {
        // By device.

        /// <summary>Number of a list of gateways.</summary>
        public required int[] Gateways { get; init; }

        /// <summary>Numbers of texts.</summary>
        public required int[] Territories { get; init; }

        /// <inheritdoc cref="Territories"/>
        public required int[] Addresses { get; init; }

        /// <inheritdoc cref="Territories"/>
        public required int[] OwnerUnits { get; init; }

        public required double[] Latitudes { get; init; }

        public required double[] Longitudes { get; init; }

        /// <summary>Number of a set of set-points; -1 for none.</summary>
        public required int[] SetPoints { get; init; }

        /// <summary>Devices that are no more, in order.</summary>
        public required int[] Retired { get; init; }

        // Kept once: where each ends, and what is in them one after the other.

        public required int[] TextEnds { get; init; }

        public required byte[] TextBytes { get; init; }

        public required int[] ListEnds { get; init; }

        public required int[] ListTexts { get; init; }

        public required int[] SetEnds { get; init; }

        public required int[] SetNames { get; init; }

        public required double[] SetValues { get; init; }

        /// <summary>Every number is one of what it numbers: whatever an image says, nothing is read where it is not.</summary>
        /// <exception cref="InvalidDataException">One is not.</exception>
        public void Check()
        {
            int devices = Gateways.Length, texts = TextEnds.Length;
            foreach (var length in (ReadOnlySpan<int>)[Territories.Length, Addresses.Length, OwnerUnits.Length, Latitudes.Length, Longitudes.Length, SetPoints.Length])
            {
                RegisterNames.Require(length == devices, "as many facts of one sort as of another");
            }

            RegisterNames.Require(AreEnds(TextEnds, TextBytes.Length) && AreEnds(ListEnds, ListTexts.Length) && AreEnds(SetEnds, SetNames.Length), "whole texts, lists and sets");
            RegisterNames.Require(SetValues.Length == SetNames.Length, "a value for each set-point");
            RegisterNames.Require(
                AreBelow(Gateways, ListEnds.Length) && AreBelow(Territories, texts) && AreBelow(Addresses, texts) && AreBelow(OwnerUnits, texts)
                && AreBelow(SetPoints, SetEnds.Length, least: -1) && AreBelow(ListTexts, texts) && AreBelow(SetNames, texts) && AreBelow(Retired, devices),
                "only numbers of what is in it");
            for (var i = 1; i < Retired.Length; i++)
            {
                RegisterNames.Require(Retired[i - 1] < Retired[i], "its retired devices in order");
            }
        }

        private static bool AreBelow(int[] numbers, int count, int least = 0) =>
            count > least ? !numbers.AsSpan().ContainsAnyExceptInRange(least, count - 1) : numbers.Length == 0;

        private static bool AreEnds(int[] ends, int length)
        {
            var before = 0;
            foreach (var end in ends)
            {
                if (end < before)
                {
                    return false;
                }

                before = end;
            }

            return before == length;
        }
    }
}
