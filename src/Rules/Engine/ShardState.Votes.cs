using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>Rules over the devices of a place: each reading is a vote of its device for the bands it crosses, as they are when it comes.</content>
internal sealed partial class ShardState
{
    public PlaceStore Places { get; } = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe void JudgeVotes(in Found found, VotesRule[] rules, in Reading reading)
    {
        var words = Store.PlaceStart + found.Series + found.Quiet->ToVotes;
        foreach (var rule in rules)
        {
            var place = words[rule.Index];
            place = place != 0 ? place : PlaceOf(Store.Devices[reading.Device], rule, reading.Device);
            if (place > 0)
            {
                JudgeVotes(rule, place, reading);
            }
        }
    }

    /// <returns>The number of a device's place; -1 where it has none.</returns>
    private int PlaceOf(in DeviceSlot slot, VotesRule rule, int device)
    {
        ref var place = ref Store.PlaceOf(slot, rule);
        if (place == 0)
        {
            place = rule.PlaceOf(register.PlaceOf(device)) is { } name ? Places.Find(rule, name) : -1;
        }

        return place;
    }

    /// <summary>Any device of a place resets it.</summary>
    private void ResetVotes(in DeviceSlot slot, QuantityPlan quantity, in Reading reading)
    {
        foreach (var rule in quantity.Votes)
        {
            var index = PlaceOf(slot, rule, reading.Device) is > 0 and var place ? Places[place].State : 0;
            if (index == 0)
            {
                continue;
            }

            Reset(ref Store.States[index], rule.Rule, reading.ReceiveTimeMicros);
        }
    }

    private void JudgeVotes(VotesRule votes, int number, in Reading reading)
    {
        var rule = votes.Rule;
        var count = rule.Bands.Length;
        MovePlace(rule, number, reading);
        var device = OwnOf(reading.Device, rule.HasSetPoints);
        if (Places[number].State == 0 && device is null && reading.Value >= votes.QuietBottom && reading.Value <= votes.QuietTop)
        {
            return;
        }

        var own = Verdict.OfValue(rule, device, reading.Value);
        if (own.Violated < count)
        {
            Vote(number, rule, reading, own);
        }

        ref var place = ref Places[number];
        var isIdle = place.State == 0 || (Store.States[place.State].Current == count && !Store.States[place.State].HasPending);
        var verdict = isIdle && own.Crossed == count ? new Verdict(reading.Value, count, count) : CountVotes(rule, place, reading.Value);
        if (place.State == 0)
        {
            if (!verdict.IsCrossed(rule))
            {
                return;
            }

            place.State = Store.States.Rent(reading.Device, votes, number);
        }

        ref var state = ref Store.States[place.State];
        state.Device = isIdle ? reading.Device : state.Device;
        Latch.Observe(ref state, rule, verdict, place.Last);
        if (state.HasPending)
        {
            Advance(ref state, rule, place.Last, reading.ReceiveTimeMicros);
            Arm(ref state, place.State, rule, place.Clock);
        }

        if (state.IsQuiet(rule, place.Last))
        {
            Store.States.Return(place.State, 1);
            place.State = 0;
        }
    }

    /// <summary>The clock of a place is that of the device with the newest reading.</summary>
    private void MovePlace(CompiledRule rule, int number, in Reading reading)
    {
        ref var place = ref Places[number];
        var time = reading.EventTimeMicros;
        if (place.Last >= time)
        {
            return;
        }

        if (place.State != 0)
        {
            Elapse(ref Store.States[place.State], rule, place.Last, time, reading.ReceiveTimeMicros);
        }

        place.Last = time;
        place.Anchor = AnchorOf(reading);
    }

    private void Vote(int number, CompiledRule rule, in Reading reading, in Verdict own)
    {
        var lastBand = rule.Bands.Length - 1;
        ref var voter = ref Places.VoterOf(number, reading.Device, lastBand, Places[number].Last - rule.Rule.WindowMicros);
        voter.Value = reading.EventTimeMicros > voter.Violated[lastBand] ? reading.Value : voter.Value;
        for (var b = own.Violated; b <= lastBand; b++)
        {
            voter.Violated[b] = Math.Max(voter.Violated[b], reading.EventTimeMicros);
            if (b >= own.Crossed)
            {
                voter.Crossed[b] = Math.Max(voter.Crossed[b], reading.EventTimeMicros);
            }
        }
    }

    private Verdict CountVotes(CompiledRule rule, in PlaceState place, double value)
    {
        var after = place.Last - rule.Rule.WindowMicros;
        Span<int> crossed = stackalloc int[CompiledRule.BandsMax];
        Span<int> violated = stackalloc int[CompiledRule.BandsMax];
        for (var at = place.Voters; at != 0; at = Places.VoterAt(at).Next)
        {
            ref readonly var voter = ref Places.VoterAt(at);
            for (var b = 0; b < rule.Bands.Length; b++)
            {
                crossed[b] += voter.Crossed[b] > after ? 1 : 0;
                violated[b] += voter.Violated[b] > after ? 1 : 0;
            }
        }

        var verdict = new Verdict(value, FirstWith(crossed, rule), FirstWith(violated, rule));
        return verdict.During(rule, place.Last);
    }

    private static int FirstWith(ReadOnlySpan<int> votes, CompiledRule rule)
    {
        var band = 0;
        while (band < rule.Bands.Length && votes[band] < rule.Rule.Times)
        {
            band++;
        }

        return band;
    }

    /// <summary>The series is the place's.</summary>
    private void WriteVotes(ref RuleState state, CompiledRule rule, int from, long due, long receive)
    {
        var kind = register.Catalog.Kinds[rule.Rule.Kind];
        var series = $"{kind.Name}/{Places.NameOf(state.Place)}/{kind.Quantities[rule.Rule.Quantity].Name}";
        writer.Write(ref state, rule, rule, from, due, receive, EvidenceOf(state.Place, rule), series);
    }

    /// <summary>The newest vote of each device that has one, oldest first.</summary>
    private Evidence[] EvidenceOf(int number, CompiledRule rule)
    {
        var all = new List<Evidence>();
        var lastBand = rule.Bands.Length - 1;
        for (var at = Places[number].Voters; at != 0; at = Places.VoterAt(at).Next)
        {
            ref readonly var voter = ref Places.VoterAt(at);
            if (voter.Violated[lastBand] > Places[number].Last - rule.Rule.WindowMicros)
            {
                all.Add(new Evidence(voter.Violated[lastBand], voter.Value, register.SeriesName(voter.Device, rule.Rule.Quantity)));
            }
        }

        return [.. all.OrderBy(e => e.EventTimeMicros).ThenBy(e => e.Series, StringComparer.Ordinal).TakeLast(TransitionWriter.EvidenceMax)];
    }
}
