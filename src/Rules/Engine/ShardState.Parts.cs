using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>Rules over several quantities of a device: judged at every counted reading of any of them, from the device's series as they stand.</content>
internal sealed partial class ShardState
{
    /// <summary>What the rules' clocks come to by a reading that is about to be taken.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ElapseCombined(in DeviceSlot slot, QuantityPlan quantity, int series, in Reading reading)
    {
        if (Store.HasBlock(series) && Store.Block(series).Clock.Last >= reading.EventTimeMicros)
        {
            return;
        }

        foreach (var rule in quantity.Combined)
        {
            ref var state = ref Store.States[Math.Max(0, Store.StateAt(slot, rule))];
            if (state.HasPending && ClockOf(slot, rule).Last is var last && last < reading.EventTimeMicros)
            {
                Elapse(ref state, rule.Rule, last, reading.EventTimeMicros, reading.ReceiveTimeMicros);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void JudgeCombined(ref DeviceSlot slot, QuantityPlan quantity, in Reading reading)
    {
        foreach (var rule in quantity.Combined)
        {
            if (rule.IsSequence)
            {
                JudgeSequence(ref slot, quantity, rule, reading);
                continue;
            }

            var device = OwnOf(reading.Device, rule.HasSetPoints);
            ref var index = ref Store.StateOf(ref slot, rule);
            if (index <= 0 && rule.Combination == Combination.All
                && (IsKnownToRest(index, quantity) || !CrossesOwn(slot, quantity, rule, device)
                    || (!rule.HasSetPoints && RestsOnAnother(ref index, slot, quantity, rule))))
            {
                continue;
            }

            var at = ClockOf(slot, rule);
            var (crossed, violated) = JudgeParts(slot, rule, device, at.Last);
            if (index <= 0)
            {
                if (crossed.High == rule.Rule.Bands.Length)
                {
                    continue;
                }

                index = Store.States.Rent(reading.Device, rule);
            }

            ref var state = ref Store.States[index];
            Latch.Observe(ref state, rule.Rule, crossed, violated, at.Last);
            if (state.HasPending)
            {
                Advance(ref state, rule.Rule, at.Last, reading.ReceiveTimeMicros);
                Arm(ref state, index, rule.Rule, at);
            }

            if (state.IsQuiet(rule.Rule, at.Last))
            {
                Store.States.Return(index, 1);
                index = 0;
            }
        }
    }

    /// <summary>Do the parts on the quantity just read all cross a band? Where not, the others need not be looked at: their memory is elsewhere.</summary>
    private bool CrossesOwn(in DeviceSlot slot, QuantityPlan quantity, CombinedRule rule, DeviceRecord? device)
    {
        for (var p = 0; p < rule.Parts.Length; p++)
        {
            if (rule.Offsets[p] == quantity.Offset && !VerdictOf(slot, rule, p, device).IsCrossed(rule.Rule))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Has <see cref="RestsOnAnother"/> seen it, so that what was read need not be looked at either?</summary>
    private bool IsKnownToRest(int index, QuantityPlan quantity) =>
        PartsAtRest.OffsetOf(index, plan.Generation) is >= 0 and var known && known != quantity.Offset;

    /// <summary>
    /// Does a part on another quantity cross no band? Once one is seen not to, that is known until a reading of its quantity: readings of this one
    /// need not look for it again. (Not where devices may have thresholds of their own: they may change without a reading.)
    /// </summary>
    private bool RestsOnAnother(ref int index, in DeviceSlot slot, QuantityPlan quantity, CombinedRule rule)
    {
        index = 0;
        for (var p = 0; p < rule.Parts.Length && index == 0; p++)
        {
            if (rule.Offsets[p] != quantity.Offset && !VerdictOf(slot, rule, p, null).IsCrossed(rule.Rule))
            {
                index = PartsAtRest.On(rule.Offsets[p], plan.Generation);
            }
        }

        return index != 0;
    }

    private (Bounds Crossed, Bounds Violated) JudgeParts(in DeviceSlot slot, CombinedRule rule, DeviceRecord? device, long asOf)
    {
        if (rule.Rule.During is { } during && !during.Covers(asOf))
        {
            var nothing = Bounds.None(rule.Rule);
            return (nothing, nothing);
        }

        var (crossed, violated) = JudgePart(slot, rule, 0, device, asOf);
        for (var p = 1; p < rule.Parts.Length; p++)
        {
            var (partCrossed, partViolated) = JudgePart(slot, rule, p, device, asOf);
            crossed = crossed.Join(rule.Combination, partCrossed);
            violated = violated.Join(rule.Combination, partViolated);
        }

        return (crossed, violated);
    }

    private (Bounds Crossed, Bounds Violated) JudgePart(in DeviceSlot slot, CombinedRule rule, int part, DeviceRecord? device, long asOf)
    {
        var verdict = VerdictOf(slot, rule, part, device);
        if (!verdict.IsDefined || asOf - Store.Block(slot.Series + rule.Offsets[part]).Last > options.CarryMicros)
        {
            var unknown = Bounds.Unknown(rule.Rule);
            return (unknown, unknown);
        }

        return (new Bounds(verdict.Crossed, verdict.Crossed), new Bounds(verdict.Violated, verdict.Violated));
    }

    /// <summary>What a part makes of its own series, as of its own newest reading.</summary>
    private Verdict VerdictOf(in DeviceSlot slot, CombinedRule rule, int part, DeviceRecord? device)
    {
        var series = slot.Series + rule.Offsets[part];
        if (!Store.HasBlock(series) || Store.Block(series) is not { HasReading: true } block)
        {
            return Verdict.Undefined;
        }

        ref readonly var window = ref rule.Windows[part];
        var covered = Windows.Covered(window.Micros, block.Samples(scratch));
        return Verdict.Of(rule.Parts[part], device, Windows.Value(window, covered, scratch), covered);
    }

    /// <summary>The clock of the rule is that of the series with the newest reading; of several, of the first in the order of the parts.</summary>
    public SeriesClock ClockOf(in DeviceSlot slot, CombinedRule rule)
    {
        var newest = SeriesClock.None;
        foreach (var offset in rule.Offsets)
        {
            if (Store.HasBlock(slot.Series + offset) && Store.Block(slot.Series + offset).Clock is var own && own.Last > newest.Last)
            {
                newest = own;
            }
        }

        return newest;
    }

    /// <summary>One of the parts tells it.</summary>
    private void WriteCombined(ref RuleState state, CombinedRule rule, in DeviceSlot slot, int from, long due, long receive)
    {
        if (rule.IsSequence)
        {
            WriteSequence(ref state, rule, slot, from, due, receive);
            return;
        }

        var device = register[state.Device];
        var (part, value) = Telling(slot, rule, device, from, state.Current);
        state.Value = value;
        writer.Write(ref state, rule.Rule, rule.Parts[part], from, due, receive, EvidenceOf(state.Device, slot, rule));
    }

    /// <summary>
    /// The first part that crosses the band reached, or on the way down violates the band left no longer; where none is known to, the first that
    /// has a value.
    /// </summary>
    private (int Part, double Value) Telling(in DeviceSlot slot, CombinedRule rule, DeviceRecord device, int from, int to)
    {
        var asOf = ClockOf(slot, rule).Last;
        for (var p = 0; p < rule.Parts.Length; p++)
        {
            var (crossed, violated) = JudgePart(slot, rule, p, device, asOf);
            if (to < from ? crossed.High <= to : violated.Low > from)
            {
                return (p, VerdictOf(slot, rule, p, device).Value);
            }
        }

        for (var p = 0; p < rule.Parts.Length; p++)
        {
            if (VerdictOf(slot, rule, p, device) is { IsDefined: true } verdict)
            {
                return (p, verdict.Value);
            }
        }

        return (0, double.NaN);
    }

    /// <summary>The newest readings of all parts' windows, oldest first; of one time in the order of the parts.</summary>
    private Evidence[] EvidenceOf(int device, in DeviceSlot slot, CombinedRule rule)
    {
        var all = new List<Evidence>();
        foreach (var part in rule.Witnesses)
        {
            var series = slot.Series + rule.Offsets[part];
            if (Store.HasBlock(series) && Store.Block(series) is { HasReading: true } block)
            {
                var of = rule.Parts[part].Rule;
                all.AddRange(TransitionWriter.EvidenceOf(of, block.Samples(scratch), register.SeriesName(device, of.Quantity)));
            }
        }

        return [.. all.OrderBy(e => e.EventTimeMicros).TakeLast(TransitionWriter.EvidenceMax)];
    }
}
