namespace PingAnIoT.Rules;

/// <content>
/// A device leaves, and what it had serves the next: its series at once, its absences when the timers that name them have run out.
/// </content>
internal sealed unsafe partial class SeriesStore
{
    // Absences of devices that are gone, of which some are still named by a timer.
    private readonly List<(int First, int Count)> leaving = [];

    // By how many lie together.
    private readonly List<Stack<int>> freeAbsences = [];
    private bool hasRunOut;

    /// <summary>Gives up a device that has moved; its states are given back already.</summary>
    public void Remove(int device)
    {
        ref var slot = ref Devices[device];
        var kind = plan.Layouts[slot.Layout];
        foreach (var quantity in kind.Series)
        {
            if (HasBlock(slot.Series + quantity.Offset))
            {
                Close(slot.Series + quantity.Offset);
            }
        }

        ReturnPlaces(slot.Series, kind);
        if (kind.Absents.Length > 0)
        {
            leaving.Add((slot.Absences, kind.Absents.Length));
            hasRunOut = true;
        }

        slot = new DeviceSlot { Series = -1 };
    }

    /// <summary>Whether a timer's absence is of a device that is gone, or of what it was before it came back.</summary>
    public bool IsGone(int absence)
    {
        ref readonly var slot = ref Devices[Absences[absence].Device];
        return !slot.HasState || (uint)(absence - slot.Absences) >= (uint)plan.Layouts[slot.Layout].Absents.Length;
    }

    /// <summary>The timer of an absence whose device is gone has run out.</summary>
    public void RunOut(int absence)
    {
        Absences[absence].IsArmed = false;
        hasRunOut = true;
    }

    /// <summary>Absences that no timer names any more may be used again.</summary>
    public void ReleaseAbsences()
    {
        if (!hasRunOut)
        {
            return;
        }

        hasRunOut = false;
        leaving.RemoveAll(run =>
        {
            for (var i = run.First; i < run.First + run.Count; i++)
            {
                if (Absences[i].IsArmed)
                {
                    return false;
                }
            }

            while (freeAbsences.Count <= run.Count)
            {
                freeAbsences.Add(new Stack<int>());
            }

            freeAbsences[run.Count].Push(run.First);
            return true;
        });
    }

    private int TakeAbsences(int count)
    {
        if (count < freeAbsences.Count && freeAbsences[count].TryPop(out var first))
        {
            return first;
        }

        first = AbsenceCount;
        AbsenceCount += count;
        Absences.Grow(AbsenceCount, default);
        return first;
    }

    private void ForgetAbsences()
    {
        leaving.Clear();
        freeAbsences.Clear();
        hasRunOut = false;
    }
}
