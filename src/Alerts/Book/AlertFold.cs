using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// What one entry makes of an alert. Pure, and the only place where an alert changes: live, on recovery and in <c>verify</c> alike.
/// Decisions are not made here but written into the entry, so that old entries keep their meaning when the rules of deciding change.
/// </summary>
internal static class AlertFold
{
    /// <summary>The newest of an alert.</summary>
    public const int BreachesKept = 32;

    /// <returns>The alert after; the same object when the entry changes nothing of it, null when there is none.</returns>
    public static Alert? Apply(Alert? alert, LedgerEntry entry)
    {
        if (alert is null)
        {
            return entry.Kind == EntryKind.Raised ? Raise(entry, entry.Body.Transition!) with { Maintenance = entry.Body.Maintenance } : null;
        }

        var after = entry.Kind switch
        {
            EntryKind.Raised or EntryKind.Recurred or EntryKind.ColourChanged or EntryKind.ReturnedToNormal =>
                Follow(alert, entry, entry.Body.Transition!),
            EntryKind.Calmed => alert with { Chatter = null },
            EntryKind.ParentOver => alert with { Behind = entry.Body.ParentOver!.Next, IsUntold = entry.Body.ParentOver.IsUntold ?? alert.IsUntold },
            EntryKind.Commented => alert with { Comments = alert.Comments + 1 },
            >= EntryKind.Seen and < EntryKind.PolicySet or EntryKind.Acknowledged or EntryKind.Closed => Take(alert, entry, entry.Body.Command!),
            EntryKind.Breached => Miss(alert, entry.Body.Breach!, entry.Body.Escalation) with { Missed = entry.Body.Missed ?? alert.Missed },
            EntryKind.MaintenanceOver =>
                alert with { Maintenance = entry.Body.MaintenanceOver!.Next, IsUntold = entry.Body.MaintenanceOver.IsUntold ?? alert.IsUntold },
            _ => alert,
        };
        if (entry.Body.Maintenance is { } mark)
        {
            after = after with { Maintenance = mark };
        }

        return ReferenceEquals(after, alert) ? alert : after with { LastSequence = entry.Sequence };
    }

