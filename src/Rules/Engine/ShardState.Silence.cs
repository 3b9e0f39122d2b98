using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>Silence: which devices are heard, and what is due when they are not.</content>
internal sealed partial class ShardState
{
    /// <summary>Of the register, at one tick: a city is looked through in seconds, and no tick takes long.</summary>
    private const int ScannedPerTick = 200_000;

    // Those that a tick looks at; kept so that it need not be made again.
    private readonly List<int> dueAbsences = [];

    /// <summary>A reading is a sign of life for the absences that listen for it, told once for all that any reading ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hear(ref DeviceSlot slot, in Reading reading, long listening)
    {
        slot.LifeListening = Math.Max(slot.LifeListening, listening);
        slot.LifeReceiveMicros = Math.Max(slot.LifeReceiveMicros, reading.ReceiveTimeMicros);
        slot.Heard = (byte)(reading.Quantity + 1);
    }

    /// <summary>The same where an absence must be looked at itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void HearEach(ref DeviceSlot slot, QuantityPlan quantity, in Reading reading, long listening, bool isNewest)
    {
        if (!isNewest)
        {
            // What was heard last is not the newest reading of its series, so the absences must tell it themselves.
            LetTell(ref slot);
        }

        var kind = plan.Layouts[slot.Layout];
        foreach (var i in quantity.Absents)
        {
            if (slot.IsHeard && kind.Absents[i].Rule.AnyQuantity)
            {
                continue;
            }

            ref var absence = ref Store.Absences[slot.Absences + i];
            absence.LifeListening = absence.IsWatched ? Math.Max(absence.LifeListening, listening) : listening;
            absence.LifeReceiveMicros = absence.IsWatched
                ? Math.Max(absence.LifeReceiveMicros, reading.ReceiveTimeMicros) : reading.ReceiveTimeMicros;
            absence.LastEventMicros = reading.EventTimeMicros;
            absence.LastValue = reading.Value;
            absence.HasReading = true;
            absence.IsWatched = true;
            if (absence.IsActive || !absence.IsArmed)
            {
                Revive(ref absence, slot, i, reading.ReceiveTimeMicros);
            }
        }

        if (slot.IsHeard)
        {
            Hear(ref slot, reading, listening);
        }
        else if (isNewest && kind.AnyAbsents.Length > 0)
        {
            LetRest(ref slot, kind, reading.Quantity);
        }
    }

    /// <summary>After a sign of life: where it is the same for all absences that any reading ends, it is told once from now on.</summary>
    private void LetRest(ref DeviceSlot slot, KindPlan kind, ushort quantity)
    {
        ref readonly var first = ref Store.Absences[slot.Absences + kind.AnyAbsents[0]];
        foreach (var i in kind.AnyAbsents)
        {
            ref readonly var absence = ref Store.Absences[slot.Absences + i];
            if (absence.LifeListening != first.LifeListening || absence.LifeReceiveMicros != first.LifeReceiveMicros)
            {
                return;
            }
        }

        (slot.LifeListening, slot.LifeReceiveMicros, slot.Heard) = (first.LifeListening, first.LifeReceiveMicros, (byte)(quantity + 1));
    }

    private void LetTell(ref DeviceSlot slot)
    {
        Tell(slot);
        slot.Heard = 0;
    }

    /// <summary>Brings a device's absences up to date with what is told for them.</summary>
    public void Tell(in DeviceSlot slot)
    {
        if (!slot.IsHeard)
        {
            return;
        }

        var kind = plan.Layouts[slot.Layout];
        var last = Store.Block(slot.Series + kind.Quantities[slot.Heard - 1]!.Offset).Newest;
        foreach (var i in kind.AnyAbsents)
        {
            ref var absence = ref Store.Absences[slot.Absences + i];
            (absence.LifeListening, absence.LifeReceiveMicros) = (slot.LifeListening, slot.LifeReceiveMicros);
            (absence.LastEventMicros, absence.LastValue) = (last.EventTimeMicros, last.Value);
        }
    }

