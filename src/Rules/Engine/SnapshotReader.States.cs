namespace PingAnIoT.Rules;

/// <content>What rules say of a series, and over several of a device.</content>
internal sealed partial class SnapshotReader
{
    /// <param name="from">Just before the states of a series' rules.</param>
    /// <param name="state">Where they go.</param>
    /// <param name="quantity">What the series is.</param>
    /// <param name="device">Whose it is; -1 when it is not ours: they are read over.</param>
    private static void ReadStates(BlockReader from, ShardState state, QuantityPlan quantity, int device)
    {
        var index = device < 0 ? -1 : state.Store.Devices[device].Series + quantity.Offset;
        var first = device < 0 ? 0 : state.Store.States.Rent(device, quantity);
        if (device >= 0)
        {
            state.Store.Block(index).Head.States = first;
        }

        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            var ruleState = ReadState(from, quantity.Quantity, quantity.Rules[i], device);
            if (device >= 0)
            {
                ref var target = ref state.Store.States[first + i];
                target = ruleState;
                state.Arm(ref target, first + i, quantity.Rules[i], state.Store.Block(index).Clock);
            }
        }
    }

    private static void ReadCombined(BlockReader from, ShardState state, CombinedRule rule, int device)
    {
        var hasState = from.Flag();
        var read = hasState ? ReadState(from, rule.Rule.Rule.Quantity, rule.Rule, device) : default;
        if (rule.IsSequence)
        {
            read.Sequence = ReadSequence(from, hasState);
        }

        if (device < 0)
        {
            return;
        }

        ref var slot = ref state.Store.Devices[device];
        if (!hasState)
        {
            state.Store.StateOf(ref slot, rule) = rule.IsSequence ? SequenceState.Resting(read.Sequence.First) : 0;
            return;
        }

        var index = state.Store.States.Rent(device, rule);
        state.Store.StateOf(ref slot, rule) = index;
        ref var target = ref state.Store.States[index];
        target = read with { Combined = target.Combined };
        state.Arm(ref target, index, rule.Rule, state.ClockOf(slot, rule));
    }

    private static SequenceState ReadSequence(BlockReader from, bool hasState)
    {
        var first = (FirstPart)from.Byte();
        BlockReader.Require(first <= FirstPart.True, "the first part of a sequence is neither known nor unknown");
        return hasState
            ? new SequenceState { First = first, Since = from.Long(), EventTimeMicros = from.Long(), Value = from.Double() }
            : SequenceState.Nothing with { First = first };
    }

    private static RuleState ReadState(BlockReader from, int quantity, CompiledRule rule, int device)
    {
        var state = RuleState.Normal(device, quantity, rule);
        state.Value = from.Double();
        state.Episode = from.Long();
        state.LastChange = from.Long();
        state.Ordinal = from.Int();
        state.Current = from.Byte();
        BlockReader.Require(state.Current <= rule.Bands.Length, "a band is not in its rule");
        for (var b = 0; b < rule.Bands.Length; b++)
        {
            state.Since[b] = from.Long();
            state.HasPending |= state.Since[b] != Never.Micros;
        }

        return state;
    }
}
