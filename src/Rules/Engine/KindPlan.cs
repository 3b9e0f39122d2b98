namespace PingAnIoT.Rules;

/// <summary>What is done with the readings of one kind of device. Immutable.</summary>
internal sealed class KindPlan(Rule[] rules, QuantityPlan?[] quantities, CompiledRule[] absents, CombinedRule[] combined, VotesRule[] votes)
{
    /// <summary>Of a kind that nobody is of.</summary>
    public static KindPlan None { get; } = new([], [], [], [], []);

    public QuantityPlan?[] Quantities { get; } = quantities;

    public QuantityPlan[] Series { get; } = [.. quantities.OfType<QuantityPlan>()];

    public CompiledRule[] Absents { get; } = absents;

    /// <summary>Those of <see cref="Absents"/> that any of the device's readings ends.</summary>
    public int[] AnyAbsents { get; } = [.. Enumerable.Range(0, absents.Length).Where(i => absents[i].Rule.AnyQuantity)];

    /// <summary>The rules over several quantities.</summary>
    public CombinedRule[] Combined { get; } = combined;

    /// <summary>The rules over the devices of a place.</summary>
    public VotesRule[] Votes { get; } = votes;

    public bool IsEmpty => Series.Length == 0;

    /// <summary>Is it what these rules come to, word for word and in this order?</summary>
    public bool IsOf(Rule[] others) => rules.Length == others.Length && rules.Zip(others).All(r => IsSame(r.First, r.Second));

    /// <summary>The same for devices that are laid out so, with other rules for their silences, one for each there was.</summary>
    public KindPlan With(CompiledRule[] silences) => new(rules, Quantities, silences, Combined, Votes);

    /// <summary>
    /// Do a device's series, rules and places lie where they did? What the rules say, and which are on a series, may differ. Absences lie by
    /// themselves.
    /// </summary>
    public bool IsLaidOutAs(KindPlan other) =>
        Series.Select(s => s.Quantity).SequenceEqual(other.Series.Select(s => s.Quantity))
        && Combined.Length == other.Combined.Length && Combined.Zip(other.Combined).All(c => LiesAs(c.First.Rule.Rule, c.Second.Rule.Rule))
        && Votes.Select(v => (v.Rule.Rule.Id, v.Rule.Rule.Place)).SequenceEqual(other.Votes.Select(v => (v.Rule.Rule.Id, v.Rule.Rule.Place)));

    /// <returns>The rule over several quantities that goes on with what another knew; null where none does.</returns>
    public CombinedRule? Goes(CombinedRule from)
    {
        foreach (var to in Combined)
        {
            if (to.Rule.Rule.Id == from.Rule.Rule.Id && Reload.LooksAtTheSame(from.Rule.Rule, to.Rule.Rule))
            {
                return to;
            }
        }

        return null;
    }

    /// <summary>Of a sequence something is known of each device, also where nothing waits.</summary>
    private static bool LiesAs(Rule a, Rule b) => a.Id == b.Id && ((!a.IsSequence() && !b.IsSequence()) || Reload.LooksAtTheSame(a, b));

    /// <summary>A record's lists are compared by what is in them; what a rule may come to say besides makes it another, unless it is equal.</summary>
    private static bool IsSame(Rule a, Rule b) => ReferenceEquals(a, b)
        || (a == b with { Bands = a.Bands, Codes = a.Codes, Parts = a.Parts, During = a.During }
            && a.Bands.SequenceEqual(b.Bands) && a.Codes.SequenceEqual(b.Codes) && a.During?.ToString() == b.During?.ToString()
            && a.Parts.Count == b.Parts.Count && a.Parts.Zip(b.Parts).All(p => IsSame(p.First, p.Second)));
}
