using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <content>
/// The common reading: the newest of a series that rests, where nothing is to be said or waited for, and it changes nothing of that. All it does is to
/// take its place in the window; that many readings a second are taken is decided here.
/// </content>
internal sealed unsafe partial class ShardState
{
    /// <summary>What may keep a reading from being plain.</summary>
    private const QuietNeeds MayHinder = QuietNeeds.Gateway | QuietNeeds.Computed | QuietNeeds.SetPoints | QuietNeeds.Combined;

    /// <returns>False when it is not plain, or its series needs another block; then it is judged as any other, and nothing that matters to that has changed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryApplyPlain(in Reading reading, in Found found)
    {
        if (found.Packed == null || !Store.IsAt(found.Series, found.Place))
        {
            return false;
        }

        ref readonly var quiet = ref *found.Quiet;
        ref var head = ref *(SeriesHead*)found.Packed;
        var age = reading.ReceiveTimeMicros - reading.EventTimeMicros;
        if (reading.Flags != ReadingFlags.None || !head.Rests(plan.Generation) || !quiet.Holds(reading.Value) || age > carry
            || !clock.IsNear(reading.ReceiveTimeMicros, silenceGapCap)
            || (quiet.Has(MayHinder) && IsHindered(quiet, reading, found)))
        {
            return false;
        }

        var samples = new PackedSamples(found.Packed, BlockForm.BitsOf(found.Place));
        if (!samples.IsNewer(reading.EventTimeMicros))
        {
            return false;
        }

        var keepFrom = reading.EventTimeMicros - Math.Max(quiet.WindowMicros - 1, lateness);
        if (quiet.Has(QuietNeeds.KeepsNewest))
        {
            keepFrom = samples.NotAfterNewest(keepFrom);
        }

        if (!samples.TryPut(keepFrom, readingsMax, reading.EventTimeMicros, reading.Value))
        {
            return false;
        }

        var now = clock.Near(reading.ReceiveTimeMicros);
        head.Mark(now, plan.Generation);
        if (quiet.Has(QuietNeeds.Votes | QuietNeeds.Absents))
        {
            Tell(found.Quiet, reading, now, isNewest: true);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsHindered(in QuietPlan quiet, in Reading reading, in Found found) =>
        quiet.Has(QuietNeeds.Gateway)
        || (quiet.Has(QuietNeeds.SetPoints) && register.HasSetPoints(reading.Device))
        || (quiet.Has(QuietNeeds.Combined) && (!quiet.Has(QuietNeeds.CombinedRest)
            || Store.IsBusy(found.Series + quiet.ToCombined, quiet.CombinedCount, quiet.Has(QuietNeeds.SequenceFirst))))
        || (quiet.Has(QuietNeeds.Computed)
            && !new PackedSamples(found.Packed, BlockForm.BitsOf(found.Place)).AreCalm(quiet, reading.EventTimeMicros, reading.Value));

    /// <summary>The place that a reading votes in, and those that listen for silence, are told.</summary>
    /// <param name="quiet">Of its quantity.</param>
    /// <param name="reading">It has been taken.</param>
    /// <param name="now">Server time when it arrived.</param>
    /// <param name="isNewest">Of its series.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Tell(QuietPlan* quiet, in Reading reading, long now, bool isNewest)
    {
        ref var slot = ref Store.Devices.Start[reading.Device];
        if (quiet->Has(QuietNeeds.Votes))
        {
            JudgeVotes(slot, plan.At(quiet), reading);
        }

        if (!quiet->Has(QuietNeeds.Absents))
        {
            return;
        }

        var listening = gateways.Groups[slot.Group].At(now);
        if (slot.IsHeard && isNewest && !quiet->Has(QuietNeeds.OwnAbsents))
        {
            Hear(ref slot, reading, listening);
        }
        else
        {
            HearEach(ref slot, plan.At(quiet), reading, listening, isNewest);
        }
    }
}
