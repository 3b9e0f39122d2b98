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
    private readonly List<SavedGroup> groups = [];

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
        if (from.Version == SnapshotBlocks.VersionBefore)
        {
            Clocks(from, state, isFirst);
            DevicesBefore(from, state);
        }
        else
        {
            Layouts(from, state);
            Clocks(from, state, isFirst);
            Devices(from, state);
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

    private void Clocks(BlockReader from, ShardState state, bool isFirst)
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

        for (var left = from.Count(ManyMax, "groups"); left > 0; left--)
        {
            var key = from.Text();
            string[] names = key.Length == 0 ? [] : key.Split('\n');
            var group = state.Gateways.Groups[state.Gateways.GroupOf(names)];
            long listened = from.Long(), since = from.Long();
            groups.Add(new SavedGroup { FirstGateway = names.FirstOrDefault(""), Listened = listened + (group.IsListening ? Math.Max(0, clock.Now - since) : 0) });
        }
    }

    /// <summary>Makes room for a device, unless it is for another shard to take or in no register.</summary>
    /// <returns>Whether it is taken.</returns>
    private bool Take(ShardState state, int device, int kind, SavedGroup saved)
    {
        var isTaken = device >= 0 && options.Owns(register, device);
        BlockReader.Require(!isTaken || !state.Store.Has(device), "a device is in it twice");
        BlockReader.Require(isTaken || !isMoved || device < 0, "a device in it is of another shard by this register");
        if (isTaken)
        {
            state.Store.Add(device, kind, saved.GroupOf(register.GatewaysOf(device), state.Gateways));
        }

        return isTaken;
    }

    private static void Put(ShardState state, Absence absence, int index, CompiledRule rule, GatewayWatch.Group group)
    {
        ref var target = ref state.Store.Absences[index];
        target = absence;
        state.Arm(ref target, index, rule, group);
    }

    /// <summary>One that the register calls a device again is one.</summary>
    private void Retired(BlockReader from, ShardState state)
    {
        for (var left = from.Count(ManyMax, "retired devices"); left > 0; left--)
        {
            var device = register.Find(KindOf(from.Int()), Encoding.UTF8.GetBytes(from.Text()));
            if (device >= 0 && register.IsRetired(device))
            {
                state.Retired.Add(device);
            }
        }
    }

    /// <summary>A group of gateways as it was.</summary>
    private sealed class SavedGroup
    {
        private IReadOnlyList<string>? names;
        private int number;

        public required string FirstGateway { get; init; }

        /// <summary>Its listening time at the last tick: each shard counts from a point of its own, so only differences are carried over.</summary>
        public required long Listened { get; init; }

        /// <summary>The group of a device that was in this one: mostly of the same gateways as the one before it, often of the very same list.</summary>
        public int GroupOf(IReadOnlyList<string> gateways, GatewayWatch watch)
        {
            if (!ReferenceEquals(gateways, names))
            {
                (names, number) = (gateways, watch.GroupOf(gateways));
            }

            return number;
        }
    }
}
