namespace PingAnIoT.Alerts;

/// <summary>What officers had to bear: raises in order of time first, then lives in any order.</summary>
/// <param name="fromMicros">The beginning of the period.</param>
/// <param name="endMicros">Its end, or how far the ledger has come.</param>
/// <param name="duty">Who is on duty.</param>
internal sealed class KpiTally(long fromMicros, long endMicros, DutyLoad duty)
{
    public const long StaleMicros = 24L * 3600 * 1_000_000;
    public const int TopRules = 10;
    private const int MostChattering = 50_000;

    private readonly FloodMeter meter = new(fromMicros, endMicros);
    private readonly Dictionary<string, (string Zh, string En, long Alerts)> rules = new(StringComparer.Ordinal);

    /// <summary>Alerts that opened while they chattered, as their entries say.</summary>
    public HashSet<string> Chattering { get; } = new(StringComparer.Ordinal);

    /// <summary>Open at the end, and raised more than a day before.</summary>
    public int Stale { get; private set; }

    public AlertLoad Total => meter.Read();

    /// <summary>The ten with most alerts, by number and then by name.</summary>
    public IEnumerable<(string Rule, string Zh, string En, long Alerts)> Top => rules
        .OrderByDescending(r => r.Value.Alerts).ThenBy(r => r.Key, StringComparer.Ordinal).Take(TopRules)
        .Select(r => (r.Key, r.Value.Zh, r.Value.En, r.Value.Alerts));

    /// <summary>An alert was raised, or came back.</summary>
    /// <exception cref="ReportTooWideException">There are too many rules, shifts or chattering alerts.</exception>
    public void Add(LedgerEntry entry)
    {
        var (facts, micros) = (entry.Body.Transition!, entry.TimeMicros);
        var shift = duty.Of(facts.Territory, micros);
        meter.Add(micros);
        shift?.Meter.Add(micros);
        rules[facts.RuleId] = (facts.TitleZh, facts.TitleEn, rules.GetValueOrDefault(facts.RuleId).Alerts + 1);
        if (facts.Chatter is { IsFlapping: true })
        {
            Chattering.Add(entry.AlertId);
            shift?.Chattering.Add(entry.AlertId);
        }

        if (rules.Count > ReportTally.MostNames || Chattering.Count > MostChattering)
        {
            throw new ReportTooWideException("Too much chatters to be told at once; ask for a shorter period, or for one territory.");
        }
    }

    public void Add(Life life)
    {
        var alert = life.Alert!;
        var staleFrom = alert.RaisedAtMicros + StaleMicros;
        foreach (var (from, to) in life.Open.Where(o => staleFrom < o.ToMicros))
        {
            Stale += from < endMicros && staleFrom < endMicros && endMicros <= to ? 1 : 0;
            foreach (var shift in duty.EndingWith(alert.Territory, Math.Max(from, staleFrom) + 1, to == long.MaxValue ? to : to + 1))
            {
                shift.Stale++;
            }
        }
    }
}
