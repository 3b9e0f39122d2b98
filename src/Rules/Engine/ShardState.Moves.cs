namespace PingAnIoT.Rules;

/// <content>
/// Other rules come into force at one place in the journal, and from there on all is judged by them. A device whose series must lie otherwise
/// for them moves when it is first touched, or in its turn on ticks: nothing tells whether it has, for it has no state of a rule till then.
/// </content>
internal sealed partial class ShardState
{
    /// <summary>Devices that a tick looks at in search of those that have not moved.</summary>
    private const int MovedPerTick = 50_000;

    private int movedDevices = int.MaxValue;

    private bool HaveMoved => movedDevices == int.MaxValue;

    /// <summary>Other rules are in force: how much else there is to do is for <see cref="Reload"/> to know.</summary>
    public void Use(RulePlan next, bool hasMoves)
    {
        var isFirstGeneration = next.Generation < plan.Generation;
        plan = next;
        Store.Use(next);
        movedDevices = hasMoves ? 0 : movedDevices;
        if (isFirstGeneration)
        {
            ForgetGenerations();
        }
    }

    /// <summary>Generations begin again: what was seen under an earlier first one is not to be taken for this. Once in 255 changes of rules.</summary>
    private void ForgetGenerations()
    {
        for (var device = 0; device < Store.Devices.Length; device++)
        {
            if (!Store.Has(device))
            {
                continue;
            }

            ref var slot = ref Store.Devices[device];
            for (var series = slot.Series + plan.Layouts[slot.Layout].Series.Length - 1; series >= slot.Series; series--)
            {
                if (Store.HasBlock(series))
                {
                    Store.Block(series).Head.Settled = 0;
                }
            }

            foreach (var rule in plan.Layouts[slot.Layout].Combined)
            {
                ref var word = ref Store.StateOf(ref slot, rule);
                word = PartsAtRest.Is(word) ? 0 : word;
            }
        }
    }

    /// <summary>No device is left in a layout that was given up.</summary>
    public void MoveAll()
    {
        while (!HaveMoved)
        {
            MoveSome();
        }
    }

    /// <summary>Moves a device that has not yet moved.</summary>
    public void Move(int device)
    {
        if (!HaveMoved && Store.Has(device) && plan.IsGivenUp(Store.Devices[device].Layout))
        {
            Store.Move(device);
        }
    }

    private void MoveSome()
    {
        if (HaveMoved)
        {
            return;
        }

        for (var end = Math.Min(Store.Devices.Length, movedDevices + MovedPerTick); movedDevices < end; movedDevices++)
        {
            Move(movedDevices);
        }

        movedDevices = movedDevices < Store.Devices.Length ? movedDevices : int.MaxValue;
    }
}
