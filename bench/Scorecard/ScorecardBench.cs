using System.CommandLine;
using System.Globalization;
using PingAnIoT.Rules;
using PingAnIoT.Server;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// How the default rules fare on seeds they were not tuned on. Virtual runs, so nothing of it depends on the machine. Each run writes the rows of its seeds into
/// its fleet's table in <c>bench/results/scorecard.md</c>, between two markers; the rows of other seeds and the text around them stay.
/// </summary>
internal static class ScorecardBench
{
    private const string Head = "| seed | device-days | red found | all found | defects told | median delay, intervals | false episodes |";

    public static int Run(BenchArguments arguments)
    {
        var fleet = arguments.Text("fleet") ?? FleetShape.District.Name;
        var seeds = (arguments.Text("seeds") ?? "101-105").Split('-').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        var rules = RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).RuleSet!;
        foreach (var seed in Enumerable.Range(seeds[0], seeds[^1] - seeds[0] + 1))
        {
            if (Plan(fleet, seed) is not { } plan)
            {
                return 2;
            }

            var card = VirtualScore.Of(plan, rules, 0, TimeProvider.System, null, CancellationToken.None);
            Console.WriteLine(ScorecardText.Write(card));
            if (!arguments.Has("no-results"))
            {
                Keep(fleet, seed, Cells(card));
            }
        }

        return 0;
    }

    /// <summary>Which run says what stands in docs/scorecard.md: much happens in a district, and at natural rates false alerts are counted.</summary>
    private static TruthPlan? Plan(string fleet, int seed)
    {
        var (choice, command) = (new FleetChoice(), new Command("scorecard"));
        choice.AddTo(command);
        string[] usual = fleet == FleetShape.District.Name ? ["--minutes", "240"] : ["--minutes", "1440", "--acceleration", "1", "--link-acceleration", "1"];
        return choice.Read(command.Parse(["--fleet", fleet, "--seed", seed.ToString(CultureInfo.InvariantCulture), .. usual]), null, Console.Error);
    }

    private static string[] Cells(Scorecard card) =>
    [
        card.Run.DeviceDays.ToString("F0", CultureInfo.InvariantCulture), card.RedRecall.ToString(), card.Recall.ToString(), card.DefectRecall.ToString(),
        card.Delay.MedianIntervals?.ToString("F2", CultureInfo.InvariantCulture) ?? "", card.Episodes.False.ToString(CultureInfo.InvariantCulture),
    ];

    private static void Keep(string fleet, int seed, string[] cells)
    {
        if (Report.ResultsFolder() is not { } folder)
        {
            return;
        }

        var file = Path.Combine(folder, "scorecard.md");
        var lines = File.ReadAllLines(file).ToList();
        var (from, to) = (lines.IndexOf($"<!-- {fleet} -->"), lines.IndexOf($"<!-- end of {fleet} -->"));
        if (from < 0 || to < from)
        {
            throw new InvalidDataException($"{file} has no place for {fleet}.");
        }

        var rows = lines.Skip(from + 1).Take(to - from - 1).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .Where(c => c.Length > 1 && int.TryParse(c[0], out _)).ToDictionary(c => int.Parse(c[0], CultureInfo.InvariantCulture), c => c[1..]);
        rows[seed] = cells;
        lines.RemoveRange(from + 1, to - from - 1);
        lines.InsertRange(from + 1, [Head, string.Concat("|", string.Concat(Enumerable.Repeat("---|", cells.Length + 1))), .. rows.OrderBy(r => r.Key).Select(r => Row(r.Key.ToString(CultureInfo.InvariantCulture), r.Value)), Row("all", Sum(rows.Values))]);
        File.WriteAllLines(file, lines);
    }

    private static string Row(string name, IEnumerable<string> cells) => $"| {name} | {string.Join(" | ", cells)} |";

    /// <summary>Counts and shares are added up; a median cannot be.</summary>
    private static IEnumerable<string> Sum(IReadOnlyCollection<string[]> rows) => Enumerable.Range(0, rows.First().Length).Select(i =>
    {
        var cells = rows.Select(r => r[i]).ToList();
        return cells.All(c => c.Contains('/', StringComparison.Ordinal))
            ? $"{cells.Sum(c => Part(c, 0))}/{cells.Sum(c => Part(c, 1))}"
            : cells.All(c => long.TryParse(c, CultureInfo.InvariantCulture, out _)) ? cells.Sum(c => long.Parse(c, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture) : "";
    });

    private static long Part(string share, int index) => long.Parse(share.Split('/')[index], CultureInfo.InvariantCulture);
}
