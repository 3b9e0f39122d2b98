namespace PingAnIoT.Ingest;

/// <content>The committer: its thread has the disk to itself.</content>
public sealed partial class Journal
{
    private void CommitLoop()
    {
        while (TakePending())
        {
            var began = time.GetTimestamp();
            Volatile.Write(ref writingSince, began);
            if (!WriteUntilDurable())
            {
                return;
            }

            Volatile.Write(ref writingSince, 0);
            metrics.Committed(writing.Count, writing.Length, time.GetElapsedTime(began));
            var end = writing.End;
            writing.Clear();
            lock (gate)
            {
                Volatile.Write(ref committedUntil, end);
                LetIn();
            }

            OnCommitted?.Invoke();
        }
    }

    private bool TakePending()
    {
        while (true)
        {
            var isGathering = false;
            var longest = TimeSpan.Zero;
            lock (gate)
            {
                while (filling.Count == 0 && !stopping && !isMoreExpected)
                {
                    Monitor.Wait(gate);
                }

                WaitForMore();
                (isGathering, isMoreExpected) = (isMoreExpected, false);
                longest = filling.Count < options.CommitEntries ? options.CommitSpacing / 2 : TimeSpan.Zero;
                commitBegan = time.GetTimestamp();
            }

            if (isGathering && !stopping)
            {
                OnGathering?.Invoke(longest);
            }

            lock (gate)
            {
                if (abandoned || (stopping && filling.Count == 0))
                {
                    return false;
                }

                if (filling.Count > 0)
                {
                    (filling, writing) = (writing, filling);
                    return true;
                }
            }
        }
    }

    /// <summary>
    /// Each commit wakes whoever waits for it, and waking costs more than all else that a message does; so in a flow they are spaced.
    /// </summary>
    private void WaitForMore()
    {
        wakesAt = options.CommitEntries;
        while (filling.Count < options.CommitEntries && !stopping && options.CommitSpacing - time.GetElapsedTime(commitBegan) is var left && left > TimeSpan.Zero
            && Monitor.Wait(gate, (int)Math.Ceiling(left.TotalMilliseconds)))
        {
        }

        wakesAt = 1;
    }

    /// <returns>False when it was stopped before the disk took it.</returns>
    private bool WriteUntilDurable()
    {
        var pause = options.RetryFirst;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Write();
                SetFault(null, attempt);
                return true;
            }
            catch (Exception e)
            {
                // Whatever it is, the answer is the same: what is in memory stays there until the disk has it.
                CloseSegment();
                metrics.Faulted();
                SetFault(e, attempt);
            }

            if (!RetryPause.Wait(gate, time, pause, () => stopping))
            {
                return false;
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.RetryLongest.Ticks));
        }
    }

    private void Write()
    {
        for (var i = 0; i < writing.Runs.Count; i++)
        {
            var run = writing.Runs[i];
            var target = OpenSegment(run);
            target.Write(writing.Seal(i, committedUntil), run.Position - run.SegmentStart);
            target.Sync();
        }
    }

    private IJournalSegment OpenSegment(FrameRun run)
    {
        if (!run.IsNewSegment && segment is not null && openSegmentStart == run.SegmentStart)
        {
            return segment;
        }

        CloseSegment();
        if (run.IsNewSegment)
        {
            segment = storage.Create(run.SegmentStart, run.SegmentBytes);
            Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
            new SegmentHeader(run.SegmentStart, run.SegmentBytes, NowMicros()).Write(header);
            segment.Write(header, 0);
        }
        else
        {
            segment = storage.Open(run.SegmentStart, writable: true);
        }

        openSegmentStart = run.SegmentStart;
        return segment;
    }

    private void CloseSegment()
    {
        segment?.Dispose();
        segment = null;
    }

    private void SetFault(Exception? now, int attempt)
    {
        if (fault is null == now is null)
        {
            return;
        }

        lock (gate)
        {
            fault = now;
            LetIn();
        }

        if (now is null)
        {
            logger.JournalRecovered(attempt);
        }
        else
        {
            logger.JournalFaulted(now);
        }
    }
}
