namespace PingAnIoT.Rules;

/// <summary>The known name that an unknown one was most likely meant to be.</summary>
public static class NearestName
{
    private const int LengthLimit = 64;

    /// <returns>The first of the nearest names, or null when none is within a third of the length (at least one edit).</returns>
    public static string? Find(string found, IEnumerable<string> names)
    {
        if (found.Length is 0 or > LengthLimit)
        {
            return null;
        }

        string? nearest = null;
        var best = Math.Max(1, found.Length / 3) + 1;
        foreach (var name in names)
        {
            var distance = Distance(found.ToLowerInvariant(), name);
            if (distance < best)
            {
                (nearest, best) = (name, distance);
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
