using System.Globalization;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules.Tests;

/// <summary>T-16: rules that throw, end, stray or ask for the extreme hurt nobody beside them, and no pattern takes its time.</summary>
public sealed class PoisonedRuleTests
{
    private const int Rules = 200;

    private static readonly string[] Ways =
        ["throws", "throws on its clock", "throws at once", "fails", "ends", "strays", "no number", "no colour", "throws when it is left", "names a time that cannot be"];

    [Fact]
    public async Task T_16_Two_hundred_open_rules_that_break_are_told_of_in_red_and_change_nothing_for_the_good_one()
    {
        var failures = new List<string>();
        var alone = await WatchAsync([]);
        alone.Good.Should().HaveCountGreaterThan(20);
        for (var first = 0; first < Rules; first += 20)
        {
            var broken = Enumerable.Range(first, 20).Select(i => Broken($"broken-{i}", Ways[i % Ways.Length], after: i / Ways.Length)).ToArray();
            var (good, red) = await WatchAsync(broken);
            if (!good.SequenceEqual(alone.Good))
            {
                failures.Add($"beside {broken[0].Id} to {broken[^1].Id} the good rule said something else");
            }

            failures.AddRange(broken.Where(b => !red.Contains(b.Id)).Select(b => $"{b.Id} ({Ways[int.Parse(b.Id[7..], CultureInfo.InvariantCulture) % Ways.Length]}) is not told of in red"));
        }

        Threat.Report("T-16", Rules, failures, "open rules that break");
    }

    [Fact]
    public void T_16_Two_hundred_rules_that_ask_for_the_extreme_change_nothing_for_the_good_one()
    {
        var random = new Random(16);
        var failures = new List<string>();
        var good = Scenario.Rule(function: WindowFunction.Mean, window: "10s", hold: "2s", clear: "2s");
        var alone = Judge([good]);
        alone.Should().HaveCountGreaterThan(20);
        var taken = 0;
        for (var i = 0; i < Rules; i++)
        {
            var read = RuleFile.Parse(ErrorTable.Apply(Extreme(random)), "f", Catalog.Default);
            if (!read.IsValid)
            {
                if (read.Errors.Count == 0)
                {
                    failures.Add($"rule {i} is refused without a word");
                }

                continue;
            }

            taken++;
            var together = Judge([.. read.RuleSet!.Rules, good]);
            if (!together.Where(t => t.StartsWith("high ", StringComparison.Ordinal)).SequenceEqual(alone))
            {
                failures.Add($"beside {read.RuleSet.Source} the good rule said something else");
            }
        }

        taken.Should().BeInRange(Rules / 4, Rules - 1, "some are refused and some are not");
        Threat.Report("T-16", Rules, failures, $"rules that ask for the extreme, {taken} of them taken");
    }

