namespace PingAnIoT.Rules;

/// <content>
/// Silence. Where each rule's silences stay as they are, or take longer, nothing need be done: a timer that is early is set again. Else all
/// absences are laid out and timed anew.
/// </content>
internal sealed partial class Reload
{
    private static bool HasSameSilences(KindPlan before, KindPlan after) =>
        before.Absents.Length == after.Absents.Length
        && before.Absents.Zip(after.Absents).All(a => IsSameSilence(a.First, a.Second) && a.First.Rule.WindowMicros <= a.Second.Rule.WindowMicros
            && a.First.Bands[0].SetPoint == a.Second.Bands[0].SetPoint);

    private static bool IsSameSilence(CompiledRule from, CompiledRule to) =>
        from.Rule.Id == to.Rule.Id && LooksAtTheSame(from.Rule, to.Rule) && from.SeverityOf(0) == to.SeverityOf(0);

    private void AddAbsences(List<Piece> pieces)
    {
        for (var device = 0; device < Store.Devices.Length; device++)
        {
            ref readonly var slot = ref Store.Devices[device];
            if (!slot.HasState || !IsChanged(old.KindOf(slot.Layout)))
            {
                continue;
            }

            var absents = old.Layouts[slot.Layout].Absents;
            for (var i = 0; i < absents.Length; i++)
            {
                ref readonly var absence = ref Store.Absences[slot.Absences + i];
                if (absence.IsActive && !steps[absents[i]].Keeps(0))
                {
                    pieces.Add(new Piece(device, PieceOf.Absence, i, slot.Absences + i));
                }
            }
        }
    }

    private void Close(ref Absence absence, RuleStep step)
    {
        Count(step.From.Rule.Id);
        writer.Write(ref absence, step.From, active: false, Now(absence.LastChange), Now(absence.LastChange));
        absence = new Absence { Device = absence.Device, LastChange = absence.LastChange };
    }

    private static void Carry(in Absence absence, bool isKept, ref Absence to)
    {
        if (isKept)
        {
            to = absence;
            to.IsArmed = false;
        }

        to.LastChange = absence.LastChange;
    }

    /// <summary>After the close: what goes has ended, and is known by that.</summary>
    private void CarryAbsences()
    {
        foreach (var group in shard.Gateways.Groups)
        {
            group.Timers.Clear();
        }

        var absences = new FlatArray<Absence>();
        absences.Grow(Store.Absences.Length, default);
        var count = 0;
        for (var device = 0; device < Store.Devices.Length; device++)
        {
            ref var slot = ref Store.Devices[device];
            if (!slot.HasState)
            {
                continue;
            }

            var kind = next.KindOf(slot.Layout);
            CompiledRule[] before = old.OfKind(kind).Absents, after = next.OfKind(kind).Absents;
            absences.Grow(count + after.Length, default);
            for (var i = 0; i < after.Length; i++)
            {
                absences[count + i] = new Absence { Device = device, LastChange = Never.Micros };
            }

            for (var i = 0; i < before.Length; i++)
            {
                var step = IsChanged(kind) ? steps[before[i]] : null;
                var place = step?.Place ?? i;
                if (place >= 0)
                {
                    Carry(Store.Absences[slot.Absences + i], step?.IsKept ?? true, ref absences[count + place]);
                    shard.Arm(ref absences[count + place], count + place, after[place], shard.Gateways.Groups[slot.Group]);
                }
            }

            slot.Absences = count;
            count += after.Length;
        }

        Store.UseAbsences(absences, count);
        if (!Enumerable.Range(0, old.KindCount).All(k => next.OfKind(k).Absents.All(to => old.OfKind(k).Absents.Any(from => IsSameSilence(from, to)))))
        {
            shard.LookForSilenceAgain();
        }
    }
}
