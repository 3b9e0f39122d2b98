using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>
/// A batch of readings. Random access to millions of series waits for memory, unless memory was asked in time: readings are taken in groups, and
/// while one group is judged, what the next three need is on its way, in three steps of which each needs what the one before brought.
/// </content>
internal sealed partial class ShardState
{
    private const int GroupReadings = 16;
    private const int GroupsAhead = 3;

    /// <summary>A power of two above <see cref="GroupsAhead"/>.</summary>
    private const int GroupsMask = 3;

    private readonly Found[] founds = new Found[GroupReadings * (GroupsMask + 1)];

    public void Apply(ReadOnlySpan<Reading> readings)
    {
        var groups = (readings.Length + GroupReadings - 1) / GroupReadings;
        for (var group = -GroupsAhead; group < groups; group++)
        {
            AskForSlots(GroupOf(readings, group + 3));
            FindSeries(GroupOf(readings, group + 2), FoundsOf(group + 2));
            AskForBlocks(GroupOf(readings, group + 1), FoundsOf(group + 1));
            Apply(GroupOf(readings, group), FoundsOf(group));
        }
    }

    private static ReadOnlySpan<Reading> GroupOf(ReadOnlySpan<Reading> readings, int group)
    {
        var first = group * GroupReadings;
        return (uint)first < (uint)readings.Length ? readings.Slice(first, Math.Min(GroupReadings, readings.Length - first)) : default;
    }

    private Span<Found> FoundsOf(int group) => founds.AsSpan((group & GroupsMask) * GroupReadings, GroupReadings);

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

    private void FindSeries(ReadOnlySpan<Reading> readings, Span<Found> into)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            var found = Find(readings[i]);
            into[i] = found;
            if (found.IsNothing)
            {
                continue;
            }

            Store.PrefetchPlace(found.Series);
            ref readonly var quiet = ref plan.Quiet[found.Plan];
            if (quiet.Has(QuietNeeds.Combined | QuietNeeds.Votes))
            {
                Store.PrefetchPlace(found.Series + quiet.ToCombined);
            }

            if (quiet.Has(QuietNeeds.OwnAbsents) || (quiet.Has(QuietNeeds.Absents) && !Store.Devices[readings[i].Device].IsHeard))
            {
                Store.PrefetchAbsence(readings[i].Device);
            }
        }
    }

    private void AskForBlocks(ReadOnlySpan<Reading> readings, ReadOnlySpan<Found> found)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            if (found[i].IsNothing)
            {
                continue;
            }

            Store.PrefetchBlock(found[i].Series);
            ref readonly var quiet = ref plan.Quiet[found[i].Plan];
            if (quiet.Has(QuietNeeds.Votes) && Store.PlaceAt(found[i].Series + quiet.ToCombined + quiet.CombinedCount) is > 0 and var place)
            {
                Prefetch.Line(ref Places[place]);
            }
        }
    }

    private void Apply(ReadOnlySpan<Reading> readings, ReadOnlySpan<Found> found)
    {
        var counted = 0;
        for (var i = 0; i < readings.Length; i++)
        {
            counted += Apply(readings[i], found[i]) ? 1 : 0;
        }

        counters.Evaluated += counted;
    }

    /// <summary>Where a reading belongs.</summary>
    /// <param name="Series">In the store.</param>
    /// <param name="Plan">As <see cref="RulePlan.IndexOf"/>; negative where there is nothing for it.</param>
    private readonly record struct Found(int Series, int Plan)
    {
        public static Found Nothing => new(-1, -1);

        public bool IsNothing => Plan < 0;
    }
}
