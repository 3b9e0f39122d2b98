using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// All state of a shard's devices, reached by dense device index without a look-up: device → its series' blocks → a rule's state where it has
/// one. A series costs one word until its first reading. Threading: owned by one shard.
/// </summary>
/// <param name="plan">What there are states for.</param>
internal sealed unsafe partial class SeriesStore(RulePlan plan)
{
    private const int PlaceBits = 4;
    private const int LinesAsked = 4;

    // How many devices before its turn each step of finding a device's state is taken.
    private const int PlacesAhead = 32;
    private const int BlocksAhead = 12;

    // Series -> its block's line and size: line << PlaceBits | bits; 0 before its first reading. Behind a device's series stand its rules
    // over several of them, each the number of its state, or 0, and its rules over places, each the number of the place.
    private readonly FlatArray<int> places = new();
    private readonly LineArena arena = new();
    private RulePlan plan = plan;

    // The first is none, so that none is number 0.
    private int placeCount = 1;

    public FlatArray<DeviceSlot> Devices { get; } = new();

    public FlatArray<Absence> Absences { get; private set; } = new();

    public RuleStates States { get; } = new();

    public int SeriesCount { get; private set; }

    public int AbsenceCount { get; private set; }

    public long Bytes => arena.Bytes + States.Bytes + places.Bytes + Devices.Bytes + Absences.Bytes;

    public bool Has(int device) => (uint)device < (uint)Devices.Length && Devices[device].Series >= 0;

    public bool HasBlock(int series) => places[series] != 0;

    /// <summary>The series' block as it stands; only where <see cref="HasBlock"/>. Valid until a block is made or grows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SeriesBlock Block(int series)
    {
        var place = places[series];
        return new SeriesBlock(arena.At(place >> PlaceBits), place & ((1 << PlaceBits) - 1));
    }

    /// <summary>
    /// The state of one of the device's rules over several quantities; 0 while it has nothing to say or to wait for. Of a sequence less than
    /// that where its first part is not known to be false: <see cref="SequenceState.Resting"/>; of a rule that asks for all its parts where
    /// those on one quantity are known not to hold: <see cref="PartsAtRest"/>.
    /// </summary>
    public ref int StateOf(in DeviceSlot slot, CombinedRule rule) => ref places[slot.Series + plan.Layouts[slot.Layout].Series.Length + rule.Index];

    /// <summary>
    /// Whether any of a device's rules over several quantities must be shown each reading: those that have a state, and to readings of the first
    /// part of a sequence those in which it is not known to be false.
    /// </summary>
    /// <param name="first">Where their words are.</param>
    /// <param name="count">How many.</param>
    /// <param name="isOfFirst">Whether the reading is of such a part.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBusy(int first, int count, bool isOfFirst)
    {
        var least = isOfFirst ? SequenceState.RestingLeast : 1;
        var any = 0;
        for (var i = first; i < first + count; i++)
        {
            any |= places[i] >= least ? places[i] : 0;
        }

        return any != 0;
    }

    /// <summary>The number of the device's place for a rule over such; -1 where it has none, 0 while nobody asked.</summary>
    public ref int PlaceOf(in DeviceSlot slot, VotesRule rule)
    {
        var kind = plan.Layouts[slot.Layout];
        return ref places[slot.Series + kind.Series.Length + kind.Combined.Length + rule.Index];
    }

    /// <summary>The number of the place of a device's first rule over such; 0 or less where it is not known.</summary>
    /// <param name="word">Where it is.</param>
    public int PlaceAt(int word) => places[word];

    /// <summary>The series' block, made at its first reading.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SeriesBlock Open(int series) => places[series] != 0 ? Block(series) : Make(series, 0);

    /// <summary>Room for one more sample: samples move to the front, to a larger block, or to a smaller one after a burst.</summary>
    public SeriesBlock MakeRoom(int series)
    {
        var block = Block(series);
        int bits = block.Bits, count = block.Head.Count, capacity = block.Capacity;
        var target = count == capacity || (bits > 2 && count > capacity / 4 * 3) ? bits + 1
            : bits > 0 && count < capacity / 4 ? bits - 1
            : bits;
        if (target == bits)
        {
            block.Compact();
            return block;
        }

        var line = places[series] >> PlaceBits;
        var moved = Make(series, target);
        block = new SeriesBlock(arena.At(line), bits);
        moved.Head = block.Head with { First = 0 };
        block.Samples.CopyTo(moved.Samples);
        arena.Return(line, bits);
        return moved;
    }

    /// <summary>Gives a series' block back.</summary>
    public void Close(int series)
    {
        var place = places[series];
        arena.Return(place >> PlaceBits, place & ((1 << PlaceBits) - 1));
        places[series] = 0;
    }

    /// <summary>Puts a sample behind the newest.</summary>
    public void Append(int series, long eventTimeMicros, double value)
    {
        var block = Open(series);
        block = block.IsFull ? MakeRoom(series) : block;
        block.Append(eventTimeMicros, value);
    }

    /// <summary>Asks memory for what a series' next reading will touch.</summary>
    public void PrefetchPlace(int series) => Prefetch.Line(ref places[series]);

    /// <summary>The same for the block there, as far as it is small: of a larger one only what comes first.</summary>
    public void PrefetchBlock(int series)
    {
        var place = places[series];
        var start = arena.At(place >> PlaceBits);
        var lines = Math.Min(1 << (place & ((1 << PlaceBits) - 1)), LinesAsked);
        for (var line = 0; line < lines; line++)
        {
            Prefetch.Line(start + (line * LineArena.LineBytes));
        }
    }

    /// <inheritdoc cref="PrefetchPlace"/>
    public void PrefetchAbsence(int device)
    {
        var absence = Devices[device].Absences;
        if (absence < AbsenceCount)
        {
            Prefetch.Line(ref Absences[absence]);
        }
    }

    /// <summary>All devices in their order: their series lie in that in which they were first heard of, so memory is asked for in time.</summary>
    public void LookAhead(int device)
    {
        if (Has(device + PlacesAhead))
        {
            PrefetchPlace(Devices[device + PlacesAhead].Series);
            PrefetchAbsence(device + PlacesAhead);
        }

        if (!Has(device + BlocksAhead))
        {
            return;
        }

        ref readonly var slot = ref Devices[device + BlocksAhead];
        for (var i = plan.Layouts[slot.Layout].Series.Length - 1; i >= 0; i--)
        {
            PrefetchBlock(slot.Series + i);
        }
    }

    /// <summary>Makes room for a device seen for the first time.</summary>
    public void Add(int device, int kind, int group)
    {
        Devices.Grow(device + 1, new DeviceSlot { Series = -1 });
        var kindPlan = plan.OfKind(kind);
        Devices[device] = new DeviceSlot { Series = TakePlaces(kindPlan), Absences = AbsenceCount, Group = group, Layout = (ushort)plan.LayoutOf(kind) };
        Absences.Grow(AbsenceCount + kindPlan.Absents.Length, default);
        for (var i = 0; i < kindPlan.Absents.Length; i++)
        {
            Absences[AbsenceCount++] = new Absence { Device = device, LastChange = Never.Micros };
        }
    }

    private SeriesBlock Make(int series, int bits)
    {
        var line = arena.Rent(bits);
        places[series] = (line << PlaceBits) | bits;
        var block = new SeriesBlock(arena.At(line), bits);
        block.Head = new SeriesHead { Anchor = Never.Micros };
        return block;
    }
}
