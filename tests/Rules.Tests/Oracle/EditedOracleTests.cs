using System.Globalization;
using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>The engine whose rules are edited amid readings gives what the naive query gives.</summary>
public sealed class EditedOracleTests
{
    /// <summary>PINGAN_ORACLE_EDITED asks for more; PINGAN_ORACLE_EDITED_FROM for the seeds from there on, as a run says that it had.</summary>
    [Fact]
    public void Edits_amid_readings_are_as_the_naive_query_has_them()
    {
        var cases = int.Parse(Environment.GetEnvironmentVariable("PINGAN_ORACLE_EDITED") ?? "500", CultureInfo.InvariantCulture);
        var from = OracleSeeds.From("PINGAN_ORACLE_EDITED_FROM");
        long transitions = 0, edits = 0, ended = 0;
        var failing = OracleSeeds.FirstFailing(from, cases, seed =>
        {
            var testCase = EditedCase.Make(seed);
            var expected = Judge(testCase);
            Interlocked.Add(ref transitions, expected.Count);
            Interlocked.Add(ref edits, testCase.Edits.Count - 1);
            Interlocked.Add(ref ended, expected.Count(t => t.Change == TransitionChange.Normal));
            return Difference(testCase, expected) is not null;
        });
        if (failing is { } one)
        {
            Fail(EditedCase.Make(one));
        }

        transitions.Should().BeGreaterThan(cases * 2L, "cases in which nothing happens show nothing");
        edits.Should().BeGreaterThan(cases);
        ended.Should().BeGreaterThan(cases / 2);
        Console.Out.WriteLine($"oracle: {cases} cases with {edits} edits amid readings, seeds from {from}, {transitions} transitions, 0 differences");
    }

    private static List<Transition> Judge(EditedCase testCase)
    {
        var (register, _) = OracleCase.MakeRegister(false);
        var keepers = EditedCase.Keepers;
        var steps = testCase.Journal.SelectMany((reading, i) =>
            testCase.Edits.Where(e => e.At == i).Select(e => (Reading: default(Reading), Rules: (RuleSet?)e.Rules)).Append((reading, null))).ToObservable();
        var queries =
            from id in testCase.Edits.SelectMany(e => e.Rules.Rules).Select(r => r.Id).Distinct()
            from device in Enumerable.Range(0, register.Count)
            where register[device].Kind == keepers[0].Kind
            from keeper in keepers
            select steps
                .Where(s => s.Rules is not null || s.Reading.IsTick || (s.Reading.Device == device && s.Reading.Quantity == keeper.Quantity))
                .Scan(
                    new EditedOracle(id, new BandOracle(keeper, register[device], register.SeriesName(device, keeper.Quantity), testCase.Options)),
                    (oracle, step) => step.Rules is { } rules ? oracle.Change(rules) : oracle.Step(step.Reading))
                .SelectMany(oracle => oracle.Fired);
        return [.. queries.SelectMany(q => q.ToEnumerable().ToList())];
    }

    private static string? Difference(EditedCase testCase, List<Transition> expected) =>
        OracleTests.Compare("edited, reading by reading", OracleTests.Show(expected), OracleTests.Show(Run(testCase, batch: 1)))
        ?? OracleTests.Compare("edited, in batches", OracleTests.Show(expected), OracleTests.Show(Run(testCase, batch: 9)));

    private static List<Transition> Run(EditedCase testCase, int batch)
    {
        var (register, index) = OracleCase.MakeRegister(false);
        var emitted = new List<Transition>();
        var engine = new Engine(register, testCase.Edits[0].Rules, testCase.Options, emitted.Add);
        var edits = testCase.Edits.Skip(1).ToDictionary(e => e.At, e => e.Rules);
        var waiting = new List<Reading>();
        for (var i = 0; i < testCase.Journal.Count; i++)
        {
            var rules = edits.GetValueOrDefault(i);
            if (rules is not null || waiting.Count == batch)
            {
                engine.Apply([.. waiting], i);
                waiting.Clear();
            }

            if (rules is not null)
            {
                engine.Replace(rules);
            }

            var reading = testCase.Journal[i];
            waiting.Add(reading.IsTick ? reading : reading with { Device = index[reading.Device] });
        }

        engine.Apply([.. waiting], testCase.Journal.Count);
        return emitted;
    }

    /// <summary>Fails with the fewest edits and the shortest journal that still show the difference.</summary>
    private static void Fail(EditedCase testCase)
    {
        for (var i = testCase.Edits.Count - 1; i > 0; i--)
        {
            var fewer = testCase with { Edits = [.. testCase.Edits.Where((_, j) => j != i)] };
            testCase = Difference(fewer, Judge(fewer)) is null ? testCase : fewer;
        }

        for (var i = testCase.Journal.Count - 1; i >= 0; i--)
        {
            var shorter = testCase with
            {
                Journal = [.. testCase.Journal.Where((_, j) => j != i)], Edits = [.. testCase.Edits.Select(e => (e.At > i ? e.At - 1 : e.At, e.Rules)).DistinctBy(e => e.Item1)],
            };
            testCase = shorter.Edits.Count < testCase.Edits.Count || Difference(shorter, Judge(shorter)) is null ? testCase : shorter;
        }

        throw new InvalidOperationException($"{Difference(testCase, Judge(testCase))}\n{testCase}\nAgain with PINGAN_ORACLE_EDITED=1 PINGAN_ORACLE_EDITED_FROM={testCase.Seed}");
    }
}
