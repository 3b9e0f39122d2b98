using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>What a reading does to its series.</content>
internal sealed partial class ShardState
{
    /// <summary>Puts a reading in its place in the series, elapsing what was due before it.</summary>
    /// <returns>False when it does not count.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(int index, QuantityPlan quantity, in Reading reading, out SeriesBlock series)
    {
        series = Store.Open(index);
        var time = reading.EventTimeMicros;
        if (series.HasReading)
        {
            if (time <= series.Last)
            {
                return TakeLate(index, reading, out series);
            }

            if (series.Head.States != 0)
            {
                for (var i = 0; i < quantity.Rules.Length; i++)
                {
                    Elapse(ref Store.States[series.Head.States + i], quantity.Rules[i], series.Last, time, reading.ReceiveTimeMicros);
                }
            }
        }

        series.Head.Anchor = reading.ReceiveTimeMicros - time <= options.CarryMicros
            ? clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros)
            : Never.Micros;
        var keepFrom = time - Math.Max(quantity.WindowMicros - 1, options.AllowedLatenessMicros);
        if (quantity.KeepsNewest && series.HasReading)
        {
            keepFrom = Math.Min(keepFrom, series.Last);
        }

        if (!series.TryPut(keepFrom, options.SeriesReadingsMax, time, reading.Value))
        {
            series = MakeRoom(index, series);
            series.Append(time, reading.Value);
        }

        return true;
    }

    /// <summary>Room for one more, or at the bound the place of the oldest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private SeriesBlock MakeRoom(int index, SeriesBlock series)
    {
        var over = series.Head.Count - options.SeriesReadingsMax + 1;
        if (over > 0)
        {
            counters.DroppedAtBound += over;
            series.DropOldest(over);
        }

        return series.IsFull ? Store.MakeRoom(index) : series;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TakeLate(int index, in Reading reading, out SeriesBlock series)
    {
        series = Store.Block(index);
        var time = reading.EventTimeMicros;
        if (series.Last - time > options.AllowedLatenessMicros)
        {
            counters.Late++;
            return false;
        }

        var place = Windows.FirstAfter(series.Samples, time);
        if (place > 0 && series.Samples[place - 1].EventTimeMicros == time)
        {
            counters.Duplicates++;
            return false;
        }

        if (series.Head.Count >= options.SeriesReadingsMax)
        {
            counters.DroppedAtBound++;
            if (place == 0)
            {
                return true;
            }

            series.DropOldest(1);
            place--;
        }

        if (series.IsFull)
        {
            series = Store.MakeRoom(index);
        }

        series.Insert(place, time, reading.Value);
        return true;
    }

    /// <summary>Nearly always no rule has anything to say or to wait for, and every window value is where no band is crossed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Judge(SeriesBlock series, QuantityPlan quantity, in Reading reading)
    {
        if (series.Head.States != 0)
        {
            JudgeAll(series, quantity, reading);
            return;
        }

        ReadOnlySpan<Sample> samples = series.Samples;
        var windows = quantity.Windows;
        for (var i = 0; i < windows.Length; i++)
        {
            ref readonly var window = ref windows[i];
            if (window.Hours is not null && !CompiledSchedule.AnyCovers(window.Hours, samples[^1].EventTimeMicros))
            {
                continue;
            }

            var value = Windows.Value(window, Windows.Covered(window.Micros, samples), scratch);
            if (value > window.Top || value < window.Bottom || (window.HasSetPoints && register.HasSetPoints(reading.Device)))
            {
                JudgeAll(series, quantity, reading);
                return;
            }
        }
    }

    /// <summary>Judges every rule of the series; those that come to have something to say or to wait for get states, for as long as they do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void JudgeAll(SeriesBlock series, QuantityPlan quantity, in Reading reading)
    {
        var device = quantity.HasSetPoints && register.HasSetPoints(reading.Device) ? register[reading.Device] : null;
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
        foreach (ref readonly var window in quantity.Windows.AsSpan())
        {
            var covered = Windows.Covered(window.Micros, series.Samples);
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
        foreach (ref readonly var window in quantity.Windows.AsSpan())
        {
            var covered = Windows.Covered(window.Micros, series.Samples);
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
