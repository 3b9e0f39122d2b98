using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>
/// A batch of readings. Random access to millions of series waits for memory, unless memory was asked in time: readings are taken in groups, and
/// while one group is judged, what the next six need is on its way, in three steps of which each needs what the one before brought.
/// </content>
internal sealed unsafe partial class ShardState
{
    /// <summary>Few, so that judging takes turns with asking: of many lines asked for at once the last wait until the first have come.</summary>
    private const int GroupReadings = 8;

    // How many groups before its turn each step is taken.
    private const int SlotsAhead = 6;
    private const int SeriesAhead = 4;
    private const int BlocksAhead = 2;

    /// <summary>A power of two above <see cref="SeriesAhead"/>, less 1.</summary>
    private const int GroupsMask = 7;

    private readonly FlatArray<Found> founds = NewFounds();

    public void Apply(ReadOnlySpan<Reading> readings) => Apply(readings, [new EntryEnd(readings.Length, writer.Position)]);

    public void Apply(ReadOnlySpan<Reading> readings, ReadOnlySpan<EntryEnd> entries)
    {
        if (Saving is { IsOver: false } saving)
        {
            Keep(saving, readings);
        }

        // By address, as all that the look-ahead finds: a group is one of as many as the readings come to.
        fixed (Reading* start = readings)
        {
            var groups = (readings.Length + GroupReadings - 1) / GroupReadings;
            for (var group = -SlotsAhead; group < groups; group++)
            {
                LookAhead(start, readings.Length, group);
                if (group >= 0)
                {
                    entries = Apply(start + (group * GroupReadings), CountOf(readings.Length, group), group, entries);
                }
            }
        }

        TellFailure();
    }

    private void LookAhead(Reading* start, int readings, int group)
    {
        AskForSlots(start + ((group + SlotsAhead) * GroupReadings), CountOf(readings, group + SlotsAhead));
        FindSeries(start + ((group + SeriesAhead) * GroupReadings), CountOf(readings, group + SeriesAhead), FoundsOf(group + SeriesAhead));
        AskForBlocks(CountOf(readings, group + BlocksAhead), FoundsOf(group + BlocksAhead));
    }

    /// <summary>A group, entry by entry; mostly it lies within one.</summary>
    /// <returns>The entries that are not over with it.</returns>
    private ReadOnlySpan<EntryEnd> Apply(Reading* reading, int count, int group, ReadOnlySpan<EntryEnd> entries)
    {
        var found = FoundsOf(group);
        var first = group * GroupReadings;
        for (; count > 0 && entries[0].Readings <= first + count; entries = entries[1..])
        {
            var own = entries[0].Readings - first;
            writer.Position = entries[0].JournalPosition;
            Apply(reading, own, found);
            reading += own;
            found += own;
            first += own;
            count -= own;
        }

        if (count > 0)
        {
            writer.Position = entries[0].JournalPosition;
            Apply(reading, count, found);
        }

        return entries;
    }

    /// <summary>How many readings there are in a group; 0 in one before the first or after the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountOf(int readings, int group)
    {
        var first = group * GroupReadings;
        return (uint)first < (uint)readings ? Math.Min(GroupReadings, readings - first) : 0;
    }

    private static FlatArray<Found> NewFounds()
    {
        var founds = new FlatArray<Found>();
        founds.Grow(GroupReadings * (GroupsMask + 1), Found.Nothing);
        return founds;
    }

    private Found* FoundsOf(int group) => founds.Start + ((group & GroupsMask) * GroupReadings);

    private void FindSeries(Reading* reading, int count, Found* found)
    {
        var finder = new Finder(Store, plan);
        var places = Store.PlaceStart;
        var asksForSetPoints = plan.Has(QuietNeeds.SetPoints);
        for (var end = reading + count; reading < end; reading++, found++)
        {
            if (!finder.TryFind(*reading, found))
            {
                continue;
            }

            Prefetch.Line(places + found->Series);
            if (asksForSetPoints)
            {
                register.AskForSetPoints(reading->Device);
            }

            // One branch for what is rare: a silence of one quantity's own, or one that no other reading of the device is known to put off.
            if ((found->Quiet->Needs & (QuietNeeds.OwnAbsents | finder.AbsentsOf(reading->Device))) != QuietNeeds.None)
            {
                Store.PrefetchAbsence(reading->Device);
            }
        }
    }

    private void AskForBlocks(int count, Found* found)
    {
        var places = Store.PlaceStart;
        var blocks = Store.Blocks;
        for (var end = found + count; found < end; found++)
        {
            var quiet = found->Quiet;
            if (quiet == null)
            {
                continue;
            }

            var place = places[found->Series];
            found->Place = place;
            found->Packed = blocks.Ask(place);
            if (quiet->Has(QuietNeeds.Votes))
            {
                AskForVotes(places[found->Series + quiet->ToVotes]);
            }
        }
    }

    private void Apply(Reading* reading, int count, Found* found)
    {
        var counted = 0;
        var near = clock.Around(silenceGapCap);
        for (var end = reading + count; reading < end; reading++, found++)
        {
            if (TryApplyPlain(reading, found, near))
            {
                counted++;
                continue;
            }

            counted += TryApply(*reading, *found) ? 1 : 0;
            near = clock.Around(silenceGapCap);
        }

        counters.Evaluated += counted;
    }

    /// <summary>Where a reading belongs, as far as the look-ahead has come.</summary>
    private struct Found
    {
        /// <summary>What is done with its quantity; null where there is nothing for it.</summary>
        public QuietPlan* Quiet;

        /// <summary>The series' block where its samples are packed; null where not, or not asked for.</summary>
        public byte* Packed;

        /// <summary>In the store.</summary>
        public int Series;

        /// <summary>Where the block was: it may have moved since (<see cref="SeriesStore.IsAt"/>).</summary>
        public int Place;

        public static Found Nothing => default;

        public readonly bool IsNothing => Quiet == null;
    }

    /// <summary>Finds readings' series: what does not change from one to the next is looked up once.</summary>
    private readonly ref struct Finder(SeriesStore store, RulePlan plan)
    {
        private readonly DeviceSlot* devices = store.Devices.Start;
        private readonly int deviceCount = store.Devices.Length;
        private readonly QuietPlan* quiets = plan.Quiet.Start;
        private readonly int stride = plan.Stride;

        /// <summary>What a device's silences ask for at each of its readings while no sign of life is told for them.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public QuietNeeds AbsentsOf(int device) => (QuietNeeds)((devices[device].Heard - 1) >> 31) & QuietNeeds.Absents;

        /// <returns>The reading's series; none for a tick, a device not met yet and a quantity that no rule watches.</returns>
        public Found Find(in Reading reading)
        {
            Found found;
            TryFind(reading, &found);
            return found;
        }

        /// <returns>Whether there is such a series.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryFind(in Reading reading, Found* found)
        {
            if ((uint)reading.Device < (uint)deviceCount && reading.Quantity < stride)
            {
                var slot = devices + reading.Device;
                var quiet = quiets + (slot->Layout * stride) + reading.Quantity;
                if ((slot->Series | quiet->Offset) >= 0)
                {
                    found->Quiet = quiet;
                    found->Packed = null;
                    found->Series = slot->Series + quiet->Offset;
                    return true;
                }
            }

            *found = Found.Nothing;
            return false;
        }
    }
}
