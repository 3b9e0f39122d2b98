namespace PingAnIoT.Rules;

/// <content>
/// Other rules come into force at one place in the journal, and from there on all is judged by them. A device whose series must lie otherwise
/// for them moves when it is first touched, or in its turn on ticks: nothing tells whether it has, for it has no state of a rule till then.
/// </content>
internal sealed partial class ShardState
{
    /// <summary>Devices that a tick looks at in search of those that have not moved.</summary>
    private const int SettledPerTick = 50_000;

    private int settledDevices = int.MaxValue;

    private bool IsSettled => settledDevices == int.MaxValue;

    /// <summary>Other rules are in force: how much else there is to do is for <see cref="Reload"/> to know.</summary>
    public void Use(RulePlan next, bool hasMoves)
    {
        var isFirstGeneration = next.Generation < plan.Generation;
        plan = next;
        Store.Use(next);
        settledDevices = hasMoves ? 0 : settledDevices;
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

            ref readonly var slot = ref Store.Devices[device];
            for (var series = slot.Series + plan.Layouts[slot.Layout].Series.Length - 1; series >= slot.Series; series--)
            {
                if (Store.HasBlock(series))
                {
                    Store.Block(series).Head.Settled = 0;
                }
            }
        }
    }

    /// <summary>No device is left in a layout that was given up.</summary>
    public void SettleAll()
    {
        while (!IsSettled)
        {
            SettleSome();
        }
    }

    /// <summary>Moves a device that has not yet moved.</summary>
    public void Settle(int device)
    {
        if (!IsSettled && Store.Has(device) && plan.IsGivenUp(Store.Devices[device].Layout))
        {
            Store.Move(device);
        }
    }

    private void SettleSome()
    {
        if (IsSettled)
        {
            return;
        }

        for (var end = Math.Min(Store.Devices.Length, settledDevices + SettledPerTick); settledDevices < end; settledDevices++)
        {
            if (Store.Has(settledDevices) && plan.IsGivenUp(Store.Devices[settledDevices].Layout))
            {
                Store.Move(settledDevices);
            }
        }

        settledDevices = settledDevices < Store.Devices.Length ? settledDevices : int.MaxValue;
    }
}
