using System.Diagnostics;
using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>
/// The rule engine at city size beside what others would use. Part after part, each in a process of its own, then the table of what was asked for.
/// </summary>
internal static class EngineBenchmark
{
    private const int Small = 100_000;
    private const int Million = 1_000_000;
    private const int PeerSeries = 300_000;
    private const int QuickIsSmaller = 100;

    /// <returns>0; 1 when a part failed or a must is not met (<c>--quick</c>: when a part failed).</returns>
    public static int Run(BenchArguments arguments)
    {
        var isQuick = arguments.Has("quick");
        var smaller = isQuick ? QuickIsSmaller : 1;
        var parts = Parts().ToDictionary(p => p.Name, p => Measure(p with { Size = p.Size / smaller }, isQuick), StringComparer.Ordinal);
        var isWhole = parts.Values.All(p => !p.IsBroken);
        var report = new EngineReport(parts).Build();
        if (isQuick)
        {
            report.Report.Note("--quick: a hundredth of the size, to see that it runs; the figures say nothing");
            report.Report.Print();
            return isWhole ? 0 : 1;
        }

        report.Report.Write("engine");
        return report.IsMet && isWhole ? 0 : 1;
    }

    private static IEnumerable<Part> Parts() =>
    [
        .. from interval in new[] { 10, 60 }
           from size in new[] { Small, Million, City.Series }
           select new Part($"mean-{size}-{interval}", "mean", size, interval),
        new($"five-{City.Series}-10", "five", City.Series, 10),
        new($"five-{City.Series}-60", "five", City.Series, 60),
        new($"fine-{City.Series}-10", "fine", City.Series, 10),
        new($"fine-{City.Series}-60", "fine", City.Series, 60),
        new("pack", "pack", City.Series, 60),
        new("mean-peers", "mean", PeerSeries, 10),
        new("plain", "plain", PeerSeries, 10),
        new("rx-buffer", "rx-buffer", PeerSeries, 10),
        new("rx-scan", "rx-scan", PeerSeries, 10),
        new("rules-engine", "rules-engine", PeerSeries, 10),
        new("shards-1", "shards-1", City.Series, 10),
        new("shards-2", "shards-2", City.Series, 10),
        new("holds", "holds", Million, 10),
        new("absences", "absences", City.Devices, 60),
        new("reload", "reload", City.Devices, 60),
    ];

    private static Findings Measure(Part part, bool isQuick)
    {
        Console.Error.WriteLine($"engine: {part.Name}");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "PingAnIoT.Bench.dll"), "engine-part", "--part", part.Kind,
                "--size", part.Size.ToString(CultureInfo.InvariantCulture), "--interval", part.Interval.ToString(CultureInfo.InvariantCulture), .. isQuick ? ["--quick"] : Array.Empty<string>(),
            ])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var findings = new Findings();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!findings.TryTake(line))
            {
                Console.Error.WriteLine(line);
            }
        }

        process.WaitForExit();
        findings.IsBroken = process.ExitCode != 0;
        return findings;
    }

    private sealed record Part(string Name, string Kind, int Size, int Interval);
}
