namespace PingAnIoT.Alerts;

/// <summary>Gathers where a gateway's devices are, as a text of <see cref="AlertPlaces"/>: it never holds more than it says, however many they are. Threading: one owner.</summary>
internal sealed class ServedPlaces
{
    /// <summary>A gateway that serves more is said to serve some of what is around them: communities, else streets, else districts. So many streets a city has; a text of them takes some 3 kB.</summary>
    public const int Most = 256;

    private const int DepthOfGrid = 4;
    private readonly HashSet<string> own = new(StringComparer.Ordinal);
    private readonly HashSet<string> around = new(StringComparer.Ordinal);
    private int depth = int.MaxValue;

    /// <param name="territory">Of a device; never "".</param>
    public void Add(string territory)
    {
        if (PlaceText.Depth(territory) <= depth)
        {
            own.Add(territory);
        }
        else
        {
            // No text is made where the place is known, as nearly always.
            around.GetAlternateLookup<ReadOnlySpan<char>>().Add(territory.AsSpan(0, LengthOf(territory, depth)));
        }

        while (own.Count + around.Count > Most)
        {
            Widen();
        }
    }

    public override string ToString()
    {
        List<string> all = [.. own, .. around.Select(a => a + AlertPlaces.Some)];
        all.Sort(StringComparer.Ordinal);
        return all.Count == 0 ? AlertPlaces.City : string.Join(' ', all);
    }

    private static int LengthOf(string territory, int depth)
    {
        var end = -1;
        for (var i = 0; i < depth; i++)
        {
            end = territory.IndexOf('/', end + 1);
        }

        return Math.Max(0, end);
    }

    private void Widen()
    {
        depth = Math.Min(depth, DepthOfGrid) - 1;
        string[] deeper = [.. around, .. own.Where(o => PlaceText.Depth(o) > depth)];
        own.RemoveWhere(o => PlaceText.Depth(o) > depth);
        around.Clear();
        around.UnionWith(deeper.Select(d => PlaceText.Cut(d, depth)));
    }
}
