namespace PingAnIoT.Simulators;

/// <summary>
/// What the devices of one gateway report, in the order of time: by the clock from the calendar, by exception, and late where a device holds its samples.
/// Threading: owned by its gateway's stream.
/// </summary>
internal sealed class ReportStream
{
    private readonly Fleet fleet;
    private readonly FleetCalendar calendar;
    private readonly TruthPlan plan;
    private readonly ExceptionWatch watch;
    private readonly HeldSamples held = new();
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
            var head = 0;
            for (var i = 1; i < heads.Length; i++)
            {
                head = heads[i].Millis < heads[head].Millis ? i : head;
            }

            var clock = heads.Length == 0 ? toMillis : Math.Min(toMillis, heads[head].Millis);
            var isException = watch.TryPeek(clock, out var report);
            var now = isException ? report.Millis : clock == toMillis ? long.MaxValue : clock;
            if (held.TryTake(now, out var late, out holdUntil))
            {
                return late;
            }

            if (now == long.MaxValue)
            {
                return new Report(-1, 0, long.MaxValue);
            }

            if (isException)
            {
                watch.Take();
            }
            else
            {
                report = Clocked(ref heads[head]);
            }

            if (!Holds(report))
            {
                return report;
            }
        }
    }

    private Report Clocked(ref Head head)
    {
        var report = new Report(head.Device, fleet.PartOf(head.Device).Samples(head.Device), head.Millis);
        Advance(ref head);
        return report;
    }

    /// <returns>True when the device keeps it to itself for now.</returns>
    private bool Holds(in Report report)
    {
        if (plan.LateBatch(report.Device, report.Millis / 1000.0) is not { } late)
        {
            return false;
        }

        held.Add(report, fleet.PartOf(report.Device).SampleMillis, (long)Math.Ceiling(late.End * 1000));
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
