using System.Collections.Immutable;
using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>The register rows of a fleet as CSV with a header line, streamed: a city has 1.4 million.</summary>
public static class FleetRegister
{
    public const string Header = "kind,device,gateway,territory,latitude,longitude,address,owner_unit";

    /// <summary>Writes all rows; a column <c>set:NAME</c> for each set-point that any model has. Lines end in LF.</summary>
    public static void WriteCsv(Fleet fleet, TextWriter writer)
    {
        var setPoints = SetPointNames(fleet);
        writer.Write(Header);
        foreach (var name in setPoints)
        {
            writer.Write(",set:");
            writer.Write(name);
        }

        writer.Write('\n');
        for (var number = 0; number < fleet.Devices; number++)
        {
            WriteRow(fleet, number, setPoints, writer);
        }
    }

    /// <summary>Models may give them to some devices only; a thousand of each share show all names.</summary>
    private static ImmutableArray<string> SetPointNames(Fleet fleet) =>
    [
        .. Samples(fleet).SelectMany(d => d.Model.SetPoints(d.Seed).Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<FleetDevice> Samples(Fleet fleet)
    {
        var first = 0;
        foreach (var share in fleet.Shape.Shares)
        {
            for (var i = 0; i < Math.Min(share.Devices, 1000); i++)
            {
                yield return fleet.Device(first + i);
            }

            first += share.Devices;
        }
    }

    private static void WriteRow(Fleet fleet, int number, ImmutableArray<string> setPoints, TextWriter writer)
    {
        var part = fleet.PartOf(number);
        var site = fleet.Site(number);
        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{part.Share.Kind},{fleet.NameOf(number)},{fleet.Gateways[fleet.GatewayOf(number)]},{site.Territory},{site.Latitude:F6},{site.Longitude:F6},{site.Address},{site.OwnerUnit}"));
        if (setPoints.Length > 0)
        {
            var own = part.Model.SetPoints(fleet.SeedOf(number));
            foreach (var name in setPoints)
            {
                writer.Write(',');
                if (own.TryGetValue(name, out var value))
                {
                    writer.Write(value.ToString(CultureInfo.InvariantCulture));
                }
            }
        }

        writer.Write('\n');
    }
}
