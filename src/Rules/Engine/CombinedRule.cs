namespace PingAnIoT.Rules;

/// <summary>A rule over several quantities of a device in the shape the engine reads. Immutable once placed.</summary>
/// <param name="rule">What it says.</param>
/// <param name="index">Its number among those of its kind.</param>
internal sealed class CombinedRule(CompiledRule rule, int index)
{
    public CompiledRule Rule { get; } = rule;

    public int Index { get; } = index;

    public Combination Combination => Rule.Rule.Combination;

    public bool IsSequence { get; } = rule.Rule.IsSequence();

    public CompiledRule[] Parts { get; } = [.. rule.Rule.Parts.Select(p => new CompiledRule(p))];

    /// <summary>Of each part.</summary>
    public WindowPlan[] Windows { get; } = [.. rule.Rule.Parts.Select(p => new WindowPlan([new CompiledRule(p)], 0, 1))];

    public bool HasSetPoints { get; } = rule.Rule.Parts.Any(p => p.Bands.Any(b => b.SetPoint is not null));

    /// <summary>Of each part, the place of its series among those of the device.</summary>
    public int[] Offsets { get; } = new int[rule.Rule.Parts.Count];

    /// <summary>Of each quantity, the part whose window reaches back the furthest: that and no other brings evidence.</summary>
    public int[] Witnesses { get; } =
    [
        .. rule.Rule.Parts.Select((p, i) => (p.Quantity, p.WindowMicros, Index: i)).GroupBy(p => p.Quantity)
            .Select(g => g.MaxBy(p => p.WindowMicros).Index),
    ];

    /// <summary>
    /// Whether, while it is not busy and no part on a quantity crosses a band, a reading of that quantity begins nothing: not all parts hold; none
    /// of any does, since the others had their turn (where it keeps hours they may have waited for them); the first of a sequence stays false (where
    /// it has no value at first, it must be shown the reading that makes it so).
    /// </summary>
    public bool Rests(int quantity) => Combination switch
    {
        Combination.All => true,
        Combination.Any => Rule.During is null,
        _ => Parts[0].Rule.Quantity != quantity || Windows[0].IsWithinReadings,
    };

    /// <summary>The windows of the parts on a quantity that must not cross for the rule to rest: of all, one is enough.</summary>
    public IEnumerable<WindowPlan> Restraints(int quantity)
    {
        var own = Enumerable.Range(0, Parts.Length).Where(p => Parts[p].Rule.Quantity == quantity && !(IsSequence && p > 0)).Select(p => Windows[p]);
        return Combination == Combination.All ? own.OrderByDescending(w => w.IsWithinReadings).Take(1) : own;
    }

    public void Place(QuantityPlan?[] quantities)
    {
        for (var i = 0; i < Parts.Length; i++)
        {
            Offsets[i] = quantities[Parts[i].Rule.Quantity]!.Offset;
        }
    }
}
