using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>What a reading does to its series.</content>
internal sealed partial class ShardState
{
    /// <summary>Puts a reading behind the newest of the series, elapsing what was due before it.</summary>
    /// <returns>The series' block as it is then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SeriesBlock Take(SeriesBlock series, int index, QuantityPlan quantity, scoped in QuietPlan quiet, scoped in Reading reading)
    {
        var time = reading.EventTimeMicros;
        var keepFrom = time - quiet.KeptMicros;
        if (series.Head.States != 0)
        {
            Elapse(series, quantity, reading);
        }

        if (quiet.Has(QuietNeeds.KeepsNewest) && series.HasReading)
        {
            keepFrom = Math.Min(keepFrom, series.Last);
        }

        series.Head.Anchor = AnchorOf(reading);
        return series.TryPut(keepFrom, readingsMax, time, reading.Value) ? series : Append(index, series, reading);
    }

    /// <summary>From where a clock whose newest reading this is runs on with ticks; see <see cref="SeriesHead.Anchor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long AnchorOf(in Reading reading) => reading.ReceiveTimeMicros - reading.EventTimeMicros <= carry
        ? clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros)
        : Never.Micros;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SeriesBlock Append(int index, SeriesBlock series, scoped in Reading reading)
    {
        // At the bound the oldest makes place.
        var over = series.Count - readingsMax + 1;
        if (over > 0)
        {
            counters.DroppedAtBound += over;
            series.DropOldest(over);
        }

        return Store.Rewrite(index, series.Count, reading.EventTimeMicros, reading.Value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Elapse(SeriesBlock series, QuantityPlan quantity, in Reading reading)
    {
        for (var i = 0; series.HasReading && i < quantity.Rules.Length; i++)
        {
            Elapse(ref Store.States[series.Head.States + i], quantity.Rules[i], series.Last, reading.EventTimeMicros, reading.ReceiveTimeMicros);
        }
    }

    /// <summary>Puts a reading that is no newer than the newest among the others.</summary>
    /// <returns>False when it does not count.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TakeLate(int index, in Reading reading)
    {
        var series = Store.Block(index);
        var time = reading.EventTimeMicros;
        if (series.Last - time > lateness)
        {
            counters.Late++;
            return false;
        }

        var samples = series.Samples(scratch);
        var place = Windows.FirstAfter(samples, time);
        if (place > 0 && samples[place - 1].EventTimeMicros == time)
        {
            counters.Duplicates++;
            return false;
        }

        if (series.Count >= readingsMax)
        {
            counters.DroppedAtBound++;
            if (place == 0)
            {
                return true;
            }

            series.DropOldest(1);
            place--;
        }

        if (!series.TryInsert(place, time, reading.Value))
        {
            Store.Rewrite(index, place, time, reading.Value);
        }

        return true;
    }

    private bool AreQuiet(WindowPlan[] windows, SeriesBlock series)
    {
        var samples = series.Samples(scratch);
        for (var i = 0; i < windows.Length; i++)
        {
            ref readonly var window = ref windows[i];
            if (window.Hours is not null && !CompiledSchedule.AnyCovers(window.Hours, samples[^1].EventTimeMicros))
            {
                continue;
            }

            var value = Windows.Value(window, Windows.Covered(window.Micros, samples), scratch);
            if (value > window.Top || value < window.Bottom)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Judges a series that is not settled, and sees whether it is from now on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Judge(SeriesBlock series, QuantityPlan quantity, in QuietPlan quiet, in Reading reading)
    {
        if (series.Head.States != 0 || (quantity.HasSetPoints && register.HasSetPoints(reading.Device)) || !AreQuiet(quantity.Windows, series))
        {
            JudgeAll(series, quantity, reading);
        }

        series.Head.Settled = quiet.Holds(series.Samples(scratch)) ? plan.Generation : (byte)0;
    }

    /// <summary>Judges every rule of the series; those that come to have something to say or to wait for get states, for as long as they do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void JudgeAll(SeriesBlock series, QuantityPlan quantity, in Reading reading)
    {
        var device = OwnOf(reading.Device, quantity.HasSetPoints);
        if (series.Head.States == 0)
        {
            if (!CrossesAny(series, quantity, device))
            {
                return;
            }

            series.Head.States = Store.States.Rent(reading.Device, quantity);
        }

        var first = series.Head.States;
        var isQuiet = true;
        var samples = series.Samples(scratch);
        foreach (ref readonly var window in quantity.Windows.AsSpan())
        {
            var covered = Windows.Covered(window.Micros, samples);
            var value = Windows.Value(window, covered, scratch);
            for (var i = window.First; i < window.End; i++)
            {
                var rule = quantity.Rules[i];
                ref var state = ref Store.States[first + i];
                var verdict = Verdict.Of(rule, device, value, covered);
                if (verdict.IsDefined)
                {
                    Latch.Observe(ref state, rule, verdict, series.Last);
                }

                if (state.HasPending)
                {
                    Advance(ref state, rule, series.Last, reading.ReceiveTimeMicros);
                    Arm(ref state, first + i, rule, series.Clock);
                }

                isQuiet &= state.IsQuiet(rule, series.Last);
            }
        }

        if (isQuiet)
        {
            series.Head.States = 0;
            Store.States.Return(first, quantity.Rules.Length);
        }
    }

    private bool CrossesAny(SeriesBlock series, QuantityPlan quantity, DeviceRecord? device)
    {
        var samples = series.Samples(scratch);
        foreach (ref readonly var window in quantity.Windows.AsSpan())
        {
            var covered = Windows.Covered(window.Micros, samples);
            var value = Windows.Value(window, covered, scratch);
            for (var i = window.First; i < window.End; i++)
            {
                if (Verdict.Of(quantity.Rules[i], device, value, covered).IsCrossed(quantity.Rules[i]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
