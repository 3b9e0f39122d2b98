namespace PingAnIoT.Rules;

/// <content>
/// Devices and their series. Readings are copied as they are, so they are looked at before anything is judged by them: whatever a snapshot says,
/// nothing is written where it does not belong.
/// </content>
internal sealed partial class SnapshotReader
{
    /// <summary>How far behind the last device in the register the next is looked for before its name is looked up.</summary>
    private const int Near = 8;

    // By saved kind: the series of its devices in their order, and how many devices are still to come.
    private QuantityPlan[][] layouts = [];
    private int[] coming = [];
    private int lastFound = -1;

    private void Layouts(BlockReader from, ShardState state)
    {
        layouts = new QuantityPlan[kinds.Count][];
        coming = new int[kinds.Count];
        var devices = new int[state.Plan.KindCount];
        var room = (long)register.Count + register.UnregisteredCapacityDevices;
        for (var saved = 0; saved < kinds.Count; saved++)
        {
            coming[saved] = from.Count(ManyMax, "devices of a kind");
            var series = new QuantityPlan[from.Count(kinds[saved].Quantities.Length, "series of a kind")];
            for (var i = 0; i < series.Length; i++)
            {
                var quantity = state.Plan.OfKind(KindOf(saved)).Quantities[QuantityOf(saved, from.Int())];
                BlockReader.Require(quantity is not null && !series.Contains(quantity), "a series has no rule, or is there twice");
                series[i] = quantity;
            }

            layouts[saved] = series;
            if (kinds[saved].Kind is >= 0 and var kind)
            {
                BlockReader.Require(series.Length == state.Plan.OfKind(kind).Series.Length, "a series that a rule watches is not in it");

                // No more are taken than the register has or takes, whatever it says here.
                var taken = (int)Math.Min(coming[saved], room);
                devices[kind] += taken;
                room -= taken;
            }
        }

        for (var kind = 0; kind < devices.Length && !isMoved; kind++)
        {
            devices[kind] /= options.Shards;
        }

        state.Store.Reserve(register.Count, devices);
    }

    private void Devices(BlockReader from, ShardState state)
    {
        for (var left = coming.Sum(c => (long)c); left > 0; left--)
        {
            Device(from, state);
        }
    }

    private void Device(BlockReader from, ShardState state)
    {
        int savedKind = from.Byte();
        var kind = KindOf(savedKind);
        BlockReader.Require(--coming[savedKind] >= 0, "it has more devices of a kind than it says");
        var group = groups[from.Count(groups.Count - 1, "as a group")];
        var device = Find(kind, from.Name(), group);
        device = Take(state, device, kind, group) ? device : -1;
        int heard = from.Byte();
        BlockReader.Require(heard <= layouts[savedKind].Length, "a device was heard by no series");
        var (listening, receive) = heard > 0 ? (from.Long(), from.Long()) : default;
        foreach (var quantity in layouts[savedKind])
        {
            ReadSeries(from, state, quantity, device);
        }

        var life = heard > 0 ? new Absence { LifeListening = listening, LifeReceiveMicros = receive } : default;
        if (heard > 0 && device >= 0)
        {
            Hear(ref state.Store.Devices[device], ref life, layouts[savedKind][heard - 1], state, group);
        }

        Silences(from, state, state.Plan.OfKind(kind), device, heard > 0, life, group);
        foreach (var rule in state.Plan.OfKind(kind).Combined)
        {
            ReadCombined(from, state, rule, device);
        }
    }

    /// <summary>The register mostly has its devices in the order in which they were written.</summary>
    /// <returns>The device of that name, enrolled if need be; -1 when no more are taken.</returns>
    private int Find(int kind, ReadOnlySpan<byte> name, SavedGroup group)
    {
        var end = Math.Min(lastFound + 1 + Near, register.Count);
        for (var device = lastFound + 1; device < end; device++)
        {
            if (register.Is(device, kind, name))
            {
                return lastFound = device;
            }
        }

        var found = register.FindOrEnrolAgain(kind, name, group.FirstGateway);
        lastFound = found >= 0 ? found : lastFound;
        return found;
    }

    /// <summary>What the device's slot told of its last sign of life, which was the newest reading of a series, it tells again.</summary>
    private static void Hear(ref DeviceSlot slot, ref Absence life, QuantityPlan quantity, ShardState state, SavedGroup group)
    {
        BlockReader.Require(state.Store.HasBlock(slot.Series + quantity.Offset), "a device was heard by a series without readings");
        var last = state.Store.Block(slot.Series + quantity.Offset).Newest;
        (life.LastEventMicros, life.LastValue) = (last.EventTimeMicros, last.Value);
        if (quantity.Quantity < byte.MaxValue)
        {
            slot.LifeListening = life.LifeListening + ListeningSince(state, slot, group);
            slot.LifeReceiveMicros = life.LifeReceiveMicros;
            slot.Heard = (byte)(quantity.Quantity + 1);
        }
    }

    private static long ListeningSince(ShardState state, in DeviceSlot slot, SavedGroup group) =>
        state.Gateways.Groups[slot.Group].At(state.Clock.Now) - group.Listened;

    private static void Silences(BlockReader from, ShardState state, KindPlan plan, int device, bool isHeard, in Absence life, SavedGroup group)
    {
        for (var i = 0; i < plan.Absents.Length; i++)
        {
            var absence = SavedAbsence.Of(device, from.Byte(), out var hasEpisode);
            if (isHeard && plan.Absents[i].Rule.AnyQuantity)
            {
                BlockReader.Require(SavedAbsence.IsWaiting(absence), "a device that was heard is silent");
                (absence.LifeListening, absence.LifeReceiveMicros) = (life.LifeListening, life.LifeReceiveMicros);
                (absence.LastEventMicros, absence.LastValue) = (life.LastEventMicros, life.LastValue);
            }
            else
            {
                (absence.LifeListening, absence.LifeReceiveMicros) = (from.Long(), from.Long());
                (absence.LastEventMicros, absence.LastValue) = (from.Long(), from.Double());
            }

            if (hasEpisode)
            {
                (absence.Episode, absence.LastChange, absence.Ordinal) = (from.Long(), from.Long(), from.Int());
            }

            if (device >= 0)
            {
                ref readonly var slot = ref state.Store.Devices[device];
                absence.LifeListening += ListeningSince(state, slot, group);
                Put(state, absence, slot.Absences + i, plan.Absents[i], state.Gateways.Groups[slot.Group]);
            }
        }
    }

    /// <param name="from">Just before a series.</param>
    /// <param name="state">Where it goes.</param>
    /// <param name="quantity">What it is.</param>
    /// <param name="device">Whose it is; -1 when it is not ours: it is read over.</param>
    private static void ReadSeries(BlockReader from, ShardState state, QuantityPlan quantity, int device)
    {
        var head = from.Byte();
        if (head == SavedSeries.None)
        {
            return;
        }

        var (form, hasStates) = SavedSeries.Of(head);
        var (anchor, shape) = (from.Long(), (uint)from.Int());
        var count = SeriesBlock.CountOf(form, shape);
        BlockReader.Require(count > 0, "a series has a block that cannot be");
        if (device >= 0)
        {
            var block = state.Store.Make(state.Store.Devices[device].Series + quantity.Offset, form.For(count), shape);
            from.Words(block.Words);
            BlockReader.Require(block.IsSound(), "a series has readings that cannot be");
            block.Head.Anchor = anchor;
        }
        else
        {
            from.SkipWords(count * form.WordsEach);
        }

        if (hasStates)
        {
            ReadStates(from, state, quantity, device);
        }
    }
}
