namespace PingAnIoT.Judge;

/// <summary>
/// The mutants that are no fault, each written down with its reason. They are judged all the same, so that one which a test does find is seen to stand
/// there wrongly.
/// </summary>
internal sealed class EqualMutants
{
    private readonly List<(string File, string Original, string Replacement, string Within)> listed = [];

    public EqualMutants(string file)
    {
        foreach (var line in File.ReadLines(file).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var name = line.Split(": ", 2);
            var change = name[1].Split(" ~~> ", 2);
            var place = change[1].Split(" @ ", 2);
            listed.Add((name[0], change[0], place[0], place.Length > 1 ? place[1] : ""));
        }
    }

    public bool Has(Mutant mutant) => listed.Exists(l => Is(l, mutant));

    /// <summary>Those that no mutant is: the code has changed since.</summary>
    public IEnumerable<string> Missing(IReadOnlyList<Mutant> all) =>
        listed.Where(l => all.Any(m => m.File == l.File) && !all.Any(m => Is(l, m))).Select(l => $"{l.File}: {l.Original} ~~> {l.Replacement}");

    private static bool Is((string File, string Original, string Replacement, string Within) l, Mutant mutant) =>
        l.File == mutant.File && l.Original == mutant.Original && (l.Replacement == "*" || l.Replacement == mutant.Replacement)
        && mutant.Within.Contains(l.Within, StringComparison.Ordinal);
}
