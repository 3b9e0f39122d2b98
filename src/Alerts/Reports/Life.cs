namespace PingAnIoT.Alerts;

/// <summary>
/// What happened to one alert within a period, from its entries in order. An entry counts at its own time, or at that of the alert's entry before it
/// where that is later: what the plant did has the time of its receipt, what people did that of the server's clock, and the two may differ by moments.
/// </summary>
internal sealed class Life(ReportSpan span)
{
    private readonly HashSet<WorkState> done = [];
    private long effective = long.MinValue;
    private long beganMicros;
    private bool isOver;

    public string Id { get; init; } = "";

    /// <summary>As it was when the period ended; null while it has not been raised.</summary>
    public Alert? Alert { get; private set; }

    public bool OpenBefore { get; private set; }

    public int Raised { get; private set; }

    public int Reopened { get; private set; }

    public int Closed { get; private set; }

    public int CameBack { get; private set; }

    public int Breaches { get; private set; }

    /// <summary>How often it was laid on a shelf.</summary>
    public int Shelved { get; private set; }

    /// <summary>How often its series was taken out of service.</summary>
    public int TakenOut { get; private set; }

    /// <summary>How often a step came under notice, interview or listed supervision.</summary>
    public List<Supervision> Supervised { get; } = [];

    /// <summary>From when to when it was open, as far as the period goes; the last may have no end.</summary>
    public List<(long FromMicros, long ToMicros)> Open { get; } = [];

    public List<Verdict> Verdicts { get; } = [];

    /// <summary>By step, as numbers: one that is told for ever is missed without end.</summary>
    public Dictionary<WorkState, DeadlineTally> Deadlines { get; } = [];

    /// <summary>Steps done for the first time since the work began, and how long after that.</summary>
    public List<(WorkState Step, long Micros)> Steps { get; } = [];

    /// <summary>Local hours of the week of what was raised and came back.</summary>
    public List<int> Hours { get; } = [];

    public bool OpenAfter => Alert?.IsOpen == true;

    /// <summary>Open at the end, and on a shelf or out of service.</summary>
    public bool AsideAfter => OpenAfter && (Alert!.Shelved ?? Alert.OutOfService) is not null;

    /// <summary>Open at the end, and under listed supervision.</summary>
    public bool ListedAfter => OpenAfter && Alert!.Supervision == Supervision.Listed;

    public bool IsEmpty => !OpenBefore && Raised + Reopened + Closed + CameBack + Breaches + Steps.Count == 0;

    /// <summary>One of which nothing is written since the period began.</summary>
    public static Life Untouched(Alert alert, ReportSpan span)
    {
        var life = new Life(span) { Alert = alert, OpenBefore = alert.IsOpen };
        if (alert.IsOpen)
        {
            life.Open.Add((alert.RaisedAtMicros, long.MaxValue));
        }

        return life;
    }

    /// <summary>Its next entry.</summary>
    public void Take(LedgerEntry entry)
    {
        effective = Math.Max(effective, entry.TimeMicros);
        isOver |= effective >= span.ToMicros;
        if (isOver)
        {
            return;
        }

        var before = Alert;
        var after = AlertFold.Apply(before, entry);
        if (after is null)
        {
            return;
        }

        Alert = after;
        var inside = effective >= span.FromMicros;
        if (before is null || (!before.IsOpen && after.IsOpen))
        {
            Open.Add((effective, long.MaxValue));
        }
        else if (before.IsOpen && !after.IsOpen)
        {
            Open[^1] = (Open[^1].FromMicros, effective);
        }

        if (!inside)
        {
            OpenBefore = after.IsOpen;
        }
        else
        {
            Count(before, after, entry);
        }

        Time(before, entry, inside);
    }

    private void Count(Alert? before, Alert after, LedgerEntry entry)
    {
        Raised += before is null ? 1 : 0;
        Reopened += before is { IsOpen: false } && after.IsOpen ? 1 : 0;
        CameBack += entry.Kind == EntryKind.Recurred ? 1 : 0;
        Shelved += entry.Kind == EntryKind.Shelved ? 1 : 0;
        TakenOut += before is { OutOfService: null } && after.OutOfService is not null ? 1 : 0;
        if (entry.Kind is EntryKind.Raised or EntryKind.Recurred)
        {
            Hours.Add(span.HourOfWeek(effective));
        }

        if (before is { IsOpen: true } && !after.IsOpen)
        {
            Closed++;
            Verdicts.Add(entry.Body.Command!.Verdict);
        }

        if (entry.Body.Breach is { } breach)
        {
            Breaches++;
            Add(breach.Step, breach.Level == 1 ? new DeadlineTally(0, 1, 0) : new DeadlineTally(0, 0, 1));
            if (SupervisionOf(after, breach.Step) is { } supervision && supervision != SupervisionOf(before, breach.Step))
            {
                Supervised.Add(supervision);
            }
        }
        else if (before is not null && StepOf(entry.Kind) is not null)
        {
            // Of the first level that runs no more: nobody was told of it. Higher levels were missed before.
            foreach (var kept in before.Deadlines.Where(d => d.Level == 1 && d.Step < WorkState.ShelveEnd && !after.Deadlines.Any(a => a.Step == d.Step)))
            {
                Add(kept.Step, new DeadlineTally(1, 0, 0));
            }
        }
    }

    private void Add(WorkState step, DeadlineTally more) => Deadlines[step] = Deadlines.GetValueOrDefault(step, DeadlineTally.None).With(more);

    private void Time(Alert? before, LedgerEntry entry, bool inside)
    {
        var isAnew = before is null || entry.Body.Transition?.Reopens == true || entry.Body.Escalation?.Reopens == true;
        if (isAnew)
        {
            beganMicros = effective;
            done.Clear();
        }
        else if (StepOf(entry.Kind) is { } step && done.Add(step) && inside)
        {
            Steps.Add((step, effective - beganMicros));
        }
    }

    private static Supervision? SupervisionOf(Alert? alert, WorkState step) => alert?.Missed?.FirstOrDefault(m => m.Step == step)?.Supervision;

    private static WorkState? StepOf(EntryKind kind) => kind switch
    {
        EntryKind.Seen => WorkState.Seen,
        EntryKind.Acknowledged => WorkState.Acknowledged,
        EntryKind.Triaged => WorkState.Triaged,
        EntryKind.Reported => WorkState.Reported,
        EntryKind.Dispatched => WorkState.Dispatched,
        EntryKind.Arrived => WorkState.Arrived,
        EntryKind.Rectified => WorkState.Rectified,
        EntryKind.Closed => WorkState.Closed,
        _ => null,
    };
}
