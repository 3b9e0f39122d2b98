namespace PingAnIoT.Simulators;

/// <summary>
/// Reports by exception of one gateway's devices. A device that ails, and any lift where the shape says so, looks at itself once a second and reports at once when a
/// boolean or a code has changed since a second ago, or when a value has moved, away from that of its last report by the clock, past another whole deadband
/// (<see cref="DeadbandNoises"/> standard deviations of its noise). What is looked at is the truth before noise, so standing still is silent.
/// The list is short: only those with a live ailment are on it. Threading: owned by its gateway's stream.
/// </summary>
internal sealed class ExceptionWatch
{
    /// <summary>A quantity without noise (a counter) has no deadband and never reports by exception.</summary>
    public const double DeadbandNoises = 16;

    private const long SecondMillis = 1000;
    private readonly Fleet fleet;
    private readonly TruthPlan plan;
    private readonly (long From, long To, int Device)[] windows;
    private readonly List<(long To, int Device)> watched = [];
    private readonly List<Report> pending = [];
    private readonly Ailment[] live;
    private readonly double[] at = new double[64];
    private readonly double[] before = new double[64];
    private readonly double[] reported = new double[64];
    private int nextWindow;
    private int nextPending;
    private long second;

    /// <param name="plan">Who ails when.</param>
    /// <param name="windows">From when to when each device is watched, in Unix milliseconds; of one device they may overlap.</param>
    /// <param name="fromMillis">Where to begin.</param>
    public ExceptionWatch(TruthPlan plan, IEnumerable<(long From, long To, int Device)> windows, long fromMillis)
    {
        (this.plan, fleet) = (plan, plan.Fleet);
        this.windows = [.. windows.Where(w => w.To > fromMillis).OrderBy(w => w.From).ThenBy(w => w.Device)];
        live = new Ailment[plan.MostAtOnce];
        second = fromMillis / SecondMillis * SecondMillis;
    }

    /// <summary>The next report before a limit, if there is one; it stays the next until taken.</summary>
    public bool TryPeek(long limitMillis, out Report report)
    {
        while (nextPending == pending.Count && second < limitMillis)
        {
            if (watched.Count == 0)
            {
                if (nextWindow == windows.Length || windows[nextWindow].From >= limitMillis)
                {
                    break;
                }

                second = Math.Max(second, windows[nextWindow].From / SecondMillis * SecondMillis);
            }

            Look();
            second += SecondMillis;
        }

        if (nextPending < pending.Count && pending[nextPending].Millis < limitMillis)
        {
            report = pending[nextPending];
            return true;
        }

        report = default;
        return false;
    }

    public void Take() => nextPending++;

    /// <summary>Looks at every watched device once in this second, each at its own millisecond.</summary>
    private void Look()
    {
        pending.Clear();
        nextPending = 0;
        for (; nextWindow < windows.Length && windows[nextWindow].From < second + SecondMillis; nextWindow++)
        {
            Watch(windows[nextWindow].Device, windows[nextWindow].To);
        }

        for (var i = watched.Count - 1; i >= 0; i--)
        {
            if (watched[i].To <= second)
            {
                watched[i] = watched[^1];
                watched.RemoveAt(watched.Count - 1);
            }
            else if (Reports(watched[i].Device, second) is { } report)
            {
                pending.Add(report);
            }
        }

        pending.Sort(static (a, b) => a.Millis != b.Millis ? a.Millis.CompareTo(b.Millis) : a.Device.CompareTo(b.Device));
    }

    private void Watch(int device, long to)
    {
        for (var i = 0; i < watched.Count; i++)
        {
            if (watched[i].Device == device)
            {
                watched[i] = (Math.Max(watched[i].To, to), device);
                return;
            }
        }

        watched.Add((to, device));
    }

    private Report? Reports(int device, long fromMillis)
    {
        var part = fleet.PartOf(device);
        var (phase, interval) = (fleet.PhaseMillis(device), part.ReportMillis(device));
        var now = fromMillis + (phase % SecondMillis);
        var last = ((now - phase) / interval * interval) + phase;
        if (last == now)
        {
            return null;
        }

        var earlier = Math.Max(last, now - SecondMillis);
        Sample(part, device, now, at);
        Sample(part, device, earlier, before);
        Sample(part, device, last, reported);
        for (var q = 0; q < part.Quantities; q++)
        {
            if (HasMoved(part.Model.Quantities[q], at[q], before[q], reported[q]))
            {
                return new Report(device, 1, now);
            }
        }

        return null;
    }

    private static bool HasMoved(SimulatedQuantity quantity, double now, double before, double reported)
    {
        if (quantity.IsBoolean || (quantity.SenmlUnit.Length == 0 && quantity.Decimals == 0))
        {
            return now != before;
        }

        var deadband = quantity.Noise * DeadbandNoises;
        return deadband > 0 && Math.Truncate((now - reported) / deadband) != Math.Truncate((before - reported) / deadband);
    }

    private void Sample(FleetPart part, int device, long millis, double[] values)
    {
        var count = plan.LiveAilments(device, millis / 1000.0, live);
        part.Model.Sample(fleet.SeedOf(device), millis / 1000.0, live.AsSpan(0, count), values);
    }
}
