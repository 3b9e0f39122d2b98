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
    private bool TryApplyPlain(Reading* reading, Found* found, NearTimes near)
    {
        var block = found->Packed;
        if (block == null || !Store.IsAt(found->Series, found->Place))
        {
            return false;
        }

        var quiet = found->Quiet;
        var head = (SeriesHead*)block;
        var receive = reading->ReceiveTimeMicros;
        var time = reading->EventTimeMicros;
        if (reading->Flags != ReadingFlags.None || !head->Rests(plan.Generation) || !(reading->Value >= quiet->Bottom)
            || !(reading->Value <= quiet->Top) || receive - time > carry || !near.Has(receive)
            || (plan.Has(MayHinder) && IsHindered(quiet, reading, found)))
        {
            return false;
        }

        var samples = new PackedSamples(block, BlockForm.BitsOf(found->Place));
        if (!samples.TryPut(quiet->KeptMicros, quiet->NewestKept, readingsMax, time, reading->Value))
        {
            return false;
        }

        var now = near.At(receive);
        head->MarkAt(now, plan.Generation);
        if (quiet->Has(QuietNeeds.Votes | QuietNeeds.Absents))
        {
            Tell(*found, *reading, now, isNewest: true);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsHindered(QuietPlan* quiet, Reading* reading, Found* found)
    {
        // One branch for all that hardly ever is: one for each, needed by some quantities only, would be mispredicted.
        var isOwn = quiet->Has(QuietNeeds.Gateway) | (quiet->Has(QuietNeeds.SetPoints) & register.HasSetPoints(reading->Device));
        if ((isOwn | (Store.Devices.Start[reading->Device].Rest < quiet->RestNeeded)) && (isOwn || IsBusy(*quiet, *reading, *found)))
        {
            return true;
        }

        return quiet->Has(QuietNeeds.Computed)
            && !new PackedSamples(found->Packed, BlockForm.BitsOf(found->Place)).AreCalm(*quiet, reading->EventTimeMicros, reading->Value);
    }

    /// <summary>
    /// Must any of the device's rules over several quantities be shown the reading, whatever it says: those that have a state, and where it is of the
    /// first part of a sequence those in which that is not known to be false? Seen once not to be so, it is known until their words are touched.
    /// </summary>
    private bool IsBusy(in QuietPlan quiet, in Reading reading, in Found found)
    {
        ref var slot = ref Store.Devices.Start[reading.Device];
        if (slot.Rest < quiet.RestNeeded)
        {
            slot.Rest = Store.RestOf(found.Series + quiet.ToCombined, quiet.CombinedCount);
        }

        return slot.Rest < quiet.RestNeeded;
    }

    /// <summary>The place that a reading votes in, and those that listen for silence, are told.</summary>
    /// <param name="found">Where it belongs.</param>
    /// <param name="reading">It has been taken.</param>
    /// <param name="now">Server time when it arrived.</param>
    /// <param name="isNewest">Of its series.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tell(in Found found, in Reading reading, long now, bool isNewest)
    {
        var quiet = found.Quiet;
        ref var slot = ref Store.Devices.Start[reading.Device];
        if (quiet->Has(QuietNeeds.Votes))
        {
            JudgeVotes(found, plan.At(quiet).Votes, reading);
        }

        if (!quiet->Has(QuietNeeds.Absents))
        {
            return;
        }

        var listening = gateways.ListeningAt(slot.Group, now);
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
