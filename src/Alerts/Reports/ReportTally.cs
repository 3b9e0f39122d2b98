using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What became of some alerts. Sums: the order in which lives are added makes no difference.</summary>
internal sealed class AlertTally
{
    private readonly long[] verdicts = new long[(int)Verdict.Repair + 1];
    private readonly long[] supervised = new long[(int)Supervision.Listed + 1];

    public long OpenBefore { get; private set; }

    public long Raised { get; private set; }

    public long Reopened { get; private set; }

    public long Closed { get; private set; }

    public long OpenAfter { get; private set; }

    public long CameBack { get; private set; }

    public long Breaches { get; private set; }

    public long Shelved { get; private set; }

    public long TakenOut { get; private set; }

    public long AsideAfter { get; private set; }

    public long ListedAfter { get; private set; }

    public long Of(Supervision supervision) => supervised[(int)supervision];

    public long Of(Verdict verdict) => verdicts[(int)verdict];

    public void Add(Life life)
    {
        OpenBefore += life.OpenBefore ? 1 : 0;
        Raised += life.Raised;
        Reopened += life.Reopened;
        Closed += life.Closed;
        OpenAfter += life.OpenAfter ? 1 : 0;
        CameBack += life.CameBack;
        Breaches += life.Breaches;
        Shelved += life.Shelved;
        TakenOut += life.TakenOut;
        AsideAfter += life.AsideAfter ? 1 : 0;
        ListedAfter += life.ListedAfter ? 1 : 0;
        life.Supervised.ForEach(s => supervised[(int)s]++);
        life.Verdicts.ForEach(v => verdicts[(int)v]++);
    }
}

/// <summary>Deadlines of one step.</summary>
internal sealed record DeadlineTally(long Kept, long Missed, long Escalated)
{
    public static DeadlineTally None { get; } = new(0, 0, 0);

    public DeadlineTally With(DeadlineTally more) => new(Kept + more.Kept, Missed + more.Missed, Escalated + more.Escalated);
}

/// <summary>Too much to tell at once: there are more groups than are kept.</summary>
internal sealed class ReportTooWideException(string what) : Exception(what);

/// <summary>A report, as lives are added to it. Its memory grows with the names it counts by, which have a bound, and not with alerts.</summary>
/// <param name="level">How many codes of a territory are told apart, 1 to 4.</param>
internal sealed class ReportTally(int level)
{
    /// <summary>Most names in all groups together.</summary>
    public const int MostNames = 20_000;

    private int names;

    public AlertTally Total { get; } = new();

    public Dictionary<string, AlertTally> ByColour { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AlertTally> ByKind { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AlertTally> ByTerritory { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AlertTally> ByGateway { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AlertTally> ByOwnerUnit { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AlertTally> ByRule { get; } = new(StringComparer.Ordinal);

    /// <summary>By step and worst colour; <see cref="Severity.Normal"/> for all colours.</summary>
    public Dictionary<(WorkState Step, Severity Colour), DeadlineTally> Deadlines { get; } = [];

    /// <inheritdoc cref="Deadlines"/>
    public Dictionary<(WorkState Step, Severity Colour), DurationHistogram> Times { get; } = [];

    /// <exception cref="ReportTooWideException">There are too many names.</exception>
    public void Add(Life life)
    {
        var alert = life.Alert!;
        Total.Add(life);
        Group(ByColour, alert.PeakColour.ToString().ToLowerInvariant()).Add(life);
        Group(ByKind, alert.Kind).Add(life);
        Group(ByTerritory, PlaceText.Cut(alert.Territory, level)).Add(life);
        Group(ByGateway, alert.Gateway).Add(life);
        Group(ByOwnerUnit, alert.OwnerUnit).Add(life);
        Group(ByRule, alert.RuleId).Add(life);
        Severity[] colours = [Severity.Normal, alert.PeakColour];
        foreach (var colour in colours)
        {
            foreach (var (step, more) in life.Deadlines)
            {
                Deadlines[(step, colour)] = Deadlines.GetValueOrDefault((step, colour), DeadlineTally.None).With(more);
            }

            foreach (var (step, micros) in life.Steps)
            {
                (Times.TryGetValue((step, colour), out var times) ? times : Times[(step, colour)] = new DurationHistogram()).Add(micros);
            }
        }
    }

    private AlertTally Group(Dictionary<string, AlertTally> groups, string name)
    {
        if (!groups.TryGetValue(name, out var tally))
        {
            tally = ++names <= MostNames
                ? groups[name] = new AlertTally()
                : throw new ReportTooWideException($"It has more than {MostNames} lines; ask for a wider level, or for one territory.");
        }

        return tally;
    }
}
