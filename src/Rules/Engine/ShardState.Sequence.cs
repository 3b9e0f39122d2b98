using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>
/// One thing and then another, or not: a rule over two parts of which the first is waited on to become true and the second then asked for.
/// <c>then</c> crosses its band while the second does; <c>then not</c> is pending from when the first became true, for as long as the second
/// may take, and the second cancels it.
/// </content>
internal sealed partial class ShardState
{
    /// <summary>
    /// How far a reading carries what is pending. What waits for a second to come does not rest on what the last reading said, and silence is no
    /// answer to it: it waits on whatever comes or does not.
    /// </summary>
    private long Carry(in RuleState state, Rule rule) =>
        rule.Combination == Combination.ThenNot && state.Current > 0 ? long.MaxValue : options.CarryMicros;

    private void JudgeSequence(ref DeviceSlot slot, QuantityPlan quantity, CombinedRule rule, in Reading reading)
    {
        ref var index = ref Store.StateOf(ref slot, rule);
        var isOfFirst = rule.Offsets[0] == quantity.Offset;
        var isAtRest = index <= 0;
        if (isAtRest && !isOfFirst)
        {
            return;
        }

        var device = OwnOf(reading.Device, rule.HasSetPoints);
        var before = isAtRest ? SequenceState.AtRest(index) : Store.States[index].Sequence.First;
        if (isAtRest && FirstOf(slot, rule, device, long.MinValue / 2, before) == before)
        {
            // As of its own newest reading. As of a later one of the second it might not be known, which leaves it as it was too.
            return;
        }

        var at = ClockOf(slot, rule);
        var first = isOfFirst ? FirstOf(slot, rule, device, at.Last, before) : before;
        var hasBecome = before == FirstPart.False && first == FirstPart.True;
        if (isAtRest)
        {
            index = hasBecome ? Store.States.Rent(reading.Device, rule) : SequenceState.Resting(first);
            if (!hasBecome)
            {
                return;
            }
        }

        ref var state = ref Store.States[index];
        state.Sequence.First = first;
        Observe(ref state, slot, rule, device, at.Last, hasBecome);
        if (state.HasPending)
        {
            Advance(ref state, rule.Rule, at.Last, reading.ReceiveTimeMicros);
            Arm(ref state, index, rule.Rule, at);
        }

        if (state.IsQuiet(rule.Rule, at.Last) && state.Sequence.Since == Never.Micros)
        {
            Store.States.Return(index, 1);
            index = SequenceState.Resting(first);
        }
    }

    private FirstPart FirstOf(in DeviceSlot slot, CombinedRule rule, DeviceRecord? device, long asOf, FirstPart before)
    {
        var (crossed, violated) = JudgePart(slot, rule, 0, device, asOf);
        return SequenceState.Next(before, crossed, violated);
    }

    private void Observe(ref RuleState state, in DeviceSlot slot, CombinedRule rule, DeviceRecord? device, long asOf, bool hasBecome)
    {
        var none = Bounds.None(rule.Rule);
        if (rule.Rule.During is { } during && !during.Covers(asOf))
        {
            state.Sequence.Since = Never.Micros;
            Latch.Observe(ref state, rule.Rule, none, none, asOf);
            return;
        }

        if (rule.Combination == Combination.ThenNot)
        {
            ObserveThenNot(ref state, slot, rule, device, asOf, hasBecome);
            return;
        }

        ref var since = ref state.Sequence.Since;
        if (hasBecome && state.Current > 0)
        {
            since = asOf;
            NoteFirst(ref state, slot, rule);
        }
        else if (since != Never.Micros && asOf - since >= rule.Rule.Rule.WithinMicros)
        {
            since = Never.Micros;
        }

        var isAsked = since != Never.Micros || state.HasPending || state.Current == 0;
        var (crossed, violated) = isAsked ? JudgePart(slot, rule, 1, device, asOf) : (none, none);
        Latch.Observe(ref state, rule.Rule, crossed, violated, asOf);
    }

    /// <summary>Pending from when the first became true; the second ends that, and what was raised. What is not known ends nothing.</summary>
    private void ObserveThenNot(ref RuleState state, in DeviceSlot slot, CombinedRule rule, DeviceRecord? device, long asOf, bool hasBecome)
    {
        Bounds none = Bounds.None(rule.Rule), unknown = Bounds.Unknown(rule.Rule), so = new(0, 0);
        var (crossed, violated) = JudgePart(slot, rule, 1, device, asOf);
        if (crossed.High == 0)
        {
            Latch.Observe(ref state, rule.Rule, none, none, asOf);
            return;
        }

        if (hasBecome && state.Current > 0 && !state.HasPending)
        {
            NoteFirst(ref state, slot, rule);
        }

        Latch.Observe(ref state, rule.Rule, hasBecome ? so : unknown, violated.Low > 0 ? so : unknown, asOf);
    }

    private void NoteFirst(ref RuleState state, in DeviceSlot slot, CombinedRule rule)
    {
        var newest = Store.Block(slot.Series + rule.Offsets[0]).Newest;
        state.Sequence.EventTimeMicros = newest.EventTimeMicros;
        state.Sequence.Value = newest.Value;
    }

    /// <summary>The second tells it; where it has no value, the reading with which the first became true.</summary>
    private void WriteSequence(ref RuleState state, CombinedRule rule, in DeviceSlot slot, int from, long due, long receive)
    {
        var second = VerdictOf(slot, rule, 1, register[state.Device]);
        state.Value = second.IsDefined ? second.Value : state.Sequence.Value;
        state.Sequence.Since = state.Current == 0 ? Never.Micros : state.Sequence.Since;
        writer.Write(ref state, rule.Rule, rule.Parts[second.IsDefined ? 1 : 0], from, due, receive, EvidenceOf(state, slot, rule));
    }

    /// <summary>The reading with which the first became true and the newest of the second's window, oldest first.</summary>
    private Evidence[] EvidenceOf(in RuleState state, in DeviceSlot slot, CombinedRule rule)
    {
        var all = new List<Evidence>();
        if (state.Sequence.EventTimeMicros != Never.Micros)
        {
            all.Add(new Evidence(state.Sequence.EventTimeMicros, state.Sequence.Value, register.SeriesName(state.Device, rule.Parts[0].Rule.Quantity)));
        }

        var series = slot.Series + rule.Offsets[1];
        if (Store.HasBlock(series) && Store.Block(series) is { HasReading: true } block)
        {
            var second = rule.Parts[1].Rule;
            all.AddRange(TransitionWriter.EvidenceOf(second, block.Samples(scratch), register.SeriesName(state.Device, second.Quantity)).TakeLast(TransitionWriter.EvidenceMax - 1));
        }

        return [.. all.Distinct().OrderBy(e => e.EventTimeMicros)];
    }

    /// <summary>From when to when a sequence waits for its second; null where it does not.</summary>
    private static (long Since, long Until)? WaitingOf(in RuleState state, Rule rule)
    {
        var since = rule.Combination == Combination.Then ? state.Sequence.Since
            : rule.Combination == Combination.ThenNot && state.Current > 0 && state.HasPending ? state.Since[0]
            : Never.Micros;
        return since == Never.Micros ? null : (since, since + rule.WithinMicros);
    }
}
