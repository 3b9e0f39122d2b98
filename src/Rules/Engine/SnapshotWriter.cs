namespace PingAnIoT.Rules;

/// <summary>Writes a shard's state. <see cref="SnapshotReader"/> is its mirror, in the same order.</summary>
internal static class SnapshotWriter
{
    /// <summary>What comes before the devices.</summary>
    public static void Head(BlockWriter to, Catalog catalog, ShardState state)
    {
        to.Int(state.Options.Shard);
        to.Int(state.Options.Shards);
        Names(to, catalog);
        to.Text(state.Plan.RuleSet.Source);
        to.Text(SavedRules.Write(state.Plan.RuleSet.Rules, catalog));
        Layouts(to, catalog, state);
        Clocks(to, state);
    }

    /// <summary>What comes after them.</summary>
    public static void Tail(BlockWriter to, DeviceRegister register, ShardState state)
    {
        Places(to, register, state);
        Retired(to, register, state);
    }

    private static void Places(BlockWriter to, DeviceRegister register, ShardState state)
    {
        to.Int(Enumerable.Range(1, state.Places.Count).Count(n => state.Places[n].IsKnown));
        for (var number = 1; number <= state.Places.Count; number++)
        {
            ref readonly var place = ref state.Places[number];
            if (!place.IsKnown)
            {
                continue;
            }

            var bands = state.Plan.Votes[place.Rule].Rule.Bands.Length;
            to.Int(place.Rule);
            to.Text(state.Places.NameOf(number));
            to.Long(place.Last);
            to.Long(place.Anchor);
            to.Flag(place.State != 0);
            if (place.State != 0)
            {
                Name(to, register[state.Store.States[place.State].Device]);
                State(to, state.Store.States[place.State], bands);
            }

            for (var at = place.Voters; at != 0; at = state.Places.VoterAt(at).Next)
            {
                to.Flag(true);
                Voter(to, register, state.Places.VoterAt(at), bands);
            }

            to.Flag(false);
        }
    }

    private static void Retired(BlockWriter to, DeviceRegister register, ShardState state)
    {
        to.Int(state.Retired.Count);
        foreach (var record in state.Retired.Order().Select(d => register[d]))
        {
            to.Int(record.Kind);
            to.Text(record.Device);
        }
    }

    private static void Voter(BlockWriter to, DeviceRegister register, in Voter voter, int bands)
    {
        Name(to, register[voter.Device]);
        to.Double(voter.Value);
        for (var b = 0; b < bands; b++)
        {
            to.Long(voter.Crossed[b]);
            to.Long(voter.Violated[b]);
        }
    }

    private static void Name(BlockWriter to, DeviceRecord record)
    {
        to.Int(record.Kind);
        to.Text(record.Device);
        to.Text(record.Gateways.Count == 0 ? "" : record.Gateways[0]);
    }

    private static void Names(BlockWriter to, Catalog catalog)
    {
        to.Int(catalog.Kinds.Count);
        foreach (var kind in catalog.Kinds)
        {
            to.Text(kind.Name);
            to.Int(kind.Quantities.Count);
            foreach (var quantity in kind.Quantities)
            {
                to.Text(quantity.Name);
            }
        }
    }

    private static void Clocks(BlockWriter to, ShardState state)
    {
        to.Flag(state.Clock.HasTicked);
        to.Long(state.Clock.Now);
        to.Long(state.Clock.LastTickMicros);
        var gateways = state.Gateways.Gateways.ToList();
        to.Int(gateways.Count);
        foreach (var gateway in gateways)
        {
            to.Text(gateway.Name);
            to.Byte(gateway.IsOnline is null ? (byte)2 : gateway.IsOnline.Value ? (byte)1 : (byte)0);
            to.Long(gateway.ChangedAt);
        }

        to.Int(state.Gateways.Groups.Count);
        foreach (var group in state.Gateways.Groups)
        {
            to.Text(group.Key);
            to.Long(group.Listened);
            to.Long(group.Since);
        }
    }

