using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>
/// States of the series for which a rule has something to say or to wait for: a run for each such series, one state per rule. Nearly all
/// series are quiet at any time and have none. Runs are used again. State 0 is never given out: it means none.
/// Threading: owned by one shard.
/// </summary>
internal sealed class RuleStates
{
    public const int NoDevice = -1;
    private const int AtFirst = 64;

    // By number of rules.
    private readonly List<Stack<int>> free = [];
    private RuleState[] states = new RuleState[AtFirst];
    private int used = 1;

    public long Bytes => (long)states.Length * Unsafe.SizeOf<RuleState>();

    /// <summary>Valid until the next <see cref="Rent"/>.</summary>
    public ref RuleState this[int index] => ref states[index];

    /// <summary>One more than the highest number given. One that was given back has no device.</summary>
    public int End => used;

    /// <summary>A run of fresh states, one for each rule of a quantity.</summary>
    public int Rent(int device, QuantityPlan quantity)
    {
        var first = Rent(quantity.Rules.Length);
        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            states[first + i] = RuleState.Normal(device, quantity.Quantity, quantity.Rules[i]);
        }

        return first;
    }

    /// <summary>A fresh state for a rule over several quantities.</summary>
    public int Rent(int device, CombinedRule rule)
    {
        var first = Rent(1);
        states[first] = RuleState.Normal(device, rule.Rule.Rule.Quantity, rule.Rule);
        states[first].Combined = (ushort)(rule.Index + 1);
        return first;
    }

    /// <summary>A fresh state for a rule over the devices of a place.</summary>
    public int Rent(int device, VotesRule rule, int place)
    {
        var first = Rent(1);
        states[first] = RuleState.Normal(device, rule.Rule.Rule.Quantity, rule.Rule);
        states[first].Place = place;
        return first;
    }

    private int Rent(int count)
    {
        if (count >= free.Count || !free[count].TryPop(out var first))
        {
            first = used;
            used += count;
            if (used > states.Length)
            {
                Array.Resize(ref states, Math.Max(used, states.Length * 2));
            }
        }

        return first;
    }

    public void Return(int first, int count)
    {
        while (free.Count <= count)
        {
            free.Add(new Stack<int>(AtFirst));
        }

        for (var i = 0; i < count; i++)
        {
            (states[first + i].Armed, states[first + i].Device) = (Never.Micros, NoDevice);
        }

        free[count].Push(first);
    }
}
