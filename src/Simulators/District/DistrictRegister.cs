using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>The register rows of a district, as CSV with a header line.</summary>
public static class DistrictRegister
{
    public const string Header = "kind,device,gateways,territory,latitude,longitude,address,owner_unit,set_points";

    public static string Csv(District district) =>
        string.Join('\n', district.Devices.Select(Row).Prepend(Header)) + "\n";

    private static string Row(DistrictDevice device) => string.Join(
        ',',
        device.Kind,
        device.Name,
        device.Gateway,
        device.Site.Territory,
        device.Site.Latitude.ToString("F6", CultureInfo.InvariantCulture),
        device.Site.Longitude.ToString("F6", CultureInfo.InvariantCulture),
        device.Site.Address,
        device.Site.OwnerUnit,
        string.Join(';', device.SetPoints.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}"))));
}
