using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>Latched rules: raised by readings, ended by hand.</content>
internal sealed partial class ShardState
{
    /// <summary>A reading without a value: a reset, or something that should never have come this far.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeNoValue(int series, in Reading reading)
    {
        if (!reading.IsReset)
        {
            counters.Impossible++;
            return;
        }

        ref readonly var slot = ref Store.Devices[reading.Device];
        var quantity = plan.Find(slot.Layout, reading.Quantity)!;
        if (Store.HasBlock(series) && Store.Block(series) is { Head.States: > 0 } block)
        {
            for (var i = 0; i < quantity.Rules.Length; i++)
            {
                Reset(ref Store.States[block.Head.States + i], quantity.Rules[i], reading.ReceiveTimeMicros);
            }
        }

        ResetVotes(slot, quantity, reading);
        foreach (var rule in plan.Layouts[slot.Layout].Combined)
        {
            var index = rule.Rule.Rule.Quantity == reading.Quantity ? Store.StateAt(slot, rule) : 0;
            if (index > 0)
            {
                Reset(ref Store.States[index], rule.Rule, reading.ReceiveTimeMicros);
            }
        }
    }
}
