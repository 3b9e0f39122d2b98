using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// Other rules amid readings: what has not moved yet when it is touched is judged as if all had been laid out for the new rules at once, which is
/// what a restart does.
/// </summary>
public sealed class RuleChangeTests
{
    /// <summary>PINGAN_RULE_CHANGES asks for more or fewer.</summary>
    private static readonly int Cases = int.Parse(Environment.GetEnvironmentVariable("PINGAN_RULE_CHANGES") ?? "1000", CultureInfo.InvariantCulture);

    [Fact]
    public void A_change_of_rules_amid_readings_is_as_a_restart_under_them()
    {
        long transitions = 0, closed = 0, changes = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var lasting = Run(seed, isRestarted: false);
            var restarted = Run(seed, isRestarted: true);
            OracleTests.Show(lasting.Transitions).Should().Equal(OracleTests.Show(restarted.Transitions), "seed {0}", seed);
            lasting.Notes.Should().Equal(restarted.Notes, "seed {0}", seed);
            transitions += lasting.Transitions.Count;
            closed += lasting.Notes.Sum(n => n.EpisodesClosed);
            changes += lasting.Changes;
        }

        changes.Should().BeGreaterThan(Cases);
        transitions.Should().BeGreaterThan(Cases * 2);
        closed.Should().BeGreaterThan(Cases / 10);
        Console.Out.WriteLine($"rule changes: {Cases} cases, seeds from 0, {changes} changes, {transitions} transitions, 0 differences from a restart");
    }

    [Fact]
    public void A_kind_of_which_no_rule_changed_is_left_alone_and_others_are_not_moved_if_their_series_lie_as_they_did()
    {
        var scenario = new Scenario(Scenario.Rule("a", hold: "5s"), Scenario.Rule("b", quantity: "methane")).Run("""
            at 0s p1 91
            at 0s p1.methane 95      -> p1.methane red @0s
            """);
        scenario.Replace(Scenario.Rule("a", hold: "6s"), Scenario.Rule("b", quantity: "methane")).Should().BeEmpty();
        scenario.Run("at 5s p1 91").Run("at 6s p1 91 -> p1.pressure red @6s");

        // A quantity that was not watched: the series lie otherwise, each goes on with what it had.
        scenario.Replace(Scenario.Rule("a", hold: "6s"), Scenario.Rule("b", quantity: "methane"), Scenario.Rule("c", quantity: "flow")).Should().BeEmpty();
        scenario.Run("""
            at 7s p1 10              -> p1.pressure normal @7s
            at 7s p1.flow 95         -> p1.flow red @7s
            at 7s p1.methane 10      -> p1.methane normal @7s
            """);
    }

    private static (List<Transition> Transitions, List<ReloadNote> Notes, int Changes) Run(int seed, bool isRestarted)
    {
        var testCase = OracleCase.Make(seed);
        var random = new Random(seed);
        var (register, index) = OracleCase.MakeRegister(false);
        var emitted = new List<Transition>();
        var notes = new List<ReloadNote>();
        var changes = 0;
        var rules = testCase.Rules;
        var engine = new Engine(register, rules, testCase.Options, emitted.Add);
        foreach (var reading in testCase.Journal)
        {
            engine.Apply([reading.IsTick ? reading : reading with { Device = index[reading.Device] }], 0);
            if (random.Next(8) == 0 && RuleChanges.Change(random, rules) is var next && TryReplace(engine, next, notes))
            {
                rules = next;
                changes++;
                engine = isRestarted ? Restart(engine, register, rules, testCase.Options, emitted) : engine;
            }
        }

        return (emitted, notes, changes);
    }

    private static bool TryReplace(Engine engine, RuleSet rules, List<ReloadNote> notes)
    {
        try
        {
            notes.AddRange(engine.Replace(rules));
            return true;
        }
        catch (ArgumentException)
        {
            // Parts that do not fit together: the old ones stay in force.
            return false;
        }
    }

    private static Engine Restart(Engine engine, DeviceRegister register, RuleSet rules, EngineOptions options, List<Transition> emitted)
    {
        using var saved = new MemoryStream();
        engine.Save(saved);
        saved.Position = 0;
        var restarted = new Engine(register, rules, options, emitted.Add);
        restarted.Restore(saved);
        return restarted;
    }
}
