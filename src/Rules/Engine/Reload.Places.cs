namespace PingAnIoT.Rules;

/// <content>Rules over the devices of a place: their clocks, votes and states.</content>
internal sealed partial class Reload
{
    private RuleStep[] votesSteps = [];

    private bool HasSameVotes => old.Votes.Length == next.Votes.Length && old.Votes.Zip(next.Votes).All(v => ReferenceEquals(v.First, v.Second));

    private void ClosePlaces()
    {
        if (HasSameVotes)
        {
            return;
        }

        votesSteps =
        [
            .. old.Votes.Select(v => v.Rule).Select(from =>
            {
                var place = Array.FindIndex(next.Votes, v => v.Rule.Rule.Id == from.Rule.Id);
                return new RuleStep(from, place < 0 ? null : next.Votes[place].Rule, place, Keeps(from.Rule));
            }),
        ];
        for (var number = 1; number <= shard.Places.Count; number++)
        {
            ref readonly var place = ref shard.Places[number];
            if (place.IsKnown && place.State != 0)
            {
                Close(ref Store.States[place.State], votesSteps[place.Rule]);
            }
        }
    }

    private void CarryPlaces()
    {
        if (HasSameVotes)
        {
            return;
        }

        for (var number = 1; number <= shard.Places.Count; number++)
        {
            if (shard.Places[number].IsKnown)
            {
                CarryPlace(number, votesSteps[shard.Places[number].Rule]);
            }
        }

        shard.Places.NameAgain();
    }

    private void CarryPlace(int number, RuleStep step)
    {
        ref var place = ref shard.Places[number];
        if (!step.IsKept)
        {
            if (place.State != 0)
            {
                Store.States.Return(place.State, 1);
            }

            var isAsWide = step.To is not null && step.To.Rule.Place == step.From.Rule.Place && step.To.Rule.Kind == step.From.Rule.Kind;
            shard.Places.Forget(number, isAsWide ? step.Place : PlaceStore.NoRule);
            return;
        }

        place.Rule = step.Place;
        for (var at = place.Voters; at != 0; at = shard.Places.VoterAt(at).Next)
        {
            CarryVoter(ref shard.Places.VoterAt(at), step);
        }

        if (place.State != 0)
        {
            var before = Store.States[place.State];
            ref var state = ref Store.States[place.State];
            state = RuleState.Normal(before.Device, before.Quantity, step.To!);
            Carry(before, step, place.Clock, place.State, isInPlace: true);
            state.Place = number;
        }
    }

    private static void CarryVoter(ref Voter voter, RuleStep step)
    {
        var (from, to) = (step.From, step.To!);
        var before = voter;
        ((Span<long>)voter.Crossed).Fill(Never.Micros);
        ((Span<long>)voter.Violated).Fill(Never.Micros);
        for (var b = 0; b < to.Bands.Length; b++)
        {
            var band = RuleStep.BandOf(from, to.Bands[b].Severity);
            if (band < from.Bands.Length)
            {
                voter.Crossed[b] = before.Crossed[band];
                voter.Violated[b] = before.Violated[band];
            }

            // Who crossed a worse colour has crossed a lesser one, though it was not in the rules.
            if (b > 0)
            {
                voter.Crossed[b] = Math.Max(voter.Crossed[b], voter.Crossed[b - 1]);
                voter.Violated[b] = Math.Max(voter.Violated[b], voter.Violated[b - 1]);
            }
        }
    }
}
