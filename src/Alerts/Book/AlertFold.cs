using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// What one entry makes of an alert. Pure, and the only place where an alert changes: live, on recovery and in <c>verify</c> alike.
/// Decisions are not made here but written into the entry, so that old entries keep their meaning when the rules of deciding change.
/// </summary>
internal static class AlertFold
{
    private const int BreachesKept = 32;

    /// <returns>The alert after; the same object when the entry changes nothing of it, null when there is none.</returns>
    public static Alert? Apply(Alert? alert, LedgerEntry entry)
    {
        if (alert is null)
        {
            return entry.Kind == EntryKind.Raised ? Raise(entry, entry.Body.Transition!) : null;
        }

        var after = entry.Kind switch
        {
            EntryKind.Raised or EntryKind.Recurred or EntryKind.ColourChanged or EntryKind.ReturnedToNormal =>
                Follow(alert, entry, entry.Body.Transition!),
            EntryKind.Acknowledged => alert with
            {
                Work = WorkState.Acknowledged, Acknowledged = Attest(alert, entry), Deadlines = Without(alert.Deadlines, WorkState.Acknowledged),
            },
            EntryKind.Closed => alert with { Work = WorkState.Closed, Closed = Attest(alert, entry), Deadlines = [] },
            EntryKind.Commented => alert with { Comments = alert.Comments + 1 },
            EntryKind.Breached => Miss(alert, entry.Body.Breach!),
            _ => alert,
        };
        return ReferenceEquals(after, alert) ? alert : after with { LastSequence = entry.Sequence };
    }

    /// <summary>Moves what is running along with a clock that was set.</summary>
    public static Alert Shift(Alert alert, long shiftMicros) => alert.Deadlines.Count == 0
        ? alert
        : alert with { Deadlines = [.. alert.Deadlines.Select(d => d with { DueMicros = d.DueMicros + shiftMicros })] };

    private static Alert Raise(LedgerEntry entry, TransitionFacts facts) => new()
    {
        Id = entry.AlertId,
        RuleId = facts.RuleId,
        RuleVersion = facts.RuleVersion,
        TitleZh = facts.TitleZh,
        TitleEn = facts.TitleEn,
        Basis = facts.Basis,
        Series = facts.Series,
        Kind = facts.Kind,
        Device = facts.Device,
        Quantity = facts.Quantity,
        Unit = facts.Unit,
        Gateway = facts.Gateway,
        Territory = facts.Territory,
        Address = facts.Address,
        OwnerUnit = facts.OwnerUnit,
        Latitude = facts.Latitude,
        Longitude = facts.Longitude,
        Condition = AlertCondition.Active,
        Colour = facts.To,
        PeakColour = facts.To,
        Work = WorkState.Raised,
        FirstEpisodeMicros = facts.EpisodeMicros,
        EpisodeMicros = facts.EpisodeMicros,
        ChangedEventMicros = facts.EventTimeMicros,
        RaisedAtMicros = entry.TimeMicros,
        ChangedAtMicros = entry.TimeMicros,
        WindowValue = facts.WindowValue,
        Threshold = facts.Threshold,
        Evidence = facts.Evidence,
        Deadlines = facts.Deadlines ?? [],
        FirstSequence = entry.Sequence,
        LastSequence = entry.Sequence,
    };

    private static Alert Follow(Alert alert, LedgerEntry entry, TransitionFacts facts)
    {
        if (facts.EpisodeMicros < alert.EpisodeMicros)
        {
            return alert with { LastSequence = entry.Sequence };
        }

        var returned = entry.Kind == EntryKind.ReturnedToNormal;
        var after = alert with
        {
            Condition = returned ? AlertCondition.Normal : AlertCondition.Active,
            Colour = returned ? Severity.Normal : facts.To,
            PeakColour = returned ? alert.PeakColour : Colours.Worse(alert.PeakColour, facts.To),
            RuleVersion = facts.RuleVersion,
            EpisodeMicros = facts.EpisodeMicros,
            ChangedEventMicros = facts.EventTimeMicros,
            ChangedAtMicros = entry.TimeMicros,
            Unit = facts.Unit,
            WindowValue = facts.WindowValue,
            Threshold = facts.Threshold,
            Evidence = facts.Evidence,
            Occurrences = alert.Occurrences + (entry.Kind is EntryKind.Recurred or EntryKind.Raised ? 1 : 0),
            ColourChanges = alert.ColourChanges + (entry.Kind == EntryKind.ColourChanged ? 1 : 0),
        };
        if (facts.Deadlines is { } deadlines)
        {
            after = after with { Deadlines = deadlines, Round = alert.Round + 1 };
        }

        return facts.Reopens ? after with { Work = WorkState.Raised, Acknowledged = null, Closed = null } : after;
    }

    private static Alert Miss(Alert alert, Breach breach) => alert with
    {
        Deadlines = [.. alert.Deadlines.Where(d => d.Step != breach.Step || d.Level != breach.Level)],
        Breaches = [.. alert.Breaches.TakeLast(BreachesKept - 1), breach],
    };

    private static Attestation Attest(Alert alert, LedgerEntry entry) => new(
        entry.Actor, entry.TimeMicros, entry.Body.Command!.Note, alert.PeakColour, entry.Body.Command.Verdict);

    private static Deadline[] Without(IReadOnlyList<Deadline> deadlines, WorkState done) => [.. deadlines.Where(d => d.Step > done)];
}
