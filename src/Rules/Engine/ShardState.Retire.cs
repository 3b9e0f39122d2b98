namespace PingAnIoT.Rules;

/// <content>Devices that are no more.</content>
internal sealed partial class ShardState
{
    /// <summary>Those that have been given up. The others that the register calls retired are judged as ever until their turn comes in the journal.</summary>
    public HashSet<int> Retired { get; } = [];

    public EngineOptions Options => options;

    public bool IsRetired(int device) => Retired.Count > 0 && Retired.Contains(device);

    /// <summary>
    /// Ends what a device's rules say of it and gives its memory back. It is watched no more, unless the register says by now that it is one again.
    /// Votes it has given do not count from here on; what its place says stays until the place is judged again.
    /// </summary>
    public void Retire(int device, long receive)
    {
        if (register.IsRetired(device))
        {
            Retired.Add(device);
        }

        Move(device);
        Keep(device);
        if (!Store.Has(device))
        {
            return;
        }

        writer.End = TransitionChange.Retired;
        LetTell(ref Store.Devices[device]);
        var slot = Store.Devices[device];
        var kind = plan.Layouts[slot.Layout];
        foreach (var quantity in kind.Series)
        {
            EndSeries(slot.Series + quantity.Offset, quantity, receive);
        }

        for (var i = 0; i < kind.Absents.Length; i++)
        {
            ref var absence = ref Store.Absences[slot.Absences + i];
            if (absence.IsActive)
            {
                writer.Write(ref absence, kind.Absents[i], active: false, receive, receive);
            }
        }

        foreach (var rule in kind.Combined)
        {
            if (Store.StateAt(slot, rule) is > 0 and var index)
            {
                End(ref Store.States[index], rule.Rule, receive);
                Store.States.Return(index, 1);
            }
        }

        foreach (var rule in kind.Votes)
        {
            if (PlaceOf(slot, rule, device) is > 0 and var place)
            {
                Places.Silence(place, device);
            }
        }

        writer.End = TransitionChange.Normal;
        Store.Remove(device);
    }

    private void EndSeries(int series, QuantityPlan quantity, long receive)
    {
        if (!Store.HasBlock(series) || Store.Block(series).Head.States is not (> 0 and var first))
        {
            return;
        }

        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            End(ref Store.States[first + i], quantity.Rules[i], receive);
        }

        Store.States.Return(first, quantity.Rules.Length);
    }

    private void End(ref RuleState state, CompiledRule rule, long receive)
    {
        int from = state.Current, normal = rule.Bands.Length;
        if (from != normal)
        {
            state.Current = (byte)normal;
            Write(ref state, rule, from, receive, receive);
        }
    }
}
