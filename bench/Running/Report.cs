using System.Globalization;
using System.Runtime.InteropServices;

namespace PingAnIoT.Bench;

/// <summary>Tables of results with the machine they were measured on, printed and kept as a markdown file.</summary>
internal sealed class Report
{
    private readonly string title;
    private readonly List<string> tables = [];
    private readonly List<string> notes = [];

    public Report(string title, params string[] columns)
    {
        this.title = title;
        Head(columns);
    }

    /// <summary>What else ran on the machine.</summary>
    public string Company { get; init; } = "generator on the same cores";

    public void Row(params object[] cells) =>
        tables.Add("| " + string.Join(" | ", cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture) ?? "")) + " |");

    /// <summary>Begins another table: the rows that follow are its.</summary>
    public void Table(string heading, params string[] columns)
    {
        tables.AddRange(["", "## " + heading, ""]);
        Head(columns);
    }

    public void Note(string note) => notes.Add(note);

    /// <summary>Prints it and writes <c>bench/results/NAME.md</c> when run inside a clone.</summary>
    public void Write(string name)
    {
        var lines = Lines();
        lines.ForEach(Console.WriteLine);
        if (ResultsFolder() is { } results)
        {
            File.WriteAllLines(Path.Combine(results, name + ".md"), lines);
        }
    }

    /// <summary><c>bench/results</c> of the clone this runs in; null outside of one.</summary>
    public static string? ResultsFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent;
        }

        return folder is null ? null : Directory.CreateDirectory(Path.Combine(folder.FullName, "bench", "results")).FullName;
    }

    /// <summary>Prints it only: for runs too small to be worth keeping.</summary>
    public void Print() => Lines().ForEach(Console.WriteLine);

    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Millis(double micros) => (micros / 1000).ToString("F2", CultureInfo.InvariantCulture);

    private void Head(string[] columns) =>
        tables.AddRange(["| " + string.Join(" | ", columns) + " |", "|" + string.Concat(columns.Select(_ => "---|"))]);

    private List<string> Lines() => ["# " + title, "", Machine(), "", .. tables, .. notes.Count > 0 ? [""] : Array.Empty<string>(), .. notes.Select(n => "- " + n)];

    private string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024.0 / 1024 / 1024;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC · {model ?? RuntimeInformation.ProcessArchitecture.ToString()} · {Environment.ProcessorCount} cores, {memory:F0} GiB · {RuntimeInformation.OSDescription} · {RuntimeInformation.FrameworkDescription} · {Company}");
    }
}
