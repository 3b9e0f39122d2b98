namespace PingAnIoT.Rules;

/// <summary>What is done with a reading of one quantity of one kind. Immutable.</summary>
internal sealed class QuantityPlan(int quantity, int offset, CompiledRule[] rules, int[] absents, bool hasOwnAbsents, CombinedRule[] combined, VotesRule[] votes)
{
    public int Quantity { get; } = quantity;

    /// <summary>Place of the series among those of its device.</summary>
    public int Offset { get; } = offset;

    /// <summary>The rules with bands, those of one window side by side.</summary>
    public CompiledRule[] Rules { get; } = rules;

    /// <summary>Which of the kind's absences a reading is a sign of life for.</summary>
    public int[] Absents { get; } = absents;

    /// <summary>Whether one of <see cref="Absents"/> listens for this quantity alone.</summary>
    public bool HasOwnAbsents { get; } = hasOwnAbsents;

    /// <summary>The kind's rules over several quantities that have a part on this one.</summary>
    public CombinedRule[] Combined { get; } = combined;

    /// <summary>The rules for which a reading is a vote.</summary>
    public VotesRule[] Votes { get; } = votes;

    /// <summary>The windows of <see cref="Rules"/>, in their order.</summary>
    public WindowPlan[] Windows { get; } = WindowsOf(rules);

    /// <summary>The windows of parts on the quantity that must not cross for the rules over several to rest.</summary>
    public WindowPlan[] Restraints { get; } = [.. combined.SelectMany(c => c.Restraints(quantity))];

    /// <summary>The windows of rules and restraints that must be computed though all readings are where no band is crossed; those of one window once.</summary>
    public WindowPlan[] Computed { get; } =
    [
        .. WindowsOf(rules).Concat(combined.SelectMany(c => c.Restraints(quantity))).Where(w => !w.IsWithinReadings)
            .GroupBy(w => (w.Function, w.Micros, w.Share)).Select(g => g.Aggregate((a, b) => a.And(b))),
    ];

    public bool HasSetPoints { get; } = rules.Any(r => r.HasSetPoints) || combined.Any(c => c.HasSetPoints);

    /// <summary>The longest window.</summary>
    public long WindowMicros { get; } = rules.Select(r => r.Rule)
        .Concat(combined.SelectMany(c => c.Rule.Rule.Parts).Where(p => p.Quantity == quantity))
        .Select(r => r.WindowMicros).DefaultIfEmpty(0).Max();

    /// <summary>Whether the newest reading is kept when the next comes, however old it is.</summary>
    public bool KeepsNewest { get; } = rules.Any(r => r.Function == WindowFunction.Stuck);

    private static WindowPlan[] WindowsOf(CompiledRule[] rules)
    {
        var windows = new List<WindowPlan>();
        for (int first = 0, end = 0; first < rules.Length; first = end)
        {
            for (; end < rules.Length && IsSame(rules[end].Rule, rules[first].Rule); end++)
            {
            }

            windows.Add(new WindowPlan(rules, first, end));
        }

        return [.. windows];
    }

    private static bool IsSame(Rule a, Rule b) => a.Function == b.Function && a.WindowMicros == b.WindowMicros && a.Share.Equals(b.Share);
}
