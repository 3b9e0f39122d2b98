namespace PingAnIoT.Rules;

/// <summary>Which rule ids are taken, and where: over all the files that are in force together.</summary>
internal sealed class RuleIds
{
    private readonly Dictionary<string, (string File, int Line)> places = new(StringComparer.Ordinal);

    /// <returns>Null when the id was free, else where it was first used.</returns>
    public string? Claim(string id, string file, int line)
    {
        if (places.TryAdd(id, (file, line)))
        {
            return null;
        }

        var first = places[id];
        return first.File == file ? $"first on line {first.Line}" : $"first in {first.File} on line {first.Line}";
    }
}
