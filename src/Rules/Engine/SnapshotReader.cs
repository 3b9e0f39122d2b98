using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads shards' states into a fresh one. Devices go by name: one that the register no longer has is enrolled as if it had just spoken, so its
/// open episodes go on; one that another shard owns now is left to that shard.
/// </summary>
internal sealed partial class SnapshotReader(DeviceRegister register, EngineOptions options)
{
    private const int ManyMax = 16 * 1024 * 1024;
    private readonly List<(int Kind, int[] Quantities)> kinds = [];
    private readonly List<Sample> samples = [];

    // It is this very shard's own and comes alone.
    private bool isMoved;

    /// <exception cref="InvalidDataException">One of them is not a whole snapshot of a known version, or they are not of one moment.</exception>
    public static ShardState Read(
        IReadOnlyList<Stream> streams, DeviceRegister register, EngineOptions options, Func<RuleSet, ShardState> create)
    {
        ArgumentOutOfRangeException.ThrowIfZero(streams.Count, nameof(streams));
        ShardState? state = null;
        var seen = new HashSet<int>();
        foreach (var stream in streams)
        {
            var from = new BlockReader(stream);
            var reader = new SnapshotReader(register, options);
            reader.Whose(from, streams.Count, seen);
            state = reader.Read(from, state, create);
        }

        state!.UpdateSizes();
        return state;
    }

    private ShardState Read(BlockReader from, ShardState? state, Func<RuleSet, ShardState> create)
    {
        Names(from);
        var source = from.Text();
        var rules = new RuleSet(SavedRules.Read(from.Text(), register.Catalog)) { Source = source };
        var isFirst = state is null;
        if (state is null)
        {
            try
            {
                state = create(rules);
            }
            catch (ArgumentException e)
            {
                throw new InvalidDataException("Snapshot refused: its rules do not fit the catalog.", e);
            }
        }

        BlockReader.Require(Reload.IsSame(rules, state.Plan.RuleSet, register.Catalog), "the shards' snapshots are of different rules");
        var groups = Clocks(from, state, isFirst);
        while (from.Flag())
        {
            Device(from, state, groups);
        }

        Places(from, state);
        Retired(from, state);
        from.End();
        return state;
    }

    /// <summary>A shard goes on from its own state alone, wherever that was written, or from those of all shards there were.</summary>
    private void Whose(BlockReader from, int streams, HashSet<int> seen)
    {
        int shard = from.Int(), shards = from.Int();
        isMoved = streams == 1 && shards > 1 && shard == options.Shard && shards == options.Shards;
        BlockReader.Require(
            isMoved || (streams == shards && seen.Add(shard)),
            $"it is of shard {shard} of {shards}; shard {options.Shard} of {options.Shards} takes {(shards == options.Shards ? "its own or " : "")}those of all {shards}");
    }

