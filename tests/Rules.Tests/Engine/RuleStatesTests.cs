using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Runs of states that come and go: none is given out twice, and what came back is given out again.</summary>
public sealed class RuleStatesTests
{
    /// <summary>Of a quantity with so many rules.</summary>
    private static readonly QuantityPlan[] Quantities =
    [
        .. Enumerable.Range(0, 6).Select(count => new RuleSet([.. Enumerable.Range(0, count + 1).Select(i => Scenario.Rule($"r{i}", quantity: i < count ? "methane" : "flow"))]))
            .Select(rules => RulePlan.Compile(rules, Catalog.Default).OfKind(0).Series[0]),
    ];

    [Fact]
    public void A_run_is_fresh_and_nobody_elses() => Gen.Select(Gen.Int[1, 5], Gen.Int[0, 20]).Array[1, 80].Sample(steps =>
    {
        var states = new RuleStates();
        var held = new List<(int First, int Count)>();
        var free = new Dictionary<int, int>();
        foreach (var (count, which) in steps)
        {
            if (which < held.Count)
            {
                var (first, length) = held[which];
                states.Return(first, length);
                for (var i = 0; i < length; i++)
                {
                    (states[first + i].Device, states[first + i].Armed).Should().Be((RuleStates.NoDevice, Never.Micros));
                }

                held.RemoveAt(which);
                free[length] = free.GetValueOrDefault(length) + 1;
                continue;
            }

            var end = states.End;
            var run = states.Rent(which, Quantities[count]);
            states.End.Should().Be(free.GetValueOrDefault(count) > 0 ? end : end + count, "what came back is given out again");
            free[count] = Math.Max(0, free.GetValueOrDefault(count) - 1);
            run.Should().BePositive();
            held.Should().NotContain(h => h.First < run + count && run < h.First + h.Count);
            held.Add((run, count));
            for (var i = 0; i < count; i++)
            {
                ref var state = ref states[run + i];
                (state.Device, state.Quantity, state.Current, state.HasPending, state.Armed, state.Ordinal).Should().Be((which, (ushort)Quantities[count].Quantity, (byte)1, false, Never.Micros, 0));
                (state.HasPending, state.Ordinal) = (true, 9);
            }
        }
    }, iter: 40);

    [Fact]
    public void One_over_several_quantities_and_one_of_a_place_say_whose_they_are()
    {
        var states = new RuleStates();
        var rule = Scenario.Rule(quantity: "methane");
        var combined = new CombinedRule(new CompiledRule(rule with { Combination = Combination.All, Parts = [rule, rule] }), 4);
        ref var first = ref states[states.Rent(7, combined)];
        (first.Device, first.Combined, first.Place, first.Quantity).Should().Be((7, (ushort)5, 0, (ushort)rule.Quantity));
        ref var second = ref states[states.Rent(8, new VotesRule(new CompiledRule(rule), 0, 0), 3)];
        (second.Device, second.Combined, second.Place, second.Quantity).Should().Be((8, (ushort)0, 3, (ushort)rule.Quantity));
    }
}
