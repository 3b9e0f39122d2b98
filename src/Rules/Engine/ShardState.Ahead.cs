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

        var groups = (readings.Length + GroupReadings - 1) / GroupReadings;
        for (var group = -SlotsAhead; group < groups; group++)
        {
            AskForSlots(GroupOf(readings, group + SlotsAhead));
            FindSeries(GroupOf(readings, group + SeriesAhead), FoundsOf(group + SeriesAhead));
            AskForBlocks(GroupOf(readings, group + BlocksAhead).Length, FoundsOf(group + BlocksAhead));
            entries = Apply(GroupOf(readings, group), FoundsOf(group), group * GroupReadings, entries);
        }
    }

    /// <summary>A group, entry by entry.</summary>
    /// <returns>The entries that are not over with it.</returns>
    private ReadOnlySpan<EntryEnd> Apply(ReadOnlySpan<Reading> group, Found* found, int first, ReadOnlySpan<EntryEnd> entries)
    {
        while (group.Length > 0)
        {
            var count = Math.Min(group.Length, entries[0].Readings - first);
            writer.Position = entries[0].JournalPosition;
            Apply(group[..count], found);
            group = group[count..];
            found += count;
            first += count;
            entries = entries[(first == entries[0].Readings ? 1 : 0)..];
        }

        return entries;
    }

    private static ReadOnlySpan<Reading> GroupOf(ReadOnlySpan<Reading> readings, int group)
    {
        var first = group * GroupReadings;
        return (uint)first < (uint)readings.Length ? readings.Slice(first, Math.Min(GroupReadings, readings.Length - first)) : default;
    }

    private static FlatArray<Found> NewFounds()
    {
        var founds = new FlatArray<Found>();
        founds.Grow(GroupReadings * (GroupsMask + 1), Found.Nothing);
        return founds;
    }

    private Found* FoundsOf(int group) => founds.Start + ((group & GroupsMask) * GroupReadings);

    private void AskForSlots(ReadOnlySpan<Reading> readings)
    {
        var devices = Store.Devices.AsSpan();
        foreach (ref readonly var reading in readings)
        {
            if ((uint)reading.Device < (uint)devices.Length)
            {
                Prefetch.Line(ref devices[reading.Device]);
            }
        }
    }

    private void FindSeries(ReadOnlySpan<Reading> readings, Found* found)
    {
        var finder = new Finder(Store, plan);
        var places = Store.PlaceStart;
        var asksForSetPoints = plan.Has(QuietNeeds.SetPoints);
        foreach (ref readonly var reading in readings)
        {
            *found = finder.Find(reading);
            if (found->Quiet != null)
            {
                Prefetch.Line(places + found->Series);
                if (asksForSetPoints)
                {
                    register.AskForSetPoints(reading.Device);
                }

                if (found->Quiet->Has(QuietNeeds.OwnAbsents) || (found->Quiet->Has(QuietNeeds.Absents) && !finder.IsHeard(reading.Device)))
                {
                    Store.PrefetchAbsence(reading.Device);
                }
            }

            found++;
        }
    }

    private void AskForBlocks(int count, Found* found)
    {
        var places = Store.PlaceStart;
        var blocks = Store.Blocks;
        for (var end = found + count; found < end; found++)
        {
            if (found->Quiet == null)
            {
                continue;
            }

            found->Place = places[found->Series];
            found->Packed = blocks.Ask(found->Place);
            if (found->Quiet->Has(QuietNeeds.Votes)
                && places[found->Series + found->Quiet->ToVotes] is > 0 and var place)
            {
                Prefetch.Line(ref Places[place]);
            }
        }
    }

    private void Apply(ReadOnlySpan<Reading> readings, Found* found)
    {
        var counted = 0;
        foreach (ref readonly var reading in readings)
        {
            counted += TryApplyPlain(reading, *found) || Apply(reading, *found) ? 1 : 0;
            found++;
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

        public bool IsHeard(int device) => devices[device].IsHeard;

        /// <returns>The reading's series; none for a tick, a device not met yet and a quantity that no rule watches.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Found Find(in Reading reading)
        {
            if ((uint)reading.Device >= (uint)deviceCount || reading.Quantity >= stride)
            {
                return Found.Nothing;
            }

            var slot = devices + reading.Device;
            var quiet = quiets + (slot->Layout * stride) + reading.Quantity;
            return (slot->Series | quiet->Offset) < 0 ? Found.Nothing : new Found { Quiet = quiet, Series = slot->Series + quiet->Offset };
        }
    }
}
