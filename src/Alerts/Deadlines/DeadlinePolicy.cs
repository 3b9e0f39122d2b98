using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>All the deadlines there are, and who is told of a breach. Immutable; what is already running keeps the deadline it was given.</summary>
public sealed class DeadlinePolicy
{
    private static readonly TimeSpan LongestShelfByDefault = TimeSpan.FromMinutes(30);
    private readonly Dictionary<(Severity, string), DeadlineRule[]> byKind = [];
    private readonly IReadOnlyDictionary<Severity, TimeSpan> shelves;

    public DeadlinePolicy(IReadOnlyList<DeadlineRule> rules, WorkCalendar? calendar = null, IReadOnlyDictionary<Severity, TimeSpan>? shelves = null)
    {
        Rules = rules;
        Calendar = calendar ?? WorkCalendar.Always;
        this.shelves = shelves ?? new Dictionary<Severity, TimeSpan>();
        foreach (var kind in rules.Select(r => r.Kind ?? "").Append("").Distinct(StringComparer.Ordinal))
        {
            foreach (var colour in Enum.GetValues<Severity>())
            {
                byKind[(colour, kind)] = Of(colour, kind);
            }
        }
    }

    public static DeadlinePolicy Default { get; } = PolicyFile.Parse(DefaultPolicy.Text, DefaultPolicy.FileName).Policy!;

    public IReadOnlyList<DeadlineRule> Rules { get; }

    public WorkCalendar Calendar { get; }

    /// <summary>What it was read from; "" for one that was made.</summary>
    public string Text { get; init; } = "";

    public string FileName { get; init; } = "";

    /// <summary>So long after its opening an incident takes in new alerts of its place.</summary>
    public TimeSpan IncidentWithin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long what hangs behind a gateway has to speak when that is back, before its silence is told.</summary>
    public TimeSpan AfterGateway { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What counts as chatter.</summary>
    public FlapRule Flapping { get; init; } = FlapRule.Default;

    /// <summary>In the order of the steps; a kind's own in place of the colour's.</summary>
    public IReadOnlyList<DeadlineRule> For(Severity colour, string kind) =>
        byKind.TryGetValue((colour, kind), out var rules) ? rules : byKind[(colour, "")];

    public DeadlineRule? Find(Severity colour, string kind, WorkState step) => For(colour, kind).FirstOrDefault(r => r.Step == step);

    /// <summary>How long a series may be out of service at most, by the alert's worst colour, where the default is not to hold.</summary>
    public IReadOnlyDictionary<Severity, TimeSpan> OutOfService { get; init; } = new Dictionary<Severity, TimeSpan>();

    public TimeSpan LongestOutOfService(Severity colour) => OutOfService.TryGetValue(colour, out var longest) ? longest : colour switch
    {
        Severity.Red => TimeSpan.FromHours(8),
        Severity.Yellow => TimeSpan.FromDays(7),
        _ => TimeSpan.FromDays(30),
    };

    public TimeSpan LongestShelf(Severity colour) => shelves.GetValueOrDefault(colour, LongestShelfByDefault);

    /// <summary>When a time that begins now is up.</summary>
    public long Due(DeadlineRule rule, TimeSpan within, long fromMicros) =>
        rule.IsWorkingTime ? Calendar.Add(fromMicros, within) : fromMicros + (within.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>What is not wrong, and yet hardly meant.</summary>
    public IReadOnlyList<string> Remarks(DateTimeOffset now)
    {
        if (Rules.All(r => !r.IsWorkingTime))
        {
            return [];
        }

        var year = TimeZoneInfo.ConvertTime(now, Calendar.Zone).Year;
        return
        [
            .. new[] { year, year + 1 }.Where(y => !Calendar.Holidays.Concat(Calendar.Workdays).Any(d => d.Year == y)).Select(y => string.Create(
                CultureInfo.InvariantCulture, $"'time: working' is counted, and 'holidays' and 'workdays' have no day of {y}: its holidays would be worked; put the year's list there when it is published")),
        ];
    }

    private DeadlineRule[] Of(Severity colour, string kind)
    {
        var own = Rules.Where(r => r.Colour == colour && kind.Length > 0 && r.Kind == kind).ToList();
        return [.. own.Concat(Rules.Where(r => r.Colour == colour && r.Kind is null && own.TrueForAll(o => o.Step != r.Step))).OrderBy(r => r.Step)];
    }
}
