namespace PingAnIoT.Rules;

/// <content>Rules over the devices of a place: their clocks, votes and states.</content>
internal sealed partial class Reload
{
    private void CarryPlace(int place)
    {
        ref readonly var before = ref old.Places[place];
        var from = old.Plan.Votes[before.Rule];
        var to = Array.Find(next.Plan.Votes, v => v.Rule.Rule.Id == from.Rule.Rule.Id);
        var isKept = to is not null && Keeps(from.Rule.Rule);
        if (!isKept)
        {
            if (before.State != 0)
            {
                Close(ref old.Store.States[before.State], from.Rule);
            }

            return;
        }

        var number = next.Places.Find(to!, old.Places.NameOf(place));
        ref var after = ref next.Places[number];
        (after.Last, after.Anchor) = (before.Last, before.Anchor);
        for (var at = before.Voters; at != 0; at = old.Places.VoterAt(at).Next)
        {
            CarryVoter(old.Places.VoterAt(at), from.Rule, number, to!.Rule);
        }

        if (before.State != 0)
        {
            CarryPlaceState(before.State, from, number, to!);
        }
    }

    private void CarryVoter(in Voter voter, CompiledRule from, int place, CompiledRule to)
    {
        ref var carried = ref next.Places.VoterAt(next.Places.Add(place, voter.Device));
        carried.Value = voter.Value;
        for (var b = 0; b < to.Bands.Length; b++)
        {
            var band = PlaceOf(from, to.Bands[b].Severity);
            if (band < from.Bands.Length)
            {
                carried.Crossed[b] = voter.Crossed[band];
                carried.Violated[b] = voter.Violated[band];
            }

            // Who crossed a worse colour has crossed a lesser one, though it was not in the rules.
            if (b > 0)
            {
                carried.Crossed[b] = Math.Max(carried.Crossed[b], carried.Crossed[b - 1]);
                carried.Violated[b] = Math.Max(carried.Violated[b], carried.Violated[b - 1]);
            }
        }
    }

    private void CarryPlaceState(int index, VotesRule from, int place, VotesRule to)
    {
        ref var state = ref old.Store.States[index];
        var hasColour = HasColour(state, from.Rule, to.Rule);
        if (!hasColour)
        {
            Close(ref state, from.Rule);
        }

        var carried = next.Store.States.Rent(state.Device, to, place);
        next.Places[place].State = carried;
        ref var result = ref next.Store.States[carried];
        if (hasColour)
        {
            CarryState(state, from.Rule, next.Places[place].Clock, carried, to.Rule);
            result.Place = place;
        }
        else
        {
            result.LastChange = state.LastChange;
        }
    }
}