    /// <summary>No device's sign of life is told for its absences: before other rules listen for them.</summary>
    public void LetAllTell()
    {
        for (var device = 0; device < Store.Devices.Length; device++)
        {
            Store.LookAhead(device);
            if (Store.Has(device))
            {
                LetTell(ref Store.Devices[device]);
            }
        }
    }

    /// <summary>Heard for the first time, or again: the silence is over and its timer runs anew.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Revive(ref Absence absence, in DeviceSlot slot, int index, long receive)
    {
        var rule = plan.Layouts[slot.Layout].Absents[index];
        if (absence.IsActive)
        {
            writer.Write(ref absence, rule, active: false, receive, receive);
        }

        Arm(ref absence, slot.Absences + index, rule, gateways.Groups[slot.Group]);
    }

    public void Arm(ref Absence absence, int index, CompiledRule rule, GatewayWatch.Group group)
    {
        if (absence.IsWatched && !absence.IsActive && !absence.IsArmed)
        {
            absence.IsArmed = true;
            group.Timers.Add(absence.LifeListening + rule.SilenceMicros(register, absence.Device), index);
        }
    }

    private void FireAbsences(GatewayWatch.Group group, long receive)
    {
        var now = group.At(clock.Now);
        dueAbsences.Clear();
        group.Timers.Take(now, dueAbsences);
        for (var i = 0; i < dueAbsences.Count; i++)
        {
            AskForAbsences(i);
            TryFireAbsence(dueAbsences[i], group, now, receive);
        }
    }

    private void FireAbsence(int index, GatewayWatch.Group group, long now, long receive)
    {
        ref var absence = ref Store.Absences[index];
        ref var slot = ref Store.Devices[absence.Device];
        if (Store.IsGone(index))
        {
            Store.RunOut(index);
            return;
        }

        var rule = plan.Layouts[slot.Layout].Absents[index - slot.Absences];
        var life = slot.IsHeard && rule.Rule.AnyQuantity ? slot.LifeListening : absence.LifeListening;
        var silence = rule.SilenceMicros(register, absence.Device);
        if (now - life < silence)
        {
            group.Timers.Add(life + silence, index);
            return;
        }

        Keep(absence.Device);
        LetTell(ref slot);
        absence.IsArmed = false;
        var isUnbroken = now - life == receive - absence.LifeReceiveMicros;
        writer.Write(ref absence, rule, active: true, isUnbroken ? absence.LifeReceiveMicros + silence : receive, receive);
    }

    /// <summary>After a change of rules that names a new silence.</summary>
    public void LookForSilenceAgain() => scannedDevices = 0;

    /// <summary>Registered devices count as silent from the first tick that finds them; unregistered ones from their first reading.</summary>
    private void ScanNewDevices()
    {
        for (var end = Math.Min(register.Count, scannedDevices + ScannedPerTick); scannedDevices < end; scannedDevices++)
        {
            var kind = register.KindOf(scannedDevices);
            var absents = plan.OfKind(kind).Absents;
            if (absents.Length == 0 || register.IsUnregistered(scannedDevices) || IsRetired(scannedDevices) || !options.Owns(register, scannedDevices))
            {
                continue;
            }

            if (!Store.Has(scannedDevices))
            {
                Store.Add(scannedDevices, kind, gateways.GroupOf(register.GatewaysOf(scannedDevices)));
            }

            var slot = Store.Devices[scannedDevices];
            var group = gateways.Groups[slot.Group];
            for (var i = 0; i < absents.Length; i++)
            {
                ref var absence = ref Store.Absences[slot.Absences + i];
                if (!absence.IsWatched)
                {
                    Keep(scannedDevices);
                    absence.IsWatched = true;
                    absence.LifeListening = group.At(clock.Now);
                    absence.LifeReceiveMicros = clock.LastTickMicros;
                }

                Arm(ref absence, slot.Absences + i, absents[i], group);
            }
        }
    }
}
