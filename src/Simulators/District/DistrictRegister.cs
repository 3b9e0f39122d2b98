using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>The register rows of a district, as CSV with a header line; a column for each set-point that any of its devices has.</summary>
public static class DistrictRegister
{
    public const string Header = "kind,device,gateway,territory,latitude,longitude,address,owner_unit";

    public static string Csv(District district)
    {
        var setPoints = district.Devices.SelectMany(d => d.SetPoints.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var header = string.Join(',', setPoints.Select(s => "set:" + s).Prepend(Header));
        return string.Join('\n', district.Devices.Select(d => Row(d, setPoints)).Prepend(header)) + "\n";
    }

    private static string Row(DistrictDevice device, IEnumerable<string> setPoints) => string.Join(
        ',',
        setPoints.Select(s => device.SetPoints.TryGetValue(s, out var value) ? value.ToString(CultureInfo.InvariantCulture) : "").Prepend(string.Join(
            ',',
            device.Kind,
            device.Name,
            device.Gateway,
            device.Site.Territory,
            device.Site.Latitude.ToString("F6", CultureInfo.InvariantCulture),
            device.Site.Longitude.ToString("F6", CultureInfo.InvariantCulture),
            device.Site.Address,
            device.Site.OwnerUnit)));
}
