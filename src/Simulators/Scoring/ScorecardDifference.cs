using System.Globalization;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>One number that changed.</summary>
/// <param name="Of">Which sort or rule; "" for a figure of the whole run.</param>
/// <param name="Name">Of the number.</param>
/// <param name="Before">Null when it could not be had, or there was no such sort or rule.</param>
/// <param name="After">Likewise.</param>
/// <param name="IsBetter">Null when more is neither better nor worse, or one of the two is not known.</param>
public sealed record ScoreChange(string Of, string Name, double? Before, double? After, bool? IsBetter);

/// <summary>What changed between two scorecards, e.g. by a change of a rule.</summary>
/// <param name="Differences">Why they may not compare: another fleet, seed or length; empty when they do.</param>
/// <param name="Figures">Of the whole run.</param>
/// <param name="Sorts">Of sorts.</param>
/// <param name="Rules">Of rules.</param>
public sealed record ScorecardDifference(
    IReadOnlyList<string> Differences, IReadOnlyList<ScoreChange> Figures, IReadOnlyList<ScoreChange> Sorts, IReadOnlyList<ScoreChange> Rules)
{
    private static readonly (string Name, bool IsBetterHigh, Func<SortFigures, double?> Value)[] OfSorts =
    [
        ("recall", true, s => s.Found.Value),
        ("found", true, s => s.Found.Count),
        ("missed", false, s => s.Found.Of - s.Found.Count),
        ("median delay s", false, s => s.Delay.MedianSeconds),
        ("p90 delay s", false, s => s.Delay.P90Seconds),
        ("max delay s", false, s => s.Delay.MaxSeconds),
        ("alerts", false, s => s.Alerts),
        ("false alerts", false, s => s.FalseAlerts),
    ];

    private static readonly (string Name, bool? IsBetterHigh, Func<RuleFigures, double?> Value)[] OfRules =
    [
        ("true", null, r => r.Episodes.True),
        ("false", false, r => r.Episodes.False),
        ("secondary", null, r => r.Episodes.Secondary),
        ("minor", null, r => r.Episodes.Minor),
        ("found first", null, r => r.FoundFirst),
    ];

    public static ScorecardDifference Of(Scorecard before, Scorecard after)
    {
        var figures = ScoreFigure.All.Select(f => Change("", f.Name, f.IsBetterHigh, f.Value(before), f.Value(after))).OfType<ScoreChange>();
        var sorts = Join(before.Sorts, after.Sorts, s => $"{s.Sort} ({s.Kind})").SelectMany(p => OfSorts.Select(n => Change(
            p.Name, n.Name, n.IsBetterHigh, p.Before is null ? null : n.Value(p.Before), p.After is null ? null : n.Value(p.After)))).OfType<ScoreChange>();
        var rules = Join(before.Rules, after.Rules, r => r.RuleId).SelectMany(p => OfRules.Select(n => Change(
            p.Name, n.Name, n.IsBetterHigh, p.Before is null ? null : n.Value(p.Before), p.After is null ? null : n.Value(p.After)))).OfType<ScoreChange>();
        return new ScorecardDifference([.. Unlike(before.Run, after.Run)], [.. figures], [.. sorts], [.. rules]);
    }

    /// <summary>Plain text of at most 100 columns.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var difference in Differences)
        {
            text.AppendLine(TextTable.Cut($"  not the same run: {difference}", TextTable.MostColumns));
        }

        Write(text, "figure", Figures);
        Write(text, "sort", Sorts);
        Write(text, "rule", Rules);
        return text.Length == 0 ? "  no difference" + Environment.NewLine : text.ToString();
    }

    private static void Write(StringBuilder text, string head, IReadOnlyList<ScoreChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        var table = new TextTable(head, "number", "before", "after", "change", "");
        foreach (var c in changes)
        {
            var change = (c.After - c.Before)?.ToString("+0.######;-0.######", CultureInfo.InvariantCulture) ?? "";
            table.Add(c.Of.Length > 0 ? c.Of : "run", c.Name, Wording.Number(c.Before), Wording.Number(c.After), change, c.IsBetter is { } better ? better ? "better" : "worse" : "");
        }

        table.Write(text);
        text.AppendLine();
    }

    private static ScoreChange? Change(string of, string name, bool? isBetterHigh, double? before, double? after) =>
        before == after ? null : new ScoreChange(of, name, before, after, isBetterHigh is { } high && before is not null && after is not null ? after > before == high : null);

    private static IEnumerable<(string Name, T? Before, T? After)> Join<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> name)
        where T : class
    {
        var (old, fresh) = (ByName(before, name), ByName(after, name));
        return old.Keys.Union(fresh.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => (n, old.GetValueOrDefault(n), fresh.GetValueOrDefault(n)));
    }

    private static Dictionary<string, T> ByName<T>(IReadOnlyList<T> list, Func<T, string> name) =>
        list.DistinctBy(name, StringComparer.Ordinal).ToDictionary(name, StringComparer.Ordinal);

    private static IEnumerable<string> Unlike(ScoredRun before, ScoredRun after)
    {
        var pairs = new (string Name, object Before, object After)[]
        {
            ("name", before.Name, after.Name),
            ("seed", before.Seed, after.Seed),
            ("devices", before.Devices, after.Devices),
            ("beginning", before.FromSeconds, after.FromSeconds),
            ("end", before.UntilSeconds, after.UntilSeconds),
        };
        return pairs.Where(p => !p.Before.Equals(p.After))
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Before} and {p.After}"));
    }
}
