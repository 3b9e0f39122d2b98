namespace PingAnIoT.Rules;

/// <summary>
/// Puts other rules in force. A rule keeps its state when its id remains and its window means the same (kind, quantity, function, length; an
/// absence keeps it whatever its length); thresholds, holds and deadbands may change under it.
/// It costs what has changed and has something to say: kinds of which no rule changed are left alone, and of the others only the states that
/// exist are looked at. Where series must lie otherwise their devices move later: see <see cref="ShardState.Move"/>.
/// </summary>
internal sealed partial class Reload
{
    private readonly TransitionWriter writer;
    private readonly ShardState shard;
    private readonly RulePlan old;
    private readonly RulePlan next;
    private readonly Dictionary<string, Rule> nextRules;
    private readonly Dictionary<CompiledRule, RuleStep> steps = [];
    private readonly SortedDictionary<string, int> closedEpisodes = new(StringComparer.Ordinal);

    public Reload(TransitionWriter writer, ShardState shard, RulePlan next)
    {
        (this.writer, this.shard, this.next) = (writer, shard, next);
        old = shard.Plan;
        nextRules = next.RuleSet.Rules.ToDictionary(r => r.Id, StringComparer.Ordinal);
    }

    private SeriesStore Store => shard.Store;

    /// <summary>Do two rule sets say the same, word for word?</summary>
    public static bool IsSame(RuleSet a, RuleSet b, Catalog catalog) => SavedRules.Write(a.Rules, catalog) == SavedRules.Write(b.Rules, catalog);

    public IReadOnlyList<ReloadNote> Run()
    {
        foreach (var rule in old.RuleSet.Rules.Where(r => !Keeps(r)))
        {
            closedEpisodes.Add(rule.Id, 0);
        }

        var kinds = Enumerable.Range(0, old.KindCount).ToArray();
        var hasMoves = kinds.Any(k => next.LayoutOf(k) != old.LayoutOf(k));
        if (hasMoves)
        {
            // Those that have not moved since the last time do so by what was said then.
            shard.MoveAll();
        }

        foreach (var kind in kinds.Where(IsChanged))
        {
            Compare(old.OfKind(kind), next.OfKind(kind));
        }

        var listensAnew = kinds.Any(k => IsChanged(k) && !HasSameSilences(old.OfKind(k), next.OfKind(k)));
        if (listensAnew)
        {
            shard.LetAllTell();
        }

        var pieces = Pieces(listensAnew);
        CloseWhatGoes(pieces);
        shard.Use(next, hasMoves);
        CarryPieces(pieces);
        CarryPlaces();
        if (listensAnew)
        {
            CarryAbsences();
        }

        shard.UpdateSizes();
        return [.. closedEpisodes.Select(c => new ReloadNote(c.Key, c.Value, ReasonOf(c.Key)))];
    }

    private bool IsChanged(int kind) => !ReferenceEquals(old.OfKind(kind), next.OfKind(kind));

    private bool Keeps(Rule rule) => nextRules.TryGetValue(rule.Id, out var to) && LooksAtTheSame(rule, to);

    /// <summary>Does what is known under one rule mean the same under another of its name?</summary>
    public static bool LooksAtTheSame(Rule rule, Rule to) => rule.Kind == to.Kind && rule.Quantity == to.Quantity
        && rule.AnyQuantity == to.AnyQuantity && rule.Function == to.Function
        && (rule.Function == WindowFunction.Absent || rule.WindowMicros == to.WindowMicros) && rule.Share.Equals(to.Share)
        && rule.Place == to.Place && rule.Combination == to.Combination && rule.Parts.Count == to.Parts.Count
        && rule.Parts.Zip(to.Parts).All(p => LooksAtTheSame(p.First, p.Second));

    private string ReasonOf(string id)
    {
        var before = old.RuleSet.Rules.First(r => r.Id == id);
        return !nextRules.ContainsKey(id) ? "the rule is gone"
            : Keeps(before) ? "the colour it showed is gone from the rule"
            : "its window means something else now";
    }

    /// <summary>Where each rule of a kind that says something of its series goes.</summary>
    private void Compare(KindPlan before, KindPlan after)
    {
        foreach (var quantity in before.Series)
        {
            Compare(quantity.Rules, after.Quantities[quantity.Quantity]?.Rules ?? []);
        }

        Compare([.. before.Combined.Select(c => c.Rule)], [.. after.Combined.Select(c => c.Rule)]);
        Compare(before.Absents, after.Absents);
    }

    private void Compare(CompiledRule[] before, CompiledRule[] after)
    {
        foreach (var from in before)
        {
            var place = Array.FindIndex(after, r => r.Rule.Id == from.Rule.Id);
            steps.Add(from, new RuleStep(from, place < 0 ? null : after[place], place, Keeps(from.Rule)));
        }
    }

    private long Now(long lastChange) => shard.Clock.HasTicked ? shard.Clock.LastTickMicros : lastChange;

    private void Count(string id) => closedEpisodes[id] = closedEpisodes.GetValueOrDefault(id) + 1;
}
