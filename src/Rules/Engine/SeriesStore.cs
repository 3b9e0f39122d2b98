using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// All state of a shard's devices, reached by dense device index without a look-up: device → its series' blocks → a rule's state where it has
/// one. A series costs one word until its first reading. Threading: owned by one shard.
/// </summary>
/// <param name="plan">What there are states for.</param>
internal sealed unsafe partial class SeriesStore(RulePlan plan)
{
    // Series -> where its block is and its form: unit << BlockForm.WordBits | form; 0 before its first reading. Behind a device's series stand its rules
    // over several of them, each the number of its state, or 0, and its rules over places, each the number of the place.
    private readonly FlatArray<int> places = new();
    private readonly LineArena arena = new();
    private readonly Scratch scratch = new();
    private readonly FlatArray<Sample> rewritten = new();
    private RulePlan plan = plan;

    // The first is none, so that none is number 0.
    private int placeCount = 1;

    public FlatArray<DeviceSlot> Devices { get; } = new();

    public FlatArray<Absence> Absences { get; private set; } = new();

    public RuleStates States { get; } = new();

    public int SeriesCount { get; private set; }

    public int AbsenceCount { get; private set; }

    public long Bytes => arena.Bytes + States.Bytes + places.Bytes + Devices.Bytes + Absences.Bytes;

    public bool Has(int device) => (uint)device < (uint)Devices.Length && Devices[device].HasState;

    /// <summary>By series where its block is, for <see cref="BlockFinder"/>; 0 before its first reading. Valid until a device is added or moved.</summary>
    public int* PlaceStart => places.Start;

    /// <summary>Valid until a block is made or grows.</summary>
    public BlockFinder Blocks => new(arena.Starts);

    public bool HasBlock(int series) => places[series] != 0;

    /// <summary>The series' block as it stands; only where <see cref="HasBlock"/>. Valid until a block is made or grows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SeriesBlock Block(int series)
    {
        var place = places[series];
        return new SeriesBlock(arena.At(BlockForm.UnitOf(place)), FormOf(place));
    }

    /// <summary>Is the series where its place said when it was read?</summary>
    /// <param name="series">In the store.</param>
    /// <param name="place">As it stood at <see cref="PlaceStart"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(int series, int place) => places.Start[series] == place;

    /// <summary>
    /// The state of one of the device's rules over several quantities; 0 while it has nothing to say or to wait for. Of a sequence less than
    /// that where its first part is not known to be false: <see cref="SequenceState.Resting"/>; of a rule that asks for all its parts where
    /// those on one quantity are known not to hold: <see cref="PartsAtRest"/>.
    /// </summary>
    public ref int StateOf(ref DeviceSlot slot, CombinedRule rule)
    {
        // Whoever asks so may write it.
        slot.Rest = CombinedRest.Unknown;
        return ref places[WordOf(slot, rule)];
    }

    /// <inheritdoc cref="StateOf"/>
    public int StateAt(in DeviceSlot slot, CombinedRule rule) => places[WordOf(slot, rule)];

    /// <summary>What may be left out while none of a device's rules over several quantities says or waits for anything.</summary>
    /// <param name="first">Where their words are.</param>
    /// <param name="count">How many.</param>
    public CombinedRest RestOf(int first, int count)
    {
        var rest = CombinedRest.All;
        for (var word = places.Start + first; count > 0; count--, word++)
        {
            if (*word > 0)
            {
                return CombinedRest.Unknown;
            }

            rest = *word is < 0 and >= SequenceState.RestingLeast ? CombinedRest.NoState : rest;
        }

        return rest;
    }

    /// <summary>The number of the device's place for a rule over such; -1 where it has none, 0 while nobody asked.</summary>
    public ref int PlaceOf(in DeviceSlot slot, VotesRule rule)
    {
        var kind = plan.Layouts[slot.Layout];
        return ref places[slot.Series + kind.Series.Length + kind.Combined.Length + rule.Index];
    }

    /// <summary>The series' block, made at its first reading.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SeriesBlock Open(int series) => places[series] != 0 ? Block(series) : Make(series, default);

    /// <summary>
    /// Puts a sample in its place among those of a series and writes them all anew: in a larger block, in a smaller one after a burst, packed, no
    /// longer packed, or packed in another way.
    /// </summary>
    public SeriesBlock Rewrite(int series, int place, long eventTimeMicros, double value)
    {
        var block = Block(series);
        var count = block.Count;
        rewritten.Grow(count + 1, default);
        var samples = rewritten.AsSpan()[..(count + 1)];
        var before = block.Samples(scratch);
        before[..place].CopyTo(samples);
        before[place..].CopyTo(samples[(place + 1)..]);
        samples[place] = new Sample { EventTimeMicros = eventTimeMicros, Value = value };
        return Fill(series, samples);
    }

    /// <summary>The series holds these instead of what it held.</summary>
    /// <param name="series">In the store.</param>
    /// <param name="samples">Oldest first; not empty.</param>
    public SeriesBlock Fill(int series, ReadOnlySpan<Sample> samples)
    {
        var block = Open(series);
        var before = block.Form;
        var isPacked = Packing.TryFind(samples, before.IsWide ? default : block.Packing, out var packing)
            && samples.Length <= new BlockForm(BlockForm.PackedBitsMax, IsWide: false).Capacity;
        var form = before.IsWide == !isPacked ? before.For(samples.Length) : new BlockForm(0, !isPacked).For(samples.Length);
        if (form != before)
        {
            var unit = BlockForm.UnitOf(places[series]);
            var head = block.Head;
            block = Make(series, form);
            block.Head = head;
            arena.Return(unit, before.Bits);
        }

        block.Fill(samples, packing);
        return block;
    }

    /// <summary>Gives a series' block back.</summary>
    public void Close(int series)
    {
        var place = places[series];
        arena.Return(BlockForm.UnitOf(place), BlockForm.Of(FormOf(place)).Bits);
        places[series] = 0;
    }

    /// <summary>Makes room for a device seen for the first time.</summary>
    public void Add(int device, int kind, int group)
    {
        Devices.Grow(device + 1, new DeviceSlot { Series = -1 });
        var kindPlan = plan.OfKind(kind);
        Devices[device] = new DeviceSlot { Series = TakePlaces(kindPlan), Absences = TakeAbsences(kindPlan.Absents.Length), Group = group, Layout = (ushort)plan.LayoutOf(kind) };
        for (var i = 0; i < kindPlan.Absents.Length; i++)
        {
            Absences[Devices[device].Absences + i] = new Absence { Device = device, LastChange = Never.Micros };
        }
    }

    /// <summary>A block for a series that has none; its samples are for the caller to put in.</summary>
    /// <param name="series">In the store.</param>
    /// <param name="form">Of the block.</param>
    /// <param name="shape">Of which the form has room for all samples.</param>
    public SeriesBlock Make(int series, BlockForm form, uint shape)
    {
        var block = Make(series, form);
        block.Head.Shape = shape;
        return block;
    }

    private int WordOf(in DeviceSlot slot, CombinedRule rule) => slot.Series + plan.Layouts[slot.Layout].Series.Length + rule.Index;

    private static int FormOf(int place) => place & ((1 << BlockForm.WordBits) - 1);

    private SeriesBlock Make(int series, BlockForm form)
    {
        places[series] = (arena.Rent(form.Bits) << BlockForm.WordBits) | form.Word;
        var block = Block(series);
        block.Head = new SeriesHead { Anchor = Never.Micros };
        return block;
    }
}
