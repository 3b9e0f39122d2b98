using System.Text.Json;

namespace PingAnIoT.Judge;

/// <summary>One of Stryker's mutants of the engine's core.</summary>
/// <param name="Id">Its number.</param>
/// <param name="File">Without .cs.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="What">The kind of mutant.</param>
/// <param name="Original">What is replaced, on one line.</param>
/// <param name="Replacement">By this, on one line.</param>
/// <param name="Within">The line of the source on which it begins.</param>
internal sealed record Mutant(string Id, string File, int Line, string What, string Original, string Replacement, string Within);

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

            var source = file.Value.GetProperty("source").GetString()!.ReplaceLineEndings("\n").Split('\n');

            // What does not compile and what another covers is no mutant; nor is what lies in files that were not asked for.
            var mutants = file.Value.GetProperty("mutants").EnumerateArray()
                .Where(m => m.GetProperty("status").GetString() is "NoCoverage" or "Survived" or "Killed" or "Timeout")
                .Select(m => new Mutant(
                    m.GetProperty("id").GetString()!, name, m.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
                    m.GetProperty("mutatorName").GetString()!, Between(source, m.GetProperty("location")), OnOneLine(m.GetProperty("replacement").GetString() ?? ""),
                    source[m.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32() - 1])).ToArray();
            random.Shuffle(mutants);
            var phase = random.NextDouble();
            all.AddRange(mutants.Select((m, i) => ((i + phase) / mutants.Length, m)));
        }

        return [.. all.OrderBy(m => m.Place).Select(m => m.Mutant)];
    }

    internal static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Lines and columns count from 1; the end is after what is meant.</summary>
    private static string Between(string[] source, JsonElement location)
    {
        var (first, from) = At(location.GetProperty("start"));
        var (last, to) = At(location.GetProperty("end"));
        return OnOneLine(first == last ? source[first][from..to] : $"{source[first][from..]} {string.Join(' ', source[(first + 1)..last])} {source[last][..to]}");

        static (int Line, int Column) At(JsonElement place) => (place.GetProperty("line").GetInt32() - 1, place.GetProperty("column").GetInt32() - 1);
    }
}
