namespace PingAnIoT.Rules;

/// <summary>
/// Carries running state from one rule set to the next. A rule keeps its state when its id remains and its window means the same
/// (kind, quantity, function, length; an absence keeps it whatever its length); thresholds, holds and deadbands may change under it.
/// </summary>
internal sealed partial class Reload(TransitionWriter writer, ShardState old, ShardState next)
{
    private readonly Dictionary<string, Rule> nextRules = next.Plan.RuleSet.Rules.ToDictionary(r => r.Id, StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> closedEpisodes = new(StringComparer.Ordinal);

    /// <summary>Do two rule sets say the same, word for word?</summary>
    public static bool IsSame(RuleSet a, RuleSet b, Catalog catalog) => SavedRules.Write(a.Rules, catalog) == SavedRules.Write(b.Rules, catalog);

    public IReadOnlyList<ReloadNote> Run()
    {
        next.Clock = old.Clock;
        foreach (var group in next.Gateways.Groups)
        {
            group.Timers.Clear();
        }

        foreach (var rule in old.Plan.RuleSet.Rules.Where(r => !Keeps(r)))
        {
            closedEpisodes.Add(rule.Id, 0);
        }

        next.Store.MakeRoomAs(old.Store);
        for (var device = 0; device < old.Store.Devices.Length; device++)
        {
            if (old.Store.Has(device))
            {
                CarryDevice(device);
            }
        }

        for (var place = 1; place <= old.Places.Count; place++)
        {
            CarryPlace(place);
        }

        if (old.Plan.Kinds.Zip(next.Plan.Kinds).All(k => k.Second.Absents.All(to => k.First.Absents.Any(from => IsSameSilence(from, to)))))
        {
            next.GoOnLookingForSilence(old);
        }

        next.UpdateSizes();
        return [.. closedEpisodes.Select(c => new ReloadNote(c.Key, c.Value, ReasonOf(c.Key)))];
    }

    private bool Keeps(Rule rule) => nextRules.TryGetValue(rule.Id, out var to) && LooksAtTheSame(rule, to);

    private static bool LooksAtTheSame(Rule rule, Rule to) => rule.Kind == to.Kind && rule.Quantity == to.Quantity
        && rule.AnyQuantity == to.AnyQuantity && rule.Function == to.Function
        && (rule.Function == WindowFunction.Absent || rule.WindowMicros == to.WindowMicros) && rule.Share.Equals(to.Share)
        && rule.Place == to.Place && rule.Combination == to.Combination && rule.Parts.Count == to.Parts.Count
        && rule.Parts.Zip(to.Parts).All(p => LooksAtTheSame(p.First, p.Second));

    private static bool IsSameSilence(CompiledRule from, CompiledRule to) =>
        from.Rule.Id == to.Rule.Id && LooksAtTheSame(from.Rule, to.Rule) && from.SeverityOf(0) == to.SeverityOf(0);

    private string ReasonOf(string id)
    {
        var before = old.Plan.RuleSet.Rules.First(r => r.Id == id);
        return !nextRules.ContainsKey(id) ? "the rule is gone"
            : Keeps(before) ? "the colour it showed is gone from the rule"
            : "its window means something else now";
    }

    private void CarryDevice(int device)
    {
        var slot = old.Store.Devices[device];
        KindPlan before = old.Plan.Kinds[slot.Kind], after = next.Plan.Kinds[slot.Kind];
        if (!after.IsEmpty)
        {
            next.Store.Add(device, slot.Kind, slot.Group);
        }

        foreach (var quantity in before.Series)
        {
            var to = after.Quantities[quantity.Quantity];
            CarrySeries(device, slot.Series + quantity.Offset, quantity, to, to is null ? -1 : next.Store.Devices[device].Series + to.Offset);
        }

        foreach (var rule in before.Combined)
        {
            CarryCombined(device, slot, rule, after);
        }

        for (var i = 0; i < before.Absents.Length; i++)
        {
            CarryAbsence(device, slot, i, before.Absents[i], after);
        }

        // Last, for what closes still tells what it rested on.
        foreach (var quantity in before.Series)
        {
            if (after.Quantities[quantity.Quantity] is null && old.Store.HasBlock(slot.Series + quantity.Offset))
            {
                old.Store.Close(slot.Series + quantity.Offset);
            }
        }
    }

    private void CarrySeries(int device, int index, QuantityPlan from, QuantityPlan? to, int toIndex)
    {
        if (!old.Store.HasBlock(index))
        {
            return;
        }

        var series = old.Store.Block(index);
        if (series.Head.States != 0)
        {
            CarryStates(device, series, from, to);
        }

        if (next.Plan.Generation < old.Plan.Generation)
        {
            // Generations begin again: what was seen under an earlier first one is not to be taken for this.
            series.Head.Settled = 0;
        }

        if (to is not null)
        {
            next.Store.TakeOver(toIndex, old.Store, index);
        }
    }

    private void CarryStates(int device, SeriesBlock series, QuantityPlan from, QuantityPlan? to)
    {
        var first = to is null ? 0 : next.Store.States.Rent(device, to);
        for (var i = 0; i < from.Rules.Length; i++)
        {
            ref var state = ref old.Store.States[series.Head.States + i];
            var rule = from.Rules[i];
            var place = to is null ? -1 : Array.FindIndex(to.Rules, r => r.Rule.Id == rule.Rule.Id);
            if (place < 0 || !Keeps(rule.Rule) || !HasColour(state, rule, to!.Rules[place]))
            {
                Close(ref state, rule);
                if (place >= 0)
                {
                    next.Store.States[first + place].LastChange = state.LastChange;
                }

                continue;
            }

            CarryState(state, rule, series.Clock, first + place, to.Rules[place]);
        }

        series.Head.States = first;
    }

    private void CarryCombined(int device, in DeviceSlot slot, CombinedRule from, KindPlan after)
    {
        var index = old.Store.StateOf(slot, from);
        var to = Array.Find(after.Combined, c => c.Rule.Rule.Id == from.Rule.Rule.Id);
        if (index <= 0)
        {
            if (to is not null && Keeps(from.Rule.Rule))
            {
                next.Store.StateOf(next.Store.Devices[device], to) = index;
            }

            return;
        }

        ref var state = ref old.Store.States[index];
        var isKept = to is not null && Keeps(from.Rule.Rule) && HasColour(state, from.Rule, to.Rule);
        if (!isKept)
        {
            Close(ref state, from.Rule);
        }

        if (to is null)
        {
            return;
        }

        var target = next.Store.Devices[device];
        var first = next.Store.States.Rent(device, to);
        next.Store.StateOf(target, to) = first;
        ref var fresh = ref next.Store.States[first];
        if (isKept)
        {
            CarryState(state, from.Rule, next.ClockOf(target, to), first, to.Rule);
            fresh.Combined = (ushort)(to.Index + 1);
            return;
        }

        fresh.LastChange = state.LastChange;
        if (Keeps(from.Rule.Rule))
        {
            // What it showed is over, what it knows is not.
            fresh.Sequence.First = state.Sequence.First;
        }
    }

    private static bool HasColour(in RuleState state, CompiledRule from, CompiledRule to) =>
        state.Current == from.Bands.Length || PlaceOf(to, from.Bands[state.Current].Severity) < to.Bands.Length;

    private static int PlaceOf(CompiledRule rule, Severity severity)
    {
        var place = Array.FindIndex(rule.Bands, b => b.Severity == severity);
        return place < 0 ? rule.Bands.Length : place;
    }

    private void CarryState(in RuleState state, CompiledRule from, SeriesClock series, int index, CompiledRule to)
    {
        ref var result = ref next.Store.States[index];
        result = state;
        result.Armed = Never.Micros;
        result.Current = (byte)PlaceOf(to, from.SeverityOf(state.Current));
        Latch.Drop(ref result);
        for (var b = 0; b < from.Bands.Length; b++)
        {
            // A sequence has one band: what waits goes on waiting, whatever its colour is now, for its first does not come again.
            var toBand = from.Rule.IsSequence() ? b : PlaceOf(to, from.Bands[b].Severity);
            if (toBand < to.Bands.Length && b < state.Current == toBand < result.Current)
            {
                result.Since[toBand] = state.Since[b];
                result.HasPending |= state.Since[b] != Never.Micros;
            }
        }

        next.Arm(ref result, index, to, series);
    }

    private void CarryAbsence(int device, in DeviceSlot slot, int place, CompiledRule rule, KindPlan after)
    {
        ref var absence = ref old.Store.Absences[slot.Absences + place];
        var toPlace = Array.FindIndex(after.Absents, r => r.Rule.Id == rule.Rule.Id);
        if (toPlace < 0 || !Keeps(rule.Rule) || (absence.IsActive && after.Absents[toPlace].SeverityOf(0) != rule.SeverityOf(0)))
        {
            Close(ref absence, rule);
            if (toPlace >= 0)
            {
                next.Store.Absences[next.Store.Devices[device].Absences + toPlace].LastChange = absence.LastChange;
            }

            return;
        }

        var target = next.Store.Devices[device];
        var index = target.Absences + toPlace;
        ref var result = ref next.Store.Absences[index];
        result = absence;
        result.IsArmed = false;
        ShardState.Arm(ref result, index, after.Absents[toPlace], next.Gateways.Groups[target.Group]);
    }

    private void Close(ref RuleState state, CompiledRule rule)
    {
        int from = state.Current, normal = rule.Bands.Length;
        if (from == normal)
        {
            return;
        }

        state.Current = (byte)normal;
        Count(rule.Rule.Id);
        old.Write(ref state, rule, from, Now(state.LastChange), Now(state.LastChange));
    }

    private void Close(ref Absence absence, CompiledRule rule)
    {
        if (absence.IsActive)
        {
            Count(rule.Rule.Id);
            writer.Write(ref absence, rule, active: false, Now(absence.LastChange), Now(absence.LastChange));
        }
    }

    private void Count(string id) => closedEpisodes[id] = closedEpisodes.GetValueOrDefault(id) + 1;

    /// <summary>The last tick: every shard has the same.</summary>
    private long Now(long lastChange) => next.Clock.HasTicked ? next.Clock.LastTickMicros : lastChange;
}
