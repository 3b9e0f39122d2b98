namespace PingAnIoT.Rules.Tests;

/// <summary>Rule sets that come of others as an operator would make them: a number moved, a rule taken out, put in or turned into another.</summary>
internal static class RuleChanges
{
    public static RuleSet Change(Random random, RuleSet rules)
    {
        var next = rules.Rules.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var other = OracleCase.Make(random.Next()).Rules.Rules;
            var at = random.Next(next.Count + 1);
            if (at == next.Count || random.Next(6) == 0)
            {
                next.Add(other[0] with { Id = FreeId(random, next) });
                continue;
            }

            next[at] = Change(random, next[at], other[0]);
            if (random.Next(6) == 0)
            {
                next.RemoveAt(at);
            }
            else if (random.Next(6) == 0)
            {
                (next[at], next[0]) = (next[0], next[at]);
            }
        }

        return new RuleSet([.. next]);
    }

    private static string FreeId(Random random, List<Rule> rules)
    {
        // Mostly a name of its own; an id that was there before may come back as something else.
        var id = $"r{random.Next(8)}";
        return rules.Any(r => r.Id == id) ? $"r{8 + random.Next(1000)}" : id;
    }

    private static Rule Change(Random random, Rule rule, Rule other) => random.Next(8) switch
    {
        0 or 1 when rule.Parts.Count == 0 => rule with { Bands = [.. rule.Bands.Select(b => b with { Threshold = b.Threshold + random.Next(-2, 3) })] },
        2 when rule.Parts.Count == 0 && rule.Bands.Count > 1 => rule with { Bands = [.. rule.Bands.Skip(random.Next(2)).SkipLast(random.Next(2))] },
        3 when rule.Function == WindowFunction.Absent || rule.WindowMicros > 0 => rule with { WindowMicros = (random.Next(6) + 1) * 1_000_000 },
        4 => rule with { HoldMicros = random.Next(4) * 1_000_000, ClearHoldMicros = random.Next(4) * 1_000_000 },
        5 when rule.Parts.Count == 0 && rule.Function != WindowFunction.Absent => rule with { Deadband = random.Next(3), During = null },
        6 => other with { Id = rule.Id },
        _ => rule with { TitleEn = "another" },
    };
}
