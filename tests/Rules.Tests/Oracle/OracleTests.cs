using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>The engine gives what the naive query gives, however it is batched, sharded, stopped and started again.</summary>
public sealed class OracleTests
{
    /// <summary>
    /// PINGAN_ORACLE_CASES asks for more; PINGAN_ORACLE_FROM for the seeds from there on, as a run says that it had; PINGAN_ORACLE_SEED for one case alone; PINGAN_ORACLE_FIRST for the seeds from 0 up to it,
    /// always the same and without looking for the shortest case, as a run over mutants wants it.
    /// </summary>
    [Fact]
    public void The_engine_gives_the_transitions_of_the_naive_query()
    {
        if (Environment.GetEnvironmentVariable("PINGAN_ORACLE_SEED") is { } seed)
        {
            Check(int.Parse(seed, CultureInfo.InvariantCulture));
            return;
        }

        if (Environment.GetEnvironmentVariable("PINGAN_ORACLE_FIRST") is { } first)
        {
            Enumerable.Range(0, int.Parse(first, CultureInfo.InvariantCulture)).Select(s => Difference(OracleCase.Make(s)).Text)
                .FirstOrDefault(text => text is not null).Should().BeNull();
            return;
        }

        var cases = int.Parse(Environment.GetEnvironmentVariable("PINGAN_ORACLE_CASES") ?? "2000", CultureInfo.InvariantCulture);
        long transitions = 0, during = 0, resets = 0, combined = 0, then = 0, thenNot = 0;
        var byFunction = new long[Enum.GetValues<WindowFunction>().Length];
        var from = OracleSeeds.From("PINGAN_ORACLE_FROM");
        var failing = OracleSeeds.FirstFailing(from, cases, s =>
        {
            var (expected, difference) = Difference(OracleCase.Make(s));
            Interlocked.Add(ref transitions, expected.Count);
            Interlocked.Add(ref combined, expected.Count(t => t.Rule.Combination != Combination.None));
            Interlocked.Add(ref then, expected.Count(t => t.Rule.Combination == Combination.Then));
            Interlocked.Add(ref thenNot, expected.Count(t => t.Rule.Combination == Combination.ThenNot));
            foreach (var transition in expected)
            {
                Interlocked.Increment(ref byFunction[(int)transition.Rule.Function]);
                Interlocked.Add(ref resets, transition.Rule.IsLatched && transition.Change == TransitionChange.Normal ? 1 : 0);
                Interlocked.Add(ref during, transition.Rule.During is null ? 0 : 1);
            }

            return difference is not null;
        });
        if (failing is { } one)
        {
            Check(one);
        }

        transitions.Should().BeGreaterThan(cases * 2L, "cases in which nothing happens show nothing");
        byFunction.Should().OnlyContain(count => count > cases / 100, "so it is with each function");
        during.Should().BeGreaterThan(cases / 20, "and with schedules");
        resets.Should().BeGreaterThan(cases / 50, "and with resets");
        combined.Should().BeGreaterThan(cases / 5, "and over several quantities");
        then.Should().BeGreaterThan(cases / 50, "and of sequences");
        thenNot.Should().BeGreaterThan(cases / 50, "of either form");
        Console.Out.WriteLine(
            $"oracle: {cases} cases, seeds from {from}, {transitions} transitions, {combined} of rules over several quantities, {then} of then, {thenNot} of then not, 0 differences");
    }

    /// <summary>Fails with the shortest journal and the fewest rules that still show the difference.</summary>
    private static void Check(int seed)
    {
        var testCase = OracleCase.Make(seed);
        if (Difference(testCase).Text is null)
        {
            return;
        }

        for (var i = testCase.Journal.Count - 1; i >= 0; i--)
        {
            var shorter = testCase with { Journal = [.. testCase.Journal.Where((_, j) => j != i)] };
            testCase = Difference(shorter).Text is null ? testCase : shorter;
        }

        foreach (var rule in testCase.Rules.Rules)
        {
            var fewer = testCase with { Rules = new RuleSet([.. testCase.Rules.Rules.Where(r => r != rule)]) };
            testCase = Difference(fewer).Text is null ? testCase : fewer;
        }

        throw new InvalidOperationException($"{Difference(testCase).Text}\n{testCase}\nAgain with PINGAN_ORACLE_SEED={seed}");
    }

    private static (IReadOnlyList<Transition> Expected, string? Text) Difference(OracleCase testCase)
    {
        var expected = OracleQuery.Judge(testCase.Journal, OracleCase.MakeRegister(false).Register, testCase.Rules, testCase.Options);
        var expectedText = Show(expected);
        var text = Compare("one engine, one batch", expectedText, Show(EngineRun.Straight(testCase, out var counters)))
            ?? Compare("what it counted", [CountOracle.Of(testCase, expected.Count)], [CountOracle.Show(counters)])
            ?? Compare("batched, sharded and restarted", expectedText, Show(EngineRun.Hostile(testCase)));
        return (expected, text);
    }

    internal static string? Compare(string run, List<string> expected, List<string> actual)
    {
        var at = expected.Zip(actual).TakeWhile(p => p.First == p.Second).Count();
        return at == expected.Count && at == actual.Count
            ? null
            : $"{run}: expected\n    {expected.ElementAtOrDefault(at) ?? "no more"}\n  but the engine gave\n    {actual.ElementAtOrDefault(at) ?? "no more"}";
    }

    /// <summary>In order per rule and series, with all that a transition says.</summary>
    internal static List<string> Show(IEnumerable<Transition> transitions) =>
    [
        .. transitions.GroupBy(t => (t.RuleId, t.Series)).OrderBy(g => g.Key.RuleId, StringComparer.Ordinal).ThenBy(g => g.Key.Series, StringComparer.Ordinal)
            .SelectMany(g => g).Select(t => string.Create(CultureInfo.InvariantCulture,
                $"{t.RuleId} {t.Series} of {t.Device.Device} {t.Change} {t.From}->{t.To} @{Seconds(t.EventTimeMicros)} episode {Seconds(t.EpisodeMicros)}#{t.Ordinal} received {Seconds(t.ReceiveTimeMicros)} value {t.WindowValue:R} of {t.ToldBy?.When()} {t.ToldBy?.Quantity} threshold {t.Threshold:R} [{string.Join(' ', t.Evidence.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Series}{Seconds(e.EventTimeMicros)}={e.Value:R}")))}]")),
    ];

    private static string Seconds(long micros) => ((micros - Scenario.Epoch) / 1e6).ToString("0.######", CultureInfo.InvariantCulture);
}