    private void Names(BlockReader from)
    {
        var count = from.Count(ManyMax, "kinds");
        for (var k = 0; k < count; k++)
        {
            var kind = register.Catalog.FindKind(from.Text());
            var quantities = new int[from.Count(ushort.MaxValue, "quantities")];
            for (var q = 0; q < quantities.Length; q++)
            {
                var name = from.Text();
                quantities[q] = kind < 0 ? -1 : register.Catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(name));
            }

            kinds.Add((kind, quantities));
        }
    }

    private int KindOf(int saved)
    {
        BlockReader.Require((uint)saved < (uint)kinds.Count && kinds[saved].Kind >= 0, "a kind is not in the catalog");
        return kinds[saved].Kind;
    }

    private int QuantityOf(int savedKind, int saved)
    {
        var quantities = kinds[savedKind].Quantities;
        BlockReader.Require((uint)saved < (uint)quantities.Length && quantities[saved] >= 0, "a quantity is not in the catalog");
        return quantities[saved];
    }

    /// <returns>For each saved group its listening time at the last tick: each shard counts from a point of its own, so only differences are carried over.</returns>
    private static List<long> Clocks(BlockReader from, ShardState state, bool isFirst)
    {
        var clock = new ServerClock { HasTicked = from.Flag(), Now = from.Long(), LastTickMicros = from.Long() };
        BlockReader.Require(
            isFirst || (clock.HasTicked == state.Clock.HasTicked && clock.Now == state.Clock.Now && clock.LastTickMicros == state.Clock.LastTickMicros),
            "the shards' snapshots are of different moments");
        state.Clock = clock;
        for (var left = from.Count(ManyMax, "gateways"); left > 0; left--)
        {
            var gateway = state.Gateways.GatewayNamed(from.Text());
            var online = from.Byte();
            gateway.IsOnline = online == 2 ? null : online == 1;
            gateway.ChangedAt = from.Long();
        }

        var groups = new List<long>();
        for (var left = from.Count(ManyMax, "groups"); left > 0; left--)
        {
            var key = from.Text();
            var group = state.Gateways.Groups[state.Gateways.GroupOf(key.Length == 0 ? [] : key.Split('\n'))];
            long listened = from.Long(), since = from.Long();
            groups.Add(listened + (group.IsListening ? Math.Max(0, clock.Now - since) : 0));
        }

        return groups;
    }

    private int Device(BlockReader from, int kind)
    {
        Span<byte> name = stackalloc byte[DeviceRegister.MaximumNameBytes], gateway = stackalloc byte[DeviceRegister.MaximumNameBytes];
        name = name[..from.Text(name)];
        gateway = gateway[..from.Text(gateway)];
        var device = register.Find(kind, name);
        return device >= 0 ? device : register.FindOrEnrol(kind, name, Encoding.UTF8.GetString(gateway));
    }

    private void Device(BlockReader from, ShardState state, List<long> groups)
    {
        var savedKind = from.Int();
        var kind = KindOf(savedKind);
        var device = Device(from, kind);
        var savedGroup = from.Count(groups.Count - 1, "as a group");
        var isTaken = device >= 0 && options.Owns(register, device);
        BlockReader.Require(!isTaken || !state.Store.Has(device), "a device is in it twice");
        BlockReader.Require(isTaken || !isMoved || device < 0, "a device in it is of another shard by this register");
        var plan = state.Plan.OfKind(kind);
        var slot = new DeviceSlot();
        if (isTaken)
        {
            state.Store.Add(device, kind, state.Gateways.GroupOf(register[device].Gateways));
            slot = state.Store.Devices[device];
        }

        for (var left = plan.Series.Length; left > 0; left--)
        {
            var quantity = plan.Quantities[QuantityOf(savedKind, from.Int())];
            BlockReader.Require(quantity is not null, "a series has no rule");
            ReadSeries(from, state, quantity!, isTaken ? device : -1);
        }

        for (var i = 0; i < plan.Absents.Length; i++)
        {
            var absence = Silence(from, device);
            if (isTaken)
            {
                var group = state.Gateways.Groups[slot.Group];
                absence.LifeListening += group.At(state.Clock.Now) - groups[savedGroup];
                ref var target = ref state.Store.Absences[slot.Absences + i];
                target = absence;
                ShardState.Arm(ref target, slot.Absences + i, plan.Absents[i], group);
            }
        }

        foreach (var rule in plan.Combined)
        {
            ReadCombined(from, state, rule, isTaken ? device : -1);
        }
    }

    /// <param name="from">Just before a series.</param>
    /// <param name="state">Where it goes.</param>
    /// <param name="quantity">What it is.</param>
    /// <param name="device">Whose it is; -1 when it is not ours: it is read over.</param>
    private void ReadSeries(BlockReader from, ShardState state, QuantityPlan quantity, int device)
    {
        var index = device < 0 ? -1 : state.Store.Devices[device].Series + quantity.Offset;
        var count = from.Count(ushort.MaxValue / 2 + 1, "readings of a series");
        if (count == 0)
        {
            return;
        }

        samples.Clear();
        for (var left = count; left > 0; left--)
        {
            samples.Add(new Sample { EventTimeMicros = from.Long(), Value = from.Double() });
        }

        if (device >= 0)
        {
            state.Store.Fill(index, CollectionsMarshal.AsSpan(samples));
        }

        var anchor = from.Long();
        var hasStates = from.Flag();
        var first = hasStates && device >= 0 ? state.Store.States.Rent(device, quantity) : 0;
        if (device >= 0)
        {
            ref var head = ref state.Store.Block(index).Head;
            head.Anchor = anchor;
            head.States = first;
        }

        for (var i = 0; hasStates && i < quantity.Rules.Length; i++)
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

        var slot = state.Store.Devices[device];
        if (!hasState)
        {
            state.Store.StateOf(slot, rule) = rule.IsSequence ? SequenceState.Resting(read.Sequence.First) : 0;
            return;
        }

        var index = state.Store.States.Rent(device, rule);
        state.Store.StateOf(slot, rule) = index;
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

    /// <summary>One that the register calls a device again is one.</summary>
    private void Retired(BlockReader from, ShardState state)
    {
        for (var left = from.Count(ManyMax, "retired devices"); left > 0; left--)
        {
            var device = register.Find(KindOf(from.Int()), Encoding.UTF8.GetBytes(from.Text()));
            if (device >= 0 && register[device].IsRetired)
            {
                state.Retired.Add(device);
            }
        }
    }

    private static Absence Silence(BlockReader from, int device) => new()
    {
        Device = device, IsWatched = from.Flag(), HasReading = from.Flag(), IsActive = from.Flag(), LifeListening = from.Long(),
        LifeReceiveMicros = from.Long(), LastEventMicros = from.Long(), LastValue = from.Double(), Episode = from.Long(),
        LastChange = from.Long(), Ordinal = from.Int(),
    };
}
