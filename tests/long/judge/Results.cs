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

    /// <summary>A table by file, and each survivor.</summary>
    public void Write(IReadOnlyList<Mutant> all, TextWriter to)
    {
        to.WriteLine("| file | mutants | judged | killed | time-outs | survived | score |\n|---|---|---|---|---|---|---|");
        foreach (var file in all.GroupBy(m => m.File).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            WriteRow(file.Key, [.. file], to);
        }

        WriteRow("all", all, to);
        var judged = all.Where(Has).ToList();
        var score = judged.Average(m => Is(m, "survived") ? 0.0 : 1.0);
        var error = 1.96 * Math.Sqrt(score * (1 - score) / judged.Count * (all.Count - judged.Count) / Math.Max(1, all.Count - 1));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{100 * score:F1} % ± {100 * error:F1} of {judged.Count} judged of {all.Count}; time-outs count as killed.\n"));
        foreach (var mutant in all.Where(m => Is(m, "survived")).OrderBy(m => m.File, StringComparer.Ordinal).ThenBy(m => m.Line))
        {
            to.WriteLine($"- {mutant.File}.cs:{mutant.Line} {mutant.What}: `{mutant.Replacement.ReplaceLineEndings(" ")}`");
        }
    }

    public void Dispose() => writer.Dispose();

    private void WriteRow(string name, IReadOnlyList<Mutant> mutants, TextWriter to)
    {
        int judged = mutants.Count(Has), survived = mutants.Count(m => Is(m, "survived")), timeouts = mutants.Count(m => Is(m, "timeout"));
        var score = judged == 0 ? double.NaN : 100.0 * (judged - survived) / judged;
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {mutants.Count} | {judged} | {judged - survived - timeouts} | {timeouts} | {survived} | {score:F1} |"));
    }

    private bool Is(Mutant mutant, string status) => known.TryGetValue(mutant.Id, out var result) && result.StartsWith(status, StringComparison.Ordinal);
}
