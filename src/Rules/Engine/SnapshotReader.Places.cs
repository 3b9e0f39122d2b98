using System.Text;

namespace PingAnIoT.Rules;

/// <content>Places, in the order <see cref="SnapshotWriter"/> wrote them.</content>
internal sealed partial class SnapshotReader
{
    private void Places(BlockReader from, ShardState state)
    {
        for (var left = from.Count(ManyMax, "places"); left > 0; left--)
        {
            var number = from.Int();
            BlockReader.Require((uint)number < (uint)state.Plan.Votes.Length, "a place has no rule");
            Place(from, state, state.Plan.Votes[number]);
        }
    }

    private void Place(BlockReader from, ShardState state, VotesRule rule)
    {
        var name = from.Text();
        var (last, anchor) = (from.Long(), from.Long());
        var place = options.Owns(register, name) ? state.Places.Find(rule, name) : 0;
        if (place > 0)
        {
            ref var target = ref state.Places[place];
            BlockReader.Require(target.Last == Never.Micros, "a place is in it twice");
            (target.Last, target.Anchor) = (last, anchor);
        }

        if (from.Flag())
        {
            var device = Name(from);
            var read = ReadState(from, rule.Rule.Rule.Quantity, rule.Rule, device);
            if (place > 0 && device >= 0)
            {
                var index = state.Store.States.Rent(device, rule, place);
                state.Places[place].State = index;
                ref var target = ref state.Store.States[index];
                target = read with { Place = place };
                state.Arm(ref target, index, rule.Rule, state.Places[place].Clock);
            }
        }

        while (from.Flag())
        {
            var voter = ReadVoter(from, rule.Rule.Bands.Length);
            if (place > 0 && voter.Device >= 0)
            {
                ref var target = ref state.Places.VoterAt(state.Places.Add(place, voter.Device));
                target = voter with { Next = target.Next };
            }
        }
    }

    private Voter ReadVoter(BlockReader from, int bands)
    {
        var voter = new Voter { Device = Name(from), Value = from.Double() };
        for (var b = 0; b < bands; b++)
        {
            voter.Crossed[b] = from.Long();
            voter.Violated[b] = from.Long();
        }

        return voter;
    }

    /// <returns>The device of that name, enrolled if need be; -1 when no more are taken.</returns>
    private int Name(BlockReader from)
    {
        var kind = KindOf(from.Int());
        return register.FindOrEnrolAgain(kind, Encoding.UTF8.GetBytes(from.Text()), from.Text());
    }
}
