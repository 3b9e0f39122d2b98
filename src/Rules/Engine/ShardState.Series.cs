using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>What a reading does to its series.</content>
internal sealed partial class ShardState
{
    /// <summary>Puts a reading in its place in the series, elapsing what was due before it.</summary>
    /// <returns>False when it does not count.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(Found found, in QuietPlan quiet, in Reading reading, out SeriesBlock series)
    {
        series = Store.Open(found.Series);
        var time = reading.EventTimeMicros;
        var keepFrom = time - Math.Max(quiet.WindowMicros - 1, options.AllowedLatenessMicros);
        if (series.HasReading)
        {
            var last = series.Last;
            if (time <= last)
            {
                return TakeLate(found.Series, reading, out series);
            }

            if (series.Head.States != 0)
            {
                Elapse(series.Head.States, plan.At(found.Plan), last, reading);
            }

            keepFrom = quiet.Has(QuietNeeds.KeepsNewest) ? Math.Min(keepFrom, last) : keepFrom;
        }

        var anchor = reading.ReceiveTimeMicros - time <= options.CarryMicros
            ? clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros)
            : Never.Micros;
        series.Head.Mark(anchor, quiet.Holds(reading.Value) ? series.Head.Settled : (byte)0);
        if (!series.TryPut(keepFrom, options.SeriesReadingsMax, time, reading.Value))
        {
            series = MakeRoom(found.Series, series);
            series.Append(time, reading.Value);
        }

        return true;
    }

    private void Elapse(int states, QuantityPlan quantity, long last, in Reading reading)
    {
        for (var i = 0; i < quantity.Rules.Length; i++)
        {
            Elapse(ref Store.States[states + i], quantity.Rules[i], last, reading.EventTimeMicros, reading.ReceiveTimeMicros);
        }
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
        series.Head.Settled = 0;
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

    /// <summary>Were all readings kept, and is the newest, where no band is crossed?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsSettled(SeriesBlock series, in QuietPlan quiet, in Reading reading) =>
        series.Head.Settled == plan.Generation && !(quiet.Has(QuietNeeds.SetPoints) && register.HasSetPoints(reading.Device));

    private bool AreQuiet(WindowPlan[] windows, SeriesBlock series)
    {
        ReadOnlySpan<Sample> samples = series.Samples;
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

        series.Head.Settled = quiet.Holds(series.Samples) ? plan.Generation : (byte)0;
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