    /// <summary>Of each kind how many devices there are and which series each has, in their order: so that this is not said of each.</summary>
    private static void Layouts(BlockWriter to, Catalog catalog, ShardState state)
    {
        var devices = new int[catalog.Kinds.Count];
        for (var device = 0; device < state.Store.Devices.Length; device++)
        {
            if (state.Store.Has(device))
            {
                devices[state.Plan.KindOf(state.Store.Devices[device].Layout)]++;
            }
        }

        for (var kind = 0; kind < devices.Length; kind++)
        {
            var series = state.Plan.OfKind(kind).Series;
            to.Int(devices[kind]);
            to.Int(series.Length);
            foreach (var quantity in series)
            {
                to.Int(quantity.Quantity);
            }
        }
    }

    public static void Device(BlockWriter to, ReadOnlySpan<byte> name, ShardState state, in DeviceSlot slot)
    {
        var store = state.Store;
        var plan = state.Plan.Layouts[slot.Layout];
        to.Byte((byte)state.Plan.KindOf(slot.Layout));
        to.Int(slot.Group);
        to.Name(name);
        to.Byte((byte)(slot.IsHeard ? plan.Quantities[slot.Heard - 1]!.Offset + 1 : 0));
        if (slot.IsHeard)
        {
            to.Long(slot.LifeListening);
            to.Long(slot.LifeReceiveMicros);
        }

        foreach (var quantity in plan.Series)
        {
            Series(to, store, slot.Series + quantity.Offset, quantity);
        }

        for (var i = 0; i < plan.Absents.Length; i++)
        {
            Silence(to, store.Absences[slot.Absences + i], isTold: slot.IsHeard && plan.Absents[i].Rule.AnyQuantity);
        }

        foreach (var rule in plan.Combined)
        {
            var index = store.StateAt(slot, rule);
            to.Flag(index > 0);
            if (index > 0)
            {
                State(to, store.States[index], rule.Rule.Bands.Length);
            }

            if (rule.IsSequence)
            {
                Sequence(to, index > 0 ? store.States[index].Sequence : SequenceState.Nothing with { First = SequenceState.AtRest(index) }, index > 0);
            }
        }
    }

    private static void Sequence(BlockWriter to, in SequenceState sequence, bool hasState)
    {
        to.Byte((byte)sequence.First);
        if (hasState)
        {
            to.Long(sequence.Since);
            to.Long(sequence.EventTimeMicros);
            to.Double(sequence.Value);
        }
    }

    /// <summary>The samples as they lie in memory.</summary>
    private static void Series(BlockWriter to, SeriesStore store, int index, QuantityPlan quantity)
    {
        if (!store.HasBlock(index))
        {
            to.Byte(SavedSeries.None);
            return;
        }

        var series = store.Block(index);
        to.Byte(SavedSeries.HeadOf(series.Form.For(series.Count), series.Head.States != 0));
        to.Long(series.Head.Anchor);
        to.Int((int)series.ShapeOfWords);
        to.Words(series.Words);
        for (var i = 0; series.Head.States != 0 && i < quantity.Rules.Length; i++)
        {
            State(to, store.States[series.Head.States + i], quantity.Rules[i].Bands.Length);
        }
    }

    private static void State(BlockWriter to, in RuleState state, int bands)
    {
        to.Double(state.Value);
        to.Long(state.Episode);
        to.Long(state.LastChange);
        to.Int(state.Ordinal);
        to.Byte(state.Current);
        for (var b = 0; b < bands; b++)
        {
            to.Long(state.Since[b]);
        }
    }

    /// <param name="to">Takes it.</param>
    /// <param name="absence">What of it is not told by the device's slot.</param>
    /// <param name="isTold">Whether the last sign of life is.</param>
    private static void Silence(BlockWriter to, in Absence absence, bool isTold)
    {
        var hasEpisode = SavedAbsence.HasEpisode(absence);
        to.Byte(SavedAbsence.HeadOf(absence, hasEpisode));
        if (!isTold)
        {
            to.Long(absence.LifeListening);
            to.Long(absence.LifeReceiveMicros);
            to.Long(absence.LastEventMicros);
            to.Double(absence.LastValue);
        }

        if (hasEpisode)
        {
            to.Long(absence.Episode);
            to.Long(absence.LastChange);
            to.Int(absence.Ordinal);
        }
    }
}