    [Fact]
    public void T_16_No_pattern_backtracks_and_no_text_takes_one_long()
    {
        var failures = new List<string>();
        var patterns = typeof(RuleFile).Assembly.GetTypes()
            .SelectMany(t => t.GetProperties(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(p => p.PropertyType == typeof(Regex)).Select(p => (Name: $"{p.DeclaringType!.Name}.{p.Name}", Regex: (Regex)p.GetValue(null)!)).ToList();
        patterns.Should().HaveCountGreaterThan(4);
        string[] pieces = ["a", "a/", "a-", "0", "> ", ">= ", "$a or ", "UTC+", "08:00-", " ", "1:", "\u0000", "平", "😀", "-", "a1/", "=", "_", ".", "\n", "$", "08:00-18:00 ", "x!", "+1", "//"];
        var cases = 0;
        foreach (var (name, regex) in patterns)
        {
            if (!regex.Options.HasFlag(RegexOptions.NonBacktracking) && regex.MatchTimeout > TimeSpan.FromMilliseconds(50))
            {
                failures.Add($"{name} backtracks and has no time-out");
                continue;
            }

            foreach (var piece in pieces)
            {
                foreach (var (count, end) in new[] { (28, "!"), (28, ""), (50_000, "!"), (50_000, "") })
                {
                    cases++;
                    var began = TimeProvider.System.GetTimestamp();
                    _ = regex.IsMatch(string.Concat(Enumerable.Repeat(piece, count)) + end);
                    if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(5))
                    {
                        failures.Add($"{name} took {TimeProvider.System.GetElapsedTime(began)} for {count} times '{piece}'");
                    }
                }
            }
        }

        Threat.Report("T-16", cases, failures, $"{patterns.Count} patterns, 100 texts each");
    }

    private static async Task<(List<string> Good, HashSet<string> Red)> WatchAsync(QuickRule[] broken)
    {
        using var run = new OpenRuleRun([.. broken, Good()]);
        for (var second = 1; second <= 60; second++)
        {
            run.At(second, "p1", second % 4).At(second + 0.5, "p2", second % 3);
        }

        await run.Tick(100).DoneAsync();
        await run.Tick(101).DoneAsync();
        var red = run.Transitions.Where(t => t.RuleId == "open-rule-quarantined" && t.To == Severity.Red).Select(t => t.Series.Split('/')[1]);
        return ([.. run.Lines.Where(l => l.StartsWith("good ", StringComparison.Ordinal))], [.. red]);
    }

    private static QuickRule Good() => new((readings, _) => readings.Select(r => new OpenFinding(r.Series, (Severity)(int)r.Value, r.EventTime, r.Value, 1))) { Id = "good" };

    private static QuickRule Broken(string id, string way, int after) => new((readings, scheduler) => way switch
    {
        "throws" => readings.Skip(after).Select(OpenFinding (_) => throw new InvalidOperationException("broken")),
        "throws on its clock" => Observable.Timer(TimeSpan.FromSeconds(after + 1), scheduler).Select(OpenFinding (_) => throw new InvalidOperationException("broken")),
        "throws at once" => throw new InvalidOperationException("broken"),
        "fails" => Observable.Throw<OpenFinding>(new InvalidOperationException("broken")),
        "ends" => readings.Take(after + 1).Select(r => Says(r)),
        "strays" => readings.Skip(after).Select(r => Says(r) with { Series = "gas-pipe/none/pressure" }),
        "no number" => readings.Skip(after).Select(r => Says(r) with { Value = double.NaN }),
        "no colour" => readings.Skip(after).Select(r => Says(r) with { Severity = (Severity)99 }),
        "throws when it is left" => Observable.Create<OpenFinding>(observer =>
        {
            observer.OnError(new InvalidOperationException("broken"));
            return Disposable.Create(() => throw new InvalidOperationException("broken again"));
        }),
        _ => readings.Skip(after).Select(r => Says(r) with { EventTime = DateTimeOffset.MaxValue }),
    })
    {
        Id = id,
    };

    private static OpenFinding Says(OpenReading r) => new(r.Series, Severity.Yellow, r.EventTime, r.Value, 1);

    private static string Extreme(Random random)
    {
        string Pick(params string[] from) => from[random.Next(from.Length)];
        var when = Pick(
            "last", "mean(1ms)", "mean(30d)", "times(4096, 1ms)", "times(1, 30d)", "quantile(0, 30d)", "quantile(1, 1ms)", "quantile(1e-300, 30d)", "stddev(30d)", "rate(1ms)",
            "rate(30d)", "ewma(1ms)", "ewma(30d)", "sum(30d)", "count(30d)", "delta(1ms)", "range(30d)", "stuck(1ms)", "stuck(30d)", "absent(1ms)", "absent(30d)", "votes(64, 30d)",
            "mean(99999999999999999999d)", "quantile(NaN, 1s)", "times(-1, 1s)");
        var text = $"when: {when}";
        if (when.StartsWith("stuck", StringComparison.Ordinal) || when.StartsWith("absent", StringComparison.Ordinal))
        {
            return text + " ;; -red ;; fault: true";
        }

        text += when.StartsWith("votes", StringComparison.Ordinal) ? " ;; place: grid" : "";
        text += $" ;; red: \"{Pick(">", ">=", "<", "<=", "==")} {Pick("0", "-0", "5e-324", "9999.999999999999", "1e308", "-1e308", "1e999", "NaN", "0.1", "99", "4096")}\"";
        text += random.Next(2) == 0 ? $" ;; hold: {Pick("0s", "1ms", "30d", "31d", "-1s")}" : "";
        return text + (random.Next(2) == 0 ? $" ;; clear: {{ deadband: {Pick("0", "5e-324", "1e308", "-1", "NaN")}, hold: {Pick("0s", "30d", "1ms")} }}" : "");
    }

    /// <summary>What is said of readings that go up and down, some of them as large as numbers are.</summary>
    private static List<string> Judge(Rule[] rules)
    {
        var scenario = new Scenario();
        var said = new List<string>();
        var engine = new Engine(scenario.Register, new RuleSet(rules), new EngineOptions(), t => said.Add($"{t.RuleId} {Scenario.Show(t)} {t.EpisodeMicros} {t.Ordinal}"));
        for (var second = 0; second < 300; second++)
        {
            var now = Scenario.Epoch + (second * 1_000_000L);
            var value = second % 97 == 0 ? double.MaxValue : second % 89 == 0 ? -double.MaxValue : second / 10 % 2 == 0 ? 10 : 200 + (second % 3);
            engine.Apply([Reading.Tick(now), new Reading(0, 0, ReadingFlags.None, now, now, value), new Reading(1, 0, ReadingFlags.None, now - 700_000, now, 300 - value)], 0);
        }

        return said;
    }
}
