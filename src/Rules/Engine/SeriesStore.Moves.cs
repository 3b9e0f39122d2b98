namespace PingAnIoT.Rules;

/// <content>What a change of rules does to the places of a device's series: it may need others. The readings stay where they are.</content>
internal sealed unsafe partial class SeriesStore
{
    // By how many places lie together: the first of those that were given back, each of which says which is next; 0 for none.
    private readonly List<int> freePlaces = [];

    /// <summary>Other rules are in force. Devices in a layout they have given up must <see cref="Move"/> before they are touched.</summary>
    public void Use(RulePlan next) => plan = next;

    /// <summary>
    /// Moves a device from a layout that was given up into the one in use; one whose kind no rule watches any more leaves. States of rules over
    /// several quantities are for the caller to put in their places; what is known of a sequence without a state goes along.
    /// </summary>
    public void Move(int device)
    {
        ref var slot = ref Devices[device];
        KindPlan before = plan.Layouts[slot.Layout], after = plan.OfKind(plan.KindOf(slot.Layout));
        var first = after.IsEmpty ? -1 : TakePlaces(after);
        foreach (var quantity in before.Series)
        {
            var series = slot.Series + quantity.Offset;
            if (places[series] != 0 && !after.IsEmpty && after.Quantities[quantity.Quantity] is { } to)
            {
                places[first + to.Offset] = places[series];
            }
            else if (places[series] != 0)
            {
                Close(series);
            }
        }

        foreach (var from in before.Combined)
        {
            if (from.IsSequence && places[slot.Series + before.Series.Length + from.Index] is <= 0 and var resting && after.Goes(from) is { } to)
            {
                places[first + after.Series.Length + to.Index] = resting;
            }
        }

        ReturnPlaces(slot.Series, before);
        slot.Series = first;
        slot.Rest = CombinedRest.Unknown;
        slot.Layout = (ushort)plan.LayoutOf(plan.KindOf(slot.Layout));
    }

    /// <summary>Absences of another number or order for each device: the old ones go.</summary>
    public void UseAbsences(FlatArray<Absence> absences, int count)
    {
        (Absences, AbsenceCount) = (absences, count);
        ForgetAbsences();
    }

    private static int PlacesOf(KindPlan kind) => kind.Series.Length + kind.Combined.Length + kind.Votes.Length;

    private int TakePlaces(KindPlan kind)
    {
        var count = PlacesOf(kind);
        SeriesCount += kind.Series.Length;
        var first = TakePlaces(count);
        for (var i = 0; i < count; i++)
        {
            places[first + i] = 0;
        }

        foreach (var rule in kind.Combined)
        {
            places[first + kind.Series.Length + rule.Index] = rule.IsSequence ? SequenceState.Resting(FirstPart.Unknown) : 0;
        }

        return first;
    }

    private int TakePlaces(int count)
    {
        if (count < freePlaces.Count && freePlaces[count] is > 0 and var free)
        {
            freePlaces[count] = places[free];
            return free;
        }

        var first = PlaceFrom(placeCount, count);
        placeCount = first + count;
        places.Grow(placeCount, 0);
        return first;
    }

    /// <summary>In as few lines as can be: a reading of one quantity looks at the words of others.</summary>
    private static int PlaceFrom(int from, int count)
    {
        const int LineInts = Prefetch.LineBytes / sizeof(int);
        var begun = from % LineInts;
        return from + (Lines(begun + count) > Lines(count) ? LineInts - begun : 0);

        static int Lines(int ints) => (ints + LineInts - 1) / LineInts;
    }

    private void ReturnPlaces(int first, KindPlan kind)
    {
        var count = PlacesOf(kind);
        SeriesCount -= kind.Series.Length;
        while (freePlaces.Count <= count)
        {
            freePlaces.Add(0);
        }

        places[first] = freePlaces[count];
        freePlaces[count] = first;
    }
}
