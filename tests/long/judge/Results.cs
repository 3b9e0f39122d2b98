using System.Globalization;

namespace PingAnIoT.Judge;

/// <summary>What became of the mutants: a line each in a file, so that a run that was stopped goes on where it was.</summary>
internal sealed class Results(string file) : IDisposable
{
    private readonly Dictionary<string, string> known = !File.Exists(file) ? [] : File.ReadLines(file).Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l[1]);
    private readonly StreamWriter writer = new(file, append: true) { AutoFlush = true };

    public bool Has(Mutant mutant) => known.ContainsKey(mutant.Id);

    public void Add(Mutant mutant, string result)
    {
        known.Add(mutant.Id, result);
        writer.WriteLine($"{mutant.Id} {result}");
    }

    /// <summary>A table by file, each survivor, and what the list of equals says that is not so.</summary>
    public void Write(IReadOnlyList<Mutant> all, EqualMutants equals, TextWriter to)
    {
        to.WriteLine("| file | mutants | judged | killed | time-outs | survived | of these equal | score | without those equal |\n|---|---|---|---|---|---|---|---|---|");
        foreach (var file in all.GroupBy(m => m.File).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            WriteRow(file.Key, [.. file], equals, to);
        }

        WriteRow("all", all, equals, to);
        var judged = all.Where(Has).ToList();
        WriteScore(judged, all.Count, "of all", to);
        WriteScore([.. judged.Where(m => !IsEqual(m, equals))], all.Count, "of those that are not equal", to);
        foreach (var mutant in all.Where(m => Is(m, "survived")).OrderBy(m => IsEqual(m, equals)).ThenBy(m => m.File, StringComparer.Ordinal).ThenBy(m => m.Line))
        {
            to.WriteLine($"- {(IsEqual(mutant, equals) ? "equal: " : "")}{mutant.File}.cs:{mutant.Line} {mutant.What}: `{mutant.Original}` ~~> `{mutant.Replacement}`");
        }

        foreach (var mutant in judged.Where(m => equals.Has(m) && !Is(m, "survived")))
        {
            to.WriteLine($"- listed as equal, but found by a test: {mutant.File}.cs:{mutant.Line} `{mutant.Original}` ~~> `{mutant.Replacement}`");
        }

        foreach (var missing in equals.Missing(all))
        {
            to.WriteLine($"- listed as equal, but no mutant: {missing}");
        }
    }

    private void WriteScore(List<Mutant> judged, int all, string of, TextWriter to)
    {
        var score = judged.Count == 0 ? double.NaN : judged.Average(m => Is(m, "survived") ? 0.0 : 1.0);
        var error = 1.96 * Math.Sqrt(score * (1 - score) / judged.Count * (all - judged.Count) / Math.Max(1, all - 1));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{100 * score:F1} % ± {100 * error:F1} {of}: {judged.Count} judged of {all}; time-outs count as killed.\n"));
    }

    public void Dispose() => writer.Dispose();

    private void WriteRow(string name, IReadOnlyList<Mutant> mutants, EqualMutants equals, TextWriter to)
    {
        int judged = mutants.Count(Has), survived = mutants.Count(m => Is(m, "survived")), timeouts = mutants.Count(m => Is(m, "timeout"));
        var equal = mutants.Count(m => IsEqual(m, equals));
        double killed = judged - survived;
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {mutants.Count} | {judged} | {killed - timeouts} | {timeouts} | {survived} | {equal} | {100 * killed / judged:F1} | {100 * killed / (judged - equal):F1} |"));
    }

    /// <summary>One that a test finds is none, whatever the list says.</summary>
    private bool IsEqual(Mutant mutant, EqualMutants equals) => Is(mutant, "survived") && equals.Has(mutant);

    private bool Is(Mutant mutant, string status) => known.TryGetValue(mutant.Id, out var result) && result.StartsWith(status, StringComparison.Ordinal);
}
