using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// Random edits amid a random journal, all from one seed: thresholds, holds and deadbands are moved, hours and colours taken away, windows made another, rules put in and taken out.
/// The rules are those with bands over one series; absences, several quantities, sequences and votes are in <see cref="RuleChangeTests"/>.
/// </summary>
/// <param name="Seed">Makes it again.</param>
/// <param name="Options">The engine's.</param>
/// <param name="Journal">The readings.</param>
/// <param name="Edits">The rules from before the reading of that index on; the first are of 0.</param>
internal sealed record EditedCase(int Seed, EngineOptions Options, IReadOnlyList<Reading> Journal, IReadOnlyList<(int At, RuleSet Rules)> Edits)
{
    /// <summary>Longer than any window: while it is there all that is in any is kept.</summary>
    private const long KeptMicros = 10_000_000;

    private const int Quantities = 2;

    public static EditedCase Make(int seed)
    {
        var random = new Random(seed);
        var made = OracleCase.Make(seed);
        var rules = Enumerable.Range(0, random.Next(1, 4)).Select(i => MakeRule(random, $"r{i}")).ToList();
        var edits = new List<(int, RuleSet)> { (0, Set(rules)) };
        for (var at = random.Next(1, 20); at < made.Journal.Count; at += random.Next(1, 20))
        {
            rules = Edit(random, rules);
            edits.Add((at, Set(rules)));
        }

        return new EditedCase(seed, made.Options, made.Journal, edits);
    }

    public static List<Rule> Keepers => [.. Enumerable.Range(0, Quantities).Select(q => OracleCase.MakeBandRule(new Random(0)) with
    {
        Id = $"keeper{q}", Quantity = q, Function = WindowFunction.Count, WindowMicros = KeptMicros, Share = 0, Times = 0, Codes = [], During = null, IsLatched = false,
        Bands = [new Band(Severity.Green, Comparison.Above, 1e9, null)],
    })];

    public override string ToString() => string.Join('\n',
    [
        string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, {Options}"),
        .. Journal.Select((r, i) => string.Concat(Edits.Where(e => e.At == i).SelectMany(e => e.Rules.Rules.Skip(Quantities).Select(rule => $"  -- {OracleCase.Show(rule)}\n")))
            + $"  {OracleCase.Show(r, i)}"),
    ]);

    private static RuleSet Set(List<Rule> rules) => new([.. Keepers, .. rules]);

    private static Rule MakeRule(Random random, string id) => OracleCase.MakeBandRule(random) with { Id = id };

    private static List<Rule> Edit(Random random, List<Rule> rules)
    {
        var next = rules.ToList();
        var at = random.Next(next.Count + 1);
        if (at == next.Count)
        {
            // An id that was there before may come back as something else.
            var id = Enumerable.Range(random.Next(5), next.Count + 1).Select(i => $"r{i}").First(i => next.TrueForAll(r => r.Id != i));
            next.Insert(random.Next(next.Count + 1), MakeRule(random, id));
        }
        else if (random.Next(6) == 0)
        {
            next.RemoveAt(at);
        }
        else
        {
            next[at] = Edit(random, next[at]);
        }

        return next;
    }

    private static Rule Edit(Random random, Rule rule) => random.Next(8) switch
    {
        0 or 1 => rule with { Bands = [.. rule.Bands.Select(b => b with { Threshold = b.Threshold + random.Next(-2, 3) })] },
        2 => rule with { HoldMicros = random.Next(5) * 1_000_000 },
        3 => rule with { ClearHoldMicros = random.Next(5) * 1_000_000 },
        4 => rule with { Deadband = random.Next(3), During = null },
        5 when rule.Bands.Count > 1 => rule with { Bands = random.Next(2) == 0 ? [.. rule.Bands.Skip(1)] : [.. rule.Bands.SkipLast(1)] },
        6 when rule.WindowMicros > 0 => rule with { WindowMicros = (random.Next(10) + 1) * 1_000_000 },
        7 => MakeRule(random, rule.Id),
        _ => rule with { TitleEn = "another" },
    };
}
