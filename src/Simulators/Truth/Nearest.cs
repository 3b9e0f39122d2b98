namespace PingAnIoT.Simulators;

/// <summary>Which known name someone may have meant.</summary>
internal static class Nearest
{
    /// <returns>What stands behind the semicolon of an error.</returns>
    public static string Say(string text, IEnumerable<string> known)
    {
        var names = known.ToList();
        var all = $"there are {string.Join(", ", names)}";
        var nearest = names.OrderBy(n => Steps(text, n)).First();
        return text.Length > 0 && Steps(text, nearest) <= Math.Max(2, text.Length / 3) ? $"did you mean '{nearest}'? {char.ToUpperInvariant(all[0])}{all[1..]}" : all;
    }

    /// <summary>Letters to change, add or take away (Levenshtein).</summary>
    public static int Steps(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
