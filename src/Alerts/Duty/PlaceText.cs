namespace PingAnIoT.Alerts;

/// <summary>Territories as text.</summary>
internal static class PlaceText
{
    /// <returns>The territory above; "" above a district.</returns>
    public static string Parent(string territory) => territory.LastIndexOf('/') is > 0 and var cut ? territory[..cut] : "";

    /// <summary>True when <paramref name="place"/> is <paramref name="territory"/> or lies within it.</summary>
    public static bool Covers(string territory, string place) =>
        territory.Length == 0 || place == territory || place.StartsWith(territory + "/", StringComparison.Ordinal);

    /// <summary>How many codes it has: 1 for a district, 0 for the whole city.</summary>
    public static int Depth(string territory) => territory.Length == 0 ? 0 : territory.AsSpan().Count('/') + 1;

    /// <summary>Its first codes; one with fewer stays what it is.</summary>
    public static string Cut(string territory, int depth)
    {
        var end = -1;
        for (var i = 0; i < depth; i++)
        {
            end = territory.IndexOf('/', end + 1);
            if (end < 0)
            {
                return territory;
            }
        }

        return depth == 0 ? "" : territory[..end];
    }
}
