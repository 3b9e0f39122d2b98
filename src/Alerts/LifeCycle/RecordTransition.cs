using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Decides what a transition means for the book: a new alert, a recurrence of an open one, a change, or nothing because it is known already.
/// One open alert per (rule, series), whatever the series does.
/// </summary>
internal sealed class RecordTransition(Catalog catalog, AlertsMetrics metrics)
{
    /// <summary>A condition that comes back sooner is chatter, and an acknowledgement still stands; later it is news, and must be acknowledged anew.</summary>
    public const long QuietMicros = 10L * 60 * 1_000_000;

    /// <summary>What a gateway serves; null where nobody knows. Set before the first transition comes.</summary>
    public GatewayPlaces? Gateways { get; set; }

    public static string KeyOf(Transition transition) => KeyOf(transition.RuleId, transition.Series, transition.EpisodeMicros, transition.Ordinal);

    public void Run(LedgerTransaction transaction, Transition transition, long postedMicros)
    {
        var key = KeyOf(transition);
        if (!IsKnown(transaction, key))
        {
            Record(transaction, key, Facts(transition), transition.Change, transition.ReceiveTimeMicros, postedMicros);
        }
    }

    /// <summary>The same for what the server itself says, which no reading and no rule file stands behind.</summary>
    public void Run(LedgerTransaction transaction, TransitionFacts facts, TransitionChange change, long receiveMicros)
    {
        var key = KeyOf(facts.RuleId, facts.Series, facts.EpisodeMicros, facts.Ordinal);
        if (!IsKnown(transaction, key))
        {
            Record(transaction, key, facts, change, receiveMicros, postedMicros: 0);
        }
    }

    private bool IsKnown(LedgerTransaction transaction, string key)
    {
        if (!transaction.Store.HasKey(key))
        {
            return false;
        }

        metrics.Absorbed.Add(1);
        return true;
    }

    private void Record(LedgerTransaction transaction, string key, TransitionFacts facts, TransitionChange change, long receiveMicros, long postedMicros)
    {
        var alert = transaction.FindLive(facts.RuleId, facts.Series);
        var kind = KindOf(change, alert);

        // Of an episode that is over already: recorded, and it changes nothing.
        var isStale = kind == EntryKind.ReturnedToNormal || facts.EpisodeMicros < alert?.EpisodeMicros;
        var reopens = alert is not null && !isStale && Reopens(alert, facts);
        var deadlines = isStale
            ? null
            : DeadlineSchedule.After(alert, facts.Kind, facts.To, reopens, DeadlinesFrom(transaction, receiveMicros), transaction.Policy);
        var id = alert?.Id ?? AlertId.Of(facts.RuleId, facts.Series, facts.EpisodeMicros);
        var placed = kind == EntryKind.Raised ? JoinIncident.Of(transaction, facts, receiveMicros)
            : reopens && JoinIncident.BehindOf(transaction, facts) is { } behind ? facts with { Behind = behind }
            : facts;
        var decided = placed with
        {
            Reopens = reopens, Deadlines = deadlines, Chatter = ChatterAfter(transaction, alert, facts, kind, DeadlinesFrom(transaction, receiveMicros)),
        };
        var body = new EntryBody { Transition = decided };
        transaction.Append(kind, id, "rule:" + facts.RuleId, key, receiveMicros, body, postedMicros);
    }

    private static string KeyOf(string rule, string series, long episodeMicros, int ordinal) =>
        string.Create(CultureInfo.InvariantCulture, $"transition/{rule}/{series}/{episodeMicros}/{ordinal}");

    /// <summary>
    /// Receive time never steps back: for long after a clock that was ahead is put right it is ahead still. Deadlines are held against the
    /// clock itself, and must not be late by the difference.
    /// </summary>
    private static long DeadlinesFrom(LedgerTransaction transaction, long receiveMicros) => Math.Min(receiveMicros, transaction.NowMicros);

    private static EntryKind KindOf(TransitionChange change, Alert? alert) => change switch
    {
        TransitionChange.Normal or TransitionChange.Retired => EntryKind.ReturnedToNormal,
        _ when alert is null => EntryKind.Raised,
        TransitionChange.Raised => EntryKind.Recurred,
        _ => EntryKind.ColourChanged,
    };

    private static bool Reopens(Alert alert, TransitionFacts facts)
    {
        if (alert.OutOfService is not null && !Colours.IsWorse(alert.KnownColour, facts.To))
        {
            return false;
        }

        var last = alert.Closed ?? alert.Acknowledged;
        if (last is null)
        {
            return alert is { IsUntold: true, IsActive: false };
        }

        var afterQuiet = !alert.IsActive && facts.EventTimeMicros - alert.ChangedEventMicros > QuietMicros;
        return afterQuiet || Colours.IsWorse(last.Colour, facts.To);
    }

    private static Chatter? ChatterAfter(LedgerTransaction transaction, Alert? alert, TransitionFacts facts, EntryKind kind, long nowMicros) =>
        alert is null || facts.EpisodeMicros < alert.EpisodeMicros ? null
        : kind switch
        {
            EntryKind.Recurred => Chattering.Opened(alert.Chatter, alert.EpisodeMicros, facts.EpisodeMicros, nowMicros, transaction.Policy.Flapping),
            EntryKind.ReturnedToNormal => Chattering.Ended(alert.Chatter, nowMicros, transaction.Policy.Flapping),
            _ => null,
        };

    private TransitionFacts Facts(Transition transition)
    {
        var rule = transition.Rule;
        var device = transition.Device;
        var kind = catalog.Kinds[rule.Kind];
        var told = transition.ToldBy ?? rule;
        return new TransitionFacts
        {
            RuleId = rule.Id,
            RuleVersion = rule.Version,
            TitleZh = rule.TitleZh,
            TitleEn = rule.TitleEn,
            Basis = rule.Basis,
            Series = transition.Series,
            Kind = kind.Name,
            Device = device.Device,
            Quantity = kind.Quantities[rule.Quantity].Name,
            Unit = UnitOf(told, kind.Quantities[told.Quantity]),
            Gateway = device.Gateways.Count > 0 ? device.Gateways[0] : "",
            OtherGateways = device.Gateways.Count > 1 ? [.. device.Gateways.Skip(1)] : null,
            Territory = device.Territory,
            Serves = transition.Change == TransitionChange.Raised && device.Territory.Length == 0 && IncidentPlace.IsGateway(kind.Name) ? Gateways?.Of(device.Device) : null,
            Address = device.Address,
            OwnerUnit = device.OwnerUnit,
            Latitude = device.Latitude,
            Longitude = device.Longitude,
            EpisodeMicros = transition.EpisodeMicros,
            Ordinal = transition.Ordinal,
            From = transition.From,
            To = transition.To,
            IsRetired = transition.Change == TransitionChange.Retired ? true : null,
            IsLatched = rule.IsLatched ? true : null,
            EventTimeMicros = transition.EventTimeMicros,
            WindowValue = transition.WindowValue,
            Threshold = transition.Threshold,
            Evidence = transition.Evidence,
            JournalPosition = transition.JournalPosition,
        };
    }

    private static string UnitOf(Rule rule, Quantity quantity) => rule.Function switch
    {
        WindowFunction.Count => "count",
        WindowFunction.Absent => "s",
        WindowFunction.Rate => quantity.Unit + "/s",
        _ => quantity.Unit,
    };
}
