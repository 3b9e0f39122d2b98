using System.Text.Json;

namespace PingAnIoT.Judge;

/// <summary>One of Stryker's mutants of the engine's core.</summary>
internal sealed record Mutant(string Id, string File, int Line, string What, string Replacement);

/// <summary>Stryker's report, read for what it made; it has judged nothing.</summary>
internal static class Mutants
{
    /// <summary>
    /// In an order of which any beginning has about the same share of each file: a sample, stratified by files. The same seed gives the same order.
    /// </summary>
    /// <param name="report">Stryker's JSON.</param>
    /// <param name="files">Without .cs; empty for all.</param>
    /// <param name="seed">Of the order.</param>
    public static List<Mutant> Read(string report, string[] files, int seed)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(report));
        var random = new Random(seed);
        var all = new List<(double Place, Mutant Mutant)>();
        foreach (var file in json.RootElement.GetProperty("files").EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file.Name);
            if (files.Length > 0 && !files.Contains(name))
            {
                continue;
            }

            // What does not compile and what another covers is no mutant; nor is what lies in files that were not asked for.
            var mutants = file.Value.GetProperty("mutants").EnumerateArray()
                .Where(m => m.GetProperty("status").GetString() is "NoCoverage" or "Survived" or "Killed" or "Timeout")
                .Select(m => new Mutant(
                    m.GetProperty("id").GetString()!, name, m.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
                    m.GetProperty("mutatorName").GetString()!, m.GetProperty("replacement").GetString() ?? "")).ToArray();
            random.Shuffle(mutants);
            var phase = random.NextDouble();
            all.AddRange(mutants.Select((m, i) => ((i + phase) / mutants.Length, m)));
        }

        return [.. all.OrderBy(m => m.Place).Select(m => m.Mutant)];
    }
}
