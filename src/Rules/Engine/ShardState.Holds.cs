namespace PingAnIoT.Rules;

/// <content>
/// What elapses, and what is said when it has: the same for a rule over a series, over several of a device and over a place. A state tells which
/// of them it belongs to.
/// </content>
internal sealed partial class ShardState
{
    /// <summary>A reading speaks until the next, if that comes within the carry.</summary>
    private void Elapse(ref RuleState state, CompiledRule rule, long last, long to, long receive)
    {
        if (!state.HasPending)
        {
            return;
        }

        if (to - last <= Carry(state, rule.Rule))
        {
            Advance(ref state, rule, to, receive);
        }
        else
        {
            Latch.Drop(ref state);
        }
    }

    private void Advance(ref RuleState state, CompiledRule rule, long to, long receive)
    {
        long due;
        while (state.HasPending && (due = Latch.NextDue(state, rule.Rule)) <= to)
        {
            int from = state.Current;
            Latch.Step(ref state, rule.Rule, due);
            Write(ref state, rule, from, due, receive);
        }
    }

    /// <summary>By hand, and only where the rule is latched.</summary>
    private void Reset(ref RuleState state, CompiledRule rule, long receive)
    {
        int from = state.Current;
        if (Latch.Reset(ref state, rule))
        {
            Write(ref state, rule, from, receive, receive);
        }
    }

    /// <summary>Says that the rule's band changed from <paramref name="from"/> to the state's present one.</summary>
    public void Write(ref RuleState state, CompiledRule rule, int from, long due, long receive)
    {
        if (state.Place > 0)
        {
            WriteVotes(ref state, rule, from, due, receive);
            return;
        }

        ref readonly var slot = ref Store.Devices[state.Device];
        if (state.Combined > 0)
        {
            WriteCombined(ref state, CombinedOf(state, slot), slot, from, due, receive);
            return;
        }

        writer.Write(ref state, rule, Store.Block(slot.Series + plan.Find(slot.Layout, state.Quantity)!.Offset).Samples(scratch), from, due, receive);
    }

    /// <summary>Server time at which ticks will have brought a clock, less the lateness, to what is due next.</summary>
    private long DueAt(in RuleState state, Rule rule, SeriesClock series)
    {
        var due = state.HasPending && series.Anchor != Never.Micros ? Latch.NextDue(state, rule) : long.MaxValue;
        return due == long.MaxValue || due - series.Last > Carry(state, rule)
            ? long.MaxValue
            : series.Anchor + (due - series.Last) + options.AllowedLatenessMicros;
    }

    /// <summary>How far ticks have brought a clock.</summary>
    private long Elapsed(SeriesClock series, long carry) =>
        series.Last + Math.Min(clock.Now - series.Anchor - options.AllowedLatenessMicros, carry);

    public void Arm(ref RuleState state, int index, CompiledRule rule, SeriesClock series)
    {
        var at = DueAt(state, rule.Rule, series);
        if (at == long.MaxValue || (state.Armed != Never.Micros && state.Armed <= at))
        {
            return;
        }

        state.Armed = at;
        if (holdTimers.IsFull)
        {
            holdTimers.MakeRoom(Store, static (store, due, slot) => store.States[slot].Armed == due);
        }

        holdTimers.Push(at, index);
    }

    private void FireHold(int index, long receive)
    {
        ref var state = ref Store.States[index];
        Keep(state.Device);
        state.Armed = Never.Micros;
        var (rule, at) = WaitingOf(state, index);
        if (DueAt(state, rule.Rule, at) <= clock.Now)
        {
            Advance(ref state, rule, Elapsed(at, Carry(state, rule.Rule)), receive);
        }

        Arm(ref state, index, rule, at);
    }

    /// <summary>Which rule a state is of, and the clock it waits by.</summary>
    private (CompiledRule Rule, SeriesClock Clock) WaitingOf(in RuleState state, int index)
    {
        if (state.Place > 0)
        {
            ref readonly var place = ref Places[state.Place];
            return (plan.Votes[place.Rule].Rule, place.Clock);
        }

        ref readonly var slot = ref Store.Devices[state.Device];
        if (state.Combined > 0)
        {
            var combined = CombinedOf(state, slot);
            return (combined.Rule, ClockOf(slot, combined));
        }

        var quantity = plan.Find(slot.Layout, state.Quantity)!;
        var series = Store.Block(slot.Series + quantity.Offset);
        return (quantity.Rules[index - series.Head.States], series.Clock);
    }

    private CombinedRule CombinedOf(in RuleState state, in DeviceSlot slot) => plan.Layouts[slot.Layout].Combined[state.Combined - 1];
}
