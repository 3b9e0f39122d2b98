namespace PingAnIoT.Rules;

/// <summary>
/// Places of devices as small numbers: a place is a territory code down to the grid (its first four parts), or what there is of it.
/// Threading: numbers are given under the register's lock; names may be read from any thread.
/// </summary>
internal sealed class PlaceNumbers
{
    private const int PartsOfGrid = 4;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private volatile string[] names = new string[16];

    public string this[int number] => names[number];

    /// <summary>The number of the place of a territory code, given at first sight; -1 for an empty one.</summary>
    public int Intern(string territory)
    {
        var place = Prefix(territory, PartsOfGrid) ?? territory;
        if (place.Length == 0)
        {
            return -1;
        }

        if (numbers.TryGetValue(place, out var known))
        {
            return known;
        }

        var number = numbers.Count;
        if (number == names.Length)
        {
            var larger = names;
            Array.Resize(ref larger, number * 2);
            names = larger;
        }

        names[number] = place;
        numbers.Add(place, number);
        return number;
    }

    /// <returns>The first <paramref name="parts"/> parts of a territory code; null where it has fewer.</returns>
    public static string? Prefix(string territory, int parts)
    {
        var end = -1;
        for (var left = parts; left > 0; left--)
        {
            if (end == territory.Length || territory.Length == 0)
            {
                return null;
            }

            end = territory.IndexOf('/', end + 1);
            end = end < 0 ? territory.Length : end;
        }

        return end == territory.Length ? territory : territory[..end];
    }
}
