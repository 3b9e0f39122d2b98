using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Everything a shard knows under one rule set, and what a reading does to it.
/// Main path of a reading: find its series, let the holds elapse up to it, put it in the window, judge each rule, set timers.
/// Threading: owned by one shard.
/// </summary>
internal sealed class ShardState(
    DeviceRegister register, RulePlan plan, EngineOptions options, EngineCounters counters, TransitionWriter writer, GatewayWatch gateways)
{
    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    private readonly TimerHeap holdTimers = new();
    private ServerClock clock;
    private int scannedDevices;

    public RulePlan Plan => plan;

    public SeriesStore Store { get; } = new(plan);

    public GatewayWatch Gateways => gateways;

    public ref ServerClock Clock => ref clock;

    public void Apply(ReadOnlySpan<Reading> readings)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            Prefetch.Ahead(readings, i, Store, plan);
            Apply(readings[i]);
        }
    }

    private void Apply(in Reading reading)
    {
        if (reading.IsTick)
        {
            Tick(reading.ReceiveTimeMicros);
            return;
        }

        if (!Store.Has(reading.Device) && !Meet(reading))
        {
            return;
        }

        ref readonly var slot = ref Store.Devices[reading.Device];
        if (slot.Kind == gatewayKind && double.IsFinite(reading.Value))
        {
            ReportGateway(reading);
        }

        var kind = plan.Kinds[slot.Kind];
        if (reading.Quantity >= kind.Quantities.Length || !double.IsFinite(reading.Value))
        {
            counters.Impossible++;
            return;
        }

        var quantity = kind.Quantities[reading.Quantity];
        if (quantity is null)
        {
            counters.Unwatched++;
            return;
        }

        counters.FutureReplaced += (int)(reading.Flags & ReadingFlags.TimeReplaced);
        ref var series = ref Store.Series[slot.Series + quantity.Offset];
        if (Take(ref series, quantity, reading))
        {
            counters.Evaluated++;
            Judge(ref series, quantity, reading.ReceiveTimeMicros);
            if (quantity.Absents.Length > 0)
            {
                Hear(slot, kind, quantity, reading);
            }
        }
    }

    public void UpdateSizes()
    {
        counters.Series = Store.SeriesCount;
        counters.Bytes = Store.Bytes + (16L * holdTimers.Capacity);
    }

    /// <summary>First sight of a device. False when the reading needs no state (or has no business here).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Meet(in Reading reading)
    {
        if (reading.Device >= register.Count)
        {
            counters.Impossible++;
            return false;
        }

        var record = register[reading.Device];
        if (record.Kind == gatewayKind && !(options.Owns(reading.Device) && !plan.Kinds[record.Kind].IsEmpty))
        {
            ReportGateway(reading);
            return false;
        }

        if (plan.Kinds[record.Kind].IsEmpty)
        {
            counters.Unwatched++;
            return false;
        }

        Store.Add(reading.Device, record.Kind, gateways.GroupOf(record.Gateways));
        return true;
    }

    private void ReportGateway(in Reading reading) => gateways.Report(
        register[reading.Device].Device, reading.Value != 0, clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros));

    /// <summary>Puts a reading in its place in the series, elapsing what was due before it.</summary>
    /// <returns>False when it does not count.</returns>
    private bool Take(ref Series series, QuantityPlan quantity, in Reading reading)
    {
        var time = reading.EventTimeMicros;
        if (series.HasReading && time <= series.Last)
        {
            return TakeLate(ref series, reading);
        }

        if (series.HasReading)
        {
            Elapse(ref series, quantity, time, reading.ReceiveTimeMicros);
        }

        series.Last = time;
        series.Anchor = clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros);
        series.IsFresh = reading.ReceiveTimeMicros - time <= options.CarryMicros;
        Trim(ref series, quantity);
        Store.Rings.Append(ref series, time, reading.Value);
        return true;
    }

    private bool TakeLate(ref Series series, in Reading reading)
    {
        var time = reading.EventTimeMicros;
        if (series.Last - time > options.AllowedLatenessMicros)
        {
            counters.Late++;
            return false;
        }

        var ring = Store.Rings.View(series);
        var place = ring.FirstAfter(time);
        if (place > 0 && ring[place - 1].EventTimeMicros == time)
        {
            counters.Duplicates++;
            return false;
        }

        if (series.Count >= options.SeriesReadingsMax)
        {
            counters.DroppedAtBound++;
            if (place == 0)
            {
                return true;
            }

            SampleRings.DropOldest(ref series);
            place--;
        }

        Store.Rings.Insert(ref series, place, time, reading.Value);
        return true;
    }

    /// <summary>Lets go of readings that no window and no duplicate can need, and of the oldest at the bound.</summary>
    private void Trim(ref Series series, QuantityPlan quantity)
    {
        long windowStart = series.Last - quantity.WindowMicros, lateStart = series.Last - options.AllowedLatenessMicros;
        var ring = Store.Rings.View(series);
        for (var i = 0; i < ring.Count && ring[i].EventTimeMicros <= windowStart && ring[i].EventTimeMicros < lateStart; i++)
        {
            SampleRings.DropOldest(ref series);
        }

        while (series.Count >= options.SeriesReadingsMax)
        {
            SampleRings.DropOldest(ref series);
            counters.DroppedAtBound++;
        }
    }

    /// <summary>A reading speaks until the next, if that comes within the carry.</summary>
    private void Elapse(ref Series series, QuantityPlan quantity, long to, long receive)
    {
        var isBridged = to - series.Last <= options.CarryMicros;
        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            ref var state = ref Store.States[series.FirstState + i];
            if (!state.HasPending)
            {
                continue;
            }

            if (isBridged)
            {
                Advance(ref state, quantity.Rules[i], series, to, receive);
            }
            else
            {
                Latch.Drop(ref state);
            }
        }
    }

    private void Judge(ref Series series, QuantityPlan quantity, long receive)
    {
        var ring = Store.Rings.View(series);
        var value = double.NaN;
        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            var rule = quantity.Rules[i];
            if (!rule.SharesPrevious)
            {
                value = ring.Count == 0 ? double.NaN : Windows.Value(rule.Function, ring, Windows.Start(rule.Rule, ring));
            }

            ref var state = ref Store.States[series.FirstState + i];
            if (double.IsFinite(value))
            {
                Latch.Observe(ref state, rule, rule.HasSetPoints && register.HasSetPoints(series.Device) ? register[series.Device] : null, value, series.Last);
            }

            if (state.HasPending)
            {
                Advance(ref state, rule, series, series.Last, receive);
                Arm(ref state, series.FirstState + i, rule, series);
            }
        }
    }

    private void Advance(ref RuleState state, CompiledRule rule, in Series series, long to, long receive)
    {
        long due;
        while (state.HasPending && (due = Latch.NextDue(state, rule.Rule)) <= to)
        {
            int from = state.Current;
            Latch.Step(ref state, rule.Rule, due);
            writer.Write(ref state, rule, series, Store.Rings.View(series), from, due, receive);
        }
    }

    /// <summary>Server time at which ticks will have brought the series' clock, less the lateness, to what is due next.</summary>
    private long DueAt(in RuleState state, Rule rule, in Series series)
    {
        var due = state.HasPending && series.IsFresh ? Latch.NextDue(state, rule) : long.MaxValue;
        return due == long.MaxValue || due - series.Last > options.CarryMicros
            ? long.MaxValue
            : series.Anchor + (due - series.Last) + options.AllowedLatenessMicros;
    }

    public void Arm(ref RuleState state, int index, CompiledRule rule, in Series series)
    {
        var at = DueAt(state, rule.Rule, series);
        if (at == long.MaxValue || (state.Armed != Never.Micros && state.Armed <= at))
        {
            return;
        }

        state.Armed = at;
        if (holdTimers.IsFull)
        {
            holdTimers.MakeRoom(Store, static (store, due, slot) => store.States[slot].Armed == due);
        }

        holdTimers.Push(at, index);
    }

    private void Tick(long receive)
    {
        counters.Ticks++;
        clock.Tick(receive, options.SilenceGapCapMicros);
        while (holdTimers.HasDue(clock.Now))
        {
            var (due, index) = holdTimers.Pop();
            if (Store.States[index].Armed == due)
            {
                FireHold(index, receive);
            }
        }

        ScanNewDevices();
        foreach (var group in gateways.Groups)
        {
            if (group.IsListening && group.Timers.HasDue(group.At(clock.Now)))
            {
                FireAbsences(group, receive);
            }
        }

        UpdateSizes();
    }

    private void FireHold(int index, long receive)
    {
        ref var state = ref Store.States[index];
        ref readonly var series = ref Store.Series[state.Series];
        var rule = plan.Kinds[Store.Devices[series.Device].Kind].Quantities[series.Quantity]!.Rules[index - series.FirstState];
        state.Armed = Never.Micros;
        if (DueAt(state, rule.Rule, series) <= clock.Now)
        {
            var elapsed = Math.Min(clock.Now - series.Anchor - options.AllowedLatenessMicros, options.CarryMicros);
            Advance(ref state, rule, series, series.Last + elapsed, receive);
        }

        Arm(ref state, index, rule, series);
    }

    /// <summary>A reading is a sign of life for the absences that listen for it.</summary>
    private void Hear(in DeviceSlot slot, KindPlan kind, QuantityPlan quantity, in Reading reading)
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
            if (absence.IsActive)
            {
                writer.Write(ref absence, kind.Absents[i], active: false, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros);
            }

            Arm(ref absence, slot.Absences + i, kind.Absents[i], group);
        }
    }

    public static void Arm(ref Absence absence, int index, CompiledRule rule, GatewayWatch.Group group)
    {
        if (absence.IsWatched && !absence.IsActive && !absence.IsArmed)
        {
            absence.IsArmed = true;
            group.Timers.Push(absence.LifeListening + rule.Rule.WindowMicros, index);
        }
    }

    private void FireAbsences(GatewayWatch.Group group, long receive)
    {
        var now = group.At(clock.Now);
        while (group.Timers.HasDue(now))
        {
            var index = group.Timers.Pop().Slot;
            ref var absence = ref Store.Absences[index];
            ref readonly var slot = ref Store.Devices[absence.Device];
            var rule = plan.Kinds[slot.Kind].Absents[index - slot.Absences];
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

    /// <summary>Registered devices count as silent from the first tick that finds them; unregistered ones from their first reading.</summary>
    private void ScanNewDevices()
    {
        for (var count = register.Count; scannedDevices < count; scannedDevices++)
        {
            var record = register[scannedDevices];
            var absents = plan.Kinds[record.Kind].Absents;
            if (absents.Length == 0 || record.IsUnregistered || !options.Owns(scannedDevices))
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