    /// <summary>Moves what is running along with a clock that was set.</summary>
    public static Alert Shift(Alert alert, long shiftMicros)
    {
        var after = alert.Deadlines.Count == 0
            ? alert
            : alert with { Deadlines = [.. alert.Deadlines.Select(d => d with { DueMicros = d.DueMicros + shiftMicros })] };
        return after.Chatter is { CalmAtMicros: { } calm } chatter ? after with { Chatter = chatter with { CalmAtMicros = calm + shiftMicros } } : after;
    }

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
        IsLatched = facts.IsLatched,
        Incident = facts.Incident,
        Behind = facts.Behind,
        Serves = facts.Serves,
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
            Behind = facts.Behind ?? alert.Behind,
            Chatter = facts.Chatter ?? alert.Chatter,
        };
        if (facts.Deadlines is { } deadlines)
        {
            after = WithDeadlines(after, deadlines) with { Round = alert.Round + 1, IsUntold = null, OutOfService = null };
        }

        if (!returned)
        {
            after = after with { Confirmed = null, IsLatched = facts.IsLatched };
        }

        after = after with { RoundColour = RoundColour(alert, after, facts) };
        return facts.Reopens ? Anew(after) : after;
    }

    /// <summary>Of one that comes back paler than it once was, the old colour is no measure of what is news.</summary>
    private static Severity? RoundColour(Alert alert, Alert after, TransitionFacts facts)
    {
        var worst = facts.Reopens ? facts.To : alert.RoundColour is { } round ? Colours.Worse(round, after.Colour) : after.PeakColour;
        return worst == after.PeakColour ? null : worst;
    }

    private static Alert Miss(Alert alert, Breach breach, EscalationFacts? then)
    {
        var left = then?.Deadlines ?? [.. alert.Deadlines.Where(d => d.Step != breach.Step || d.Level != breach.Level)];
        var after = WithDeadlines(alert, left) with { Breaches = [.. alert.Breaches.TakeLast(BreachesKept - 1), breach] };
        return then?.Reopens == true ? Anew(after) with { Round = alert.Round + 1, ComeBacks = then.ComeBacks } : after;
    }

    /// <summary>An officer's step. Steps back (others are sent) take away what was attested of those beyond.</summary>
    private static Alert Take(Alert alert, LedgerEntry entry, CommandFacts facts)
    {
        var reached = entry.Kind switch
        {
            EntryKind.Seen => WorkState.Seen,
            EntryKind.Triaged => WorkState.Triaged,
            EntryKind.Reported => WorkState.Reported,
            EntryKind.Acknowledged => WorkState.Acknowledged,
            EntryKind.Dispatched => WorkState.Dispatched,
            EntryKind.Arrived => WorkState.Arrived,
            EntryKind.Rectified => WorkState.Rectified,
            EntryKind.Closed => WorkState.Closed,
            _ => (WorkState?)null,
        };
        var said = Attest(alert, entry);
        var after = entry.Kind switch
        {
            EntryKind.Seen => alert with { Seen = alert.Seen ?? said },
            EntryKind.Acknowledged => alert with { Work = WorkState.Acknowledged, Acknowledged = said },
            EntryKind.Triaged => alert with { Triaged = said },
            EntryKind.Reported => alert with { Reported = said },
            EntryKind.Dispatched => alert with { Work = WorkState.Dispatched, Dispatched = said, Arrived = null, Rectified = null },
            EntryKind.Arrived => alert with { Work = WorkState.Arrived, Arrived = said },
            EntryKind.Rectified => alert with { Work = WorkState.Rectified, Rectified = said },
            EntryKind.Confirmed => alert with { Confirmed = said },
            EntryKind.Shelved => alert with { Shelved = said },
            EntryKind.OutOfService => alert with { OutOfService = alert.OutOfService ?? said },
            EntryKind.ReturnedToService => alert with { OutOfService = null },
            EntryKind.Closed => alert with { Work = WorkState.Closed, Closed = said, Chatter = null },
            _ => alert,
        };
        if (facts.NewRound == true)
        {
            after = after with { Round = alert.Round + 1 };
        }

        if (reached is { } done && alert.Missed?.Where(m => !DeadlineSchedule.IsDone(m.Step, done)).ToList() is { } left)
        {
            after = after with { Missed = left.Count == 0 ? null : left };
        }

        return entry.Kind == EntryKind.Closed ? WithDeadlines(after, [])
            : facts.Deadlines is { } deadlines ? WithDeadlines(after, deadlines)
            : reached is { } step ? WithDeadlines(after, [.. DeadlineSchedule.Without(alert.Deadlines, step)])
            : ReferenceEquals(after, alert) ? alert with { LastSequence = entry.Sequence }
            : after;
    }

    /// <summary>It is shelved as long as the end of that is to come, and not seen while being seen is due.</summary>
    private static Alert WithDeadlines(Alert alert, IReadOnlyList<Deadline> deadlines) => alert with
    {
        Deadlines = deadlines,
        Shelved = Has(deadlines, WorkState.ShelveEnd) ? alert.Shelved : null,
        Seen = Has(deadlines, WorkState.Seen) ? null : alert.Seen,
    };

    private static bool Has(IReadOnlyList<Deadline> deadlines, WorkState step)
    {
        for (var i = 0; i < deadlines.Count; i++)
        {
            if (deadlines[i].Step == step)
            {
                return true;
            }
        }

        return false;
    }

    private static Alert Anew(Alert alert) => alert with
    {
        Work = WorkState.Raised, Acknowledged = null, Closed = null, Triaged = null, Reported = null, Dispatched = null, Arrived = null,
        Rectified = null, Seen = null, IsUntold = null,
    };

    private static Attestation Attest(Alert alert, LedgerEntry entry) => new(
        entry.Actor, entry.TimeMicros, entry.Body.Command!.Note, alert.KnownColour, entry.Body.Command.Verdict, entry.Body.Command.To);
}
