namespace PingAnIoT.Rules;

/// <content>Hints alone: memory is asked for before its turn. None of it changes what is found there.</content>
internal sealed unsafe partial class SeriesStore
{
    // How many devices before its turn each step of finding a device's state is taken.
    private const int PlacesAhead = 32;
    private const int BlocksAhead = 12;

    /// <summary>Asks memory for what a series' next reading will touch.</summary>
    public void PrefetchPlace(int series) => Prefetch.Line(ref places[series]);

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
            _ = Blocks.Ask(places[slot.Series + i]);
        }
    }
}
