using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>Silence: which devices are heard, and what is due when they are not.</content>
internal sealed partial class ShardState
{
    private const int AbsencesAhead = 16;

    /// <summary>Of the register, at one tick: a city is looked through in seconds, and no tick takes long.</summary>
    private const int ScannedPerTick = 200_000;

    // Those that a tick looks at; kept so that it need not be made again.
    private readonly List<int> dueAbsences = [];

    /// <summary>A reading is a sign of life for the absences that listen for it.</summary>
    private void Hear(in DeviceSlot slot, QuantityPlan quantity, in Reading reading)
    {
        var group = gateways.Groups[slot.Group];
        var listening = group.At(clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros));
        foreach (var i in quantity.Absents)
        {
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

    public static void Arm(ref Absence absence, int index, CompiledRule rule, GatewayWatch.Group group)
    {
        if (absence.IsWatched && !absence.IsActive && !absence.IsArmed)
        {
            absence.IsArmed = true;
            group.Timers.Add(absence.LifeListening + rule.Rule.WindowMicros, index);
        }
    }

    private void FireAbsences(GatewayWatch.Group group, long receive)
    {
        var now = group.At(clock.Now);
        dueAbsences.Clear();
        group.Timers.Take(now, dueAbsences);
        for (var i = 0; i < dueAbsences.Count; i++)
        {
            if (i + AbsencesAhead < dueAbsences.Count)
            {
                Prefetch.Line(ref Store.Absences[dueAbsences[i + AbsencesAhead]]);
            }

            var index = dueAbsences[i];
            ref var absence = ref Store.Absences[index];
            ref readonly var slot = ref Store.Devices[absence.Device];
            var rule = plan.Layouts[slot.Layout].Absents[index - slot.Absences];
            absence.IsArmed = false;
            var silence = now - absence.LifeListening;
            if (silence >= rule.Rule.WindowMicros)
            {
                var isUnbroken = silence == receive - absence.LifeReceiveMicros;
                writer.Write(ref absence, rule, active: true, isUnbroken ? absence.LifeReceiveMicros + rule.Rule.WindowMicros : receive, receive);
            }

            Arm(ref absence, index, rule, group);
        }
    }

    /// <summary>After a change of rules that names a new silence.</summary>
    public void LookForSilenceAgain() => scannedDevices = 0;

    /// <summary>Registered devices count as silent from the first tick that finds them; unregistered ones from their first reading.</summary>
    private void ScanNewDevices()
    {
        for (var end = Math.Min(register.Count, scannedDevices + ScannedPerTick); scannedDevices < end; scannedDevices++)
        {
            var record = register[scannedDevices];
            var absents = plan.OfKind(record.Kind).Absents;
            if (absents.Length == 0 || record.IsUnregistered || !options.Owns(register, scannedDevices))
            {
                continue;
            }

            if (!Store.Has(scannedDevices))
            {
                Store.Add(scannedDevices, record.Kind, gateways.GroupOf(record.Gateways));
            }

            var slot = Store.Devices[scannedDevices];
            var group = gateways.Groups[slot.Group];
            for (var i = 0; i < absents.Length; i++)
            {
                ref var absence = ref Store.Absences[slot.Absences + i];
                if (!absence.IsWatched)
                {
                    absence.IsWatched = true;
                    absence.LifeListening = group.At(clock.Now);
                    absence.LifeReceiveMicros = clock.LastTickMicros;
                }

                Arm(ref absence, slot.Absences + i, absents[i], group);
            }
        }
    }
}
