using System.Globalization;
using System.Runtime.InteropServices;

namespace PingAnIoT.Bench;

/// <summary>A table of results with the machine it was measured on, printed and kept as a markdown file.</summary>
internal sealed class Report(string title, params string[] columns)
{
    private readonly List<string[]> rows = [];
    private readonly List<string> notes = [];

    public void Row(params object[] cells) => rows.Add([.. cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture) ?? "")]);

    public void Note(string note) => notes.Add(note);

    /// <summary>Prints it and writes <c>bench/results/NAME.md</c> when run inside a clone.</summary>
    public void Write(string name)
    {
        var lines = new List<string> { "# " + title, "", Machine(), "", "| " + string.Join(" | ", columns) + " |", "|" + string.Concat(columns.Select(_ => "---|")) };
        lines.AddRange(rows.Select(r => "| " + string.Join(" | ", r) + " |"));
        if (notes.Count > 0)
        {
            lines.Add("");
            lines.AddRange(notes.Select(n => "- " + n));
        }

        lines.ForEach(Console.WriteLine);
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is not null)
        {
            var results = Directory.CreateDirectory(Path.Combine(folder.FullName, "bench", "results"));
            File.WriteAllLines(Path.Combine(results.FullName, name + ".md"), lines);
        }
    }

    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Millis(double micros) => (micros / 1000).ToString("F2", CultureInfo.InvariantCulture);

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024.0 / 1024 / 1024;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC · {model ?? RuntimeInformation.ProcessArchitecture.ToString()} · {Environment.ProcessorCount} cores, {memory:F0} GiB · {RuntimeInformation.OSDescription} · {RuntimeInformation.FrameworkDescription} · generator on the same cores");
    }
}
