namespace PingAnIoT.Simulators;

/// <summary>
/// What one gateway sends, in the order of its sending: its devices' reports as its link lets them through. Stored reports need no memory: the stream waits
/// where the link went down and goes on from there. Threading: owned by the source.
/// </summary>
internal sealed class GatewayStream(TruthPlan plan, ReportStream reports, int gateway, FleetSourceOptions options)
{
    private readonly ulong seed = plan.Fleet.GatewaySeed(gateway);
    private readonly PriorityQueue<Report, (long Send, long Order)> delayed = new();
    private readonly LinkPlan links = plan.Links;
    private Report next;
    private Report main;
    private long nextSend;
    private long mainSend;
    private bool hasNext;
    private bool hasMain;
    private long order;
    private long lastSend = long.MinValue;
    private long quietUntil = long.MinValue;
    private long storedUntil;
    private int stored;

    /// <summary>Readings that a full store or a gateway that was off has lost for good.</summary>
    public long Lost { get; private set; }

    /// <summary>When the next report is sent, in Unix milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long NextSend
    {
        get
        {
            Fill();
            return nextSend;
        }
    }

    public Report Peek()
    {
        Fill();
        return next;
    }

    public void Take() => hasNext = false;

    private void Fill()
    {
        while (!hasNext)
        {
            if (!hasMain)
            {
                FillMain();
            }

            if (delayed.TryPeek(out var report, out var due) && due.Send <= mainSend)
            {
                delayed.Dequeue();
                var up = links.UpFrom(gateway, due.Send);
                if (up > due.Send)
                {
                    Delay(report, up);
                    continue;
                }

                (next, nextSend, hasNext) = (report, due.Send, true);
            }
            else
            {
                (next, nextSend, hasNext, hasMain) = (main, mainSend, true, mainSend == long.MaxValue);
            }
        }
    }

    /// <summary>Brings up the next report that is neither lost nor delayed.</summary>
    private void FillMain()
    {
        while (!hasMain)
        {
            var report = reports.Next(out var holdUntil);
            if (report.Millis == long.MaxValue)
            {
                (mainSend, hasMain) = (long.MaxValue, true);
            }
            else if (holdUntil > 0)
            {
                Delay(report, holdUntil);
            }
            else if (Pass(report, out var send))
            {
                (main, mainSend, hasMain) = (report, send, true);
                lastSend = send;
            }
        }
    }

    private bool Pass(in Report report, out long send)
    {
        send = Math.Max(report.Millis, lastSend);
        if (report.Millis >= quietUntil)
        {
            quietUntil = links.QuietUntil(gateway, report.Millis);
        }

        if (report.Millis < quietUntil && send == report.Millis)
        {
            return true;
        }

        if (links.IsLost(gateway, report.Millis) || IsFull(report.Millis))
        {
            Lost += report.Samples * plan.Fleet.PartOf(report.Device).Quantities;
            return false;
        }

        var up = links.UpFrom(gateway, report.Millis);
        if (up > report.Millis || lastSend > report.Millis)
        {
            // The backlog goes out one after another, as fast as the gateway can.
            send = links.UpFrom(gateway, Math.Max(up, lastSend + options.BacklogGapMillis));
        }

        return !Disturbs(report, send);
    }

    /// <summary>Counts what is stored while the link is down; what finds the store full is lost.</summary>
    private bool IsFull(long millis)
    {
        var up = links.UpFrom(gateway, millis);
        if (up == millis)
        {
            return false;
        }

        (storedUntil, stored) = (up, up == storedUntil ? stored + 1 : 1);
        return stored > options.StoreMessages;
    }

    /// <summary>Sends a share of the reports twice and lets a share be overtaken.</summary>
    /// <returns>True when the report comes later.</returns>
    private bool Disturbs(in Report report, long send)
    {
        var index = (report.Millis << 21) ^ report.Device;
        if (Chance.Uniform(seed, FleetPurpose.Duplicate, index) < links.Severity(gateway, FleetSorts.Duplicates, report.Millis) / 2)
        {
            Delay(report, send + 1000 + (long)((FleetSorts.DuplicateSeconds - 1) * 1000 * Chance.Uniform(seed, FleetPurpose.DuplicateDelay, index)));
        }

        if (Chance.Uniform(seed, FleetPurpose.Reorder, index) >= links.Severity(gateway, FleetSorts.Reorder, report.Millis) / 2)
        {
            return false;
        }

        Delay(report, send + 100 + (long)(((FleetSorts.ReorderSeconds * 1000) - 100) * Chance.Uniform(seed, FleetPurpose.ReorderDelay, index)));
        return true;
    }

    private void Delay(in Report report, long send) => delayed.Enqueue(report, (send, order++));
}
