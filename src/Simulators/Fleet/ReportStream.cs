namespace PingAnIoT.Simulators;

/// <summary>
/// What the devices of one gateway report, in the order of time: by the clock from the calendar, by exception, and late where a device holds its samples.
/// Threading: owned by its gateway's stream.
/// </summary>
internal sealed class ReportStream
{
    /// <summary>Most samples in one message of a late batch.</summary>
    public const int LateSamples = 32;

    private readonly Fleet fleet;
    private readonly FleetCalendar calendar;
    private readonly TruthPlan plan;
    private readonly ExceptionWatch watch;
    private readonly Head[] heads;
    private readonly long toMillis;

    public ReportStream(FleetCalendar calendar, TruthPlan plan, ExceptionWatch watch, int gateway, long fromMillis, long toMillis)
    {
        (this.calendar, this.plan, fleet, this.watch, this.toMillis) = (calendar, plan, plan.Fleet, watch, toMillis);
        var (first, end) = calendar.LanesOf(gateway);
        heads = new Head[end - first];
        for (var i = 0; i < heads.Length; i++)
        {
            var (index, cycle) = calendar.Seek(calendar.Lanes[first + i], fromMillis);
            heads[i] = new Head { Lane = first + i, Index = index, CycleMillis = cycle };
            Read(ref heads[i]);
        }
    }

    /// <summary>The next report; <see cref="long.MaxValue"/> for its time when there is none.</summary>
    /// <param name="holdUntil">When a device that holds its samples sends this one; 0 for at once.</param>
    public Report Next(out long holdUntil)
    {
        while (true)
        {
            holdUntil = 0;
            var head = 0;
            for (var i = 1; i < heads.Length; i++)
            {
                head = heads[i].Millis < heads[head].Millis ? i : head;
            }

            var clock = heads.Length == 0 ? toMillis : Math.Min(toMillis, heads[head].Millis);
            if (watch.TryPeek(clock, out var report))
            {
                watch.Take();
                if (plan.LateBatch(report.Device, report.Millis / 1000.0) is null)
                {
                    return report;
                }
            }
            else if (clock == toMillis)
            {
                return new Report(-1, 0, long.MaxValue);
            }
            else if (Clocked(ref heads[head], out report, out holdUntil))
            {
                return report;
            }
        }
    }

    /// <returns>False when the samples are held for a later message of the same batch.</returns>
    private bool Clocked(ref Head head, out Report report, out long holdUntil)
    {
        var (device, millis) = (head.Device, head.Millis);
        var part = fleet.PartOf(device);
        report = new Report(device, part.Samples(device), millis);
        holdUntil = 0;
        var interval = calendar.Lanes[head.Lane].IntervalMillis;
        Advance(ref head);
        if (plan.LateBatch(device, millis / 1000.0) is not { } late)
        {
            return true;
        }

        // Messages of a batch hold a fixed run of cycles; the last one ends with the ailment.
        var perMessage = Math.Max(1, LateSamples / report.Samples);
        var onset = (long)Math.Ceiling(late.Onset * 1000);
        holdUntil = (long)Math.Ceiling(late.End * 1000);
        if (millis / interval % perMessage != perMessage - 1 && millis + interval < holdUntil)
        {
            return false;
        }

        var reports = Math.Min(millis / interval % perMessage, (millis - onset) / interval) + 1;
        report = report with { Samples = (int)reports * report.Samples };
        return true;
    }

    private void Advance(ref Head head)
    {
        var lane = calendar.Lanes[head.Lane];
        if (++head.Index == lane.Count)
        {
            head.Index = 0;
            head.CycleMillis += lane.IntervalMillis;
        }

        Read(ref head);
    }

    private void Read(ref Head head)
    {
        head.Device = calendar.Device(calendar.Lanes[head.Lane], head.Index);
        head.Millis = head.CycleMillis + fleet.PhaseMillis(head.Device);
    }

    /// <summary>The next report of a lane.</summary>
    private struct Head
    {
        public int Lane;
        public int Index;
        public int Device;
        public long CycleMillis;
        public long Millis;
    }
}
