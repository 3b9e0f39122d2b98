using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Alerts;

/// <summary>Alerts and ledger entries as the protocol says them.</summary>
public static class WireAlert
{
    /// <param name="alert">The alert.</param>
    /// <param name="officer">Who reads it: of the steps it names what he can take.</param>
    public static V1.Alert Of(Alert alert, Officer officer)
    {
        var wire = new V1.Alert
        {
            Id = alert.Id,
            RuleId = alert.RuleId,
            RuleVersion = alert.RuleVersion,
            Title = new V1.Title { Zh = alert.TitleZh, En = alert.TitleEn },
            Basis = alert.Basis,
            Series = alert.Series,
            Kind = alert.Kind,
            Device = alert.Device,
            Quantity = alert.Quantity,
            Unit = alert.Unit,
            Gateway = alert.Gateway,
            Territory = alert.Territory,
            Address = alert.Address,
            OwnerUnit = alert.OwnerUnit,
            Latitude = alert.Latitude,
            Longitude = alert.Longitude,
            Severity = WireNames.Of(alert.Colour),
            PeakSeverity = WireNames.Of(alert.PeakColour),
            Active = alert.IsActive,
            Step = WireNames.Of(alert.Work),
            Round = alert.Round,
            Occurrences = alert.Occurrences,
            ColourChanges = alert.ColourChanges,
            Comments = alert.Comments,
            FirstRaiseTime = WireTime.Of(alert.FirstEpisodeMicros),
            RaiseTime = WireTime.Of(alert.EpisodeMicros),
            ChangeTime = WireTime.Of(alert.ChangedEventMicros),
            RecordTime = WireTime.Of(alert.RaisedAtMicros),
            WindowValue = alert.WindowValue,
            Threshold = alert.Threshold,
            Acknowledged = Of(alert.Acknowledged),
            Closed = Of(alert.Closed),
            Verdict = WireNames.Of(alert.Closed?.Verdict ?? Verdict.None),
            Sequence = alert.LastSequence,
            Seen = Of(alert.Seen),
            Triaged = Of(alert.Triaged),
            Reported = Of(alert.Reported),
            Dispatched = Of(alert.Dispatched),
            Arrived = Of(alert.Arrived),
            Rectified = Of(alert.Rectified),
            Confirmed = Of(alert.Confirmed),
            Shelved = Of(alert.Shelved),
            OutOfService = Of(alert.OutOfService),
            Latched = alert.IsLatched == true,
            Maintenance = alert.Maintenance?.Window ?? 0,
            HeldBack = alert.Maintenance?.IsHeld == true,
            Incident = WireIncident.IdOf(alert),
            BehindAlertId = alert.Parents is [var parent, ..] ? parent : "",
            Flapping = alert.IsFlapping,
            Flaps = alert.Chatter?.Count ?? 0,
            ShelvedUntil = EndOf(alert, WorkState.ShelveEnd),
            OutOfServiceUntil = EndOf(alert, WorkState.OutOfServiceEnd),
            Supervision = WireNames.Of(alert.Supervision),
            CalmTime = alert.Chatter?.CalmAtMicros is { } calm ? WireTime.Of(calm) : null,
        };
        wire.Evidence.AddRange(alert.Evidence.Select(e => new V1.Evidence { EventTime = WireTime.Of(e.EventTimeMicros), Value = e.Value, Series = e.Series ?? "" }));
        wire.Deadlines.AddRange(alert.Deadlines.Select(d => new V1.Deadline
        {
            Step = WireNames.Of(d.Step), Level = d.Level, DueTime = WireTime.Of(d.DueMicros),
        }));
        wire.Breaches.AddRange(alert.Breaches.Select(Of));
        wire.Overdue.AddRange((alert.Missed ?? []).Select(m => new V1.Deadline
        {
            Step = WireNames.Of(m.Step), DueTime = WireTime.Of(m.DueMicros), Supervision = WireNames.Of(m.Supervision ?? Supervision.None),
        }));
        wire.LegalSteps.AddRange(WorkTable.LegalFrom(alert, officer).Select(WireNames.Of));
        return wire;
    }

    /// <summary>An entry of a history, without its alert.</summary>
    public static V1.AlertEvent Of(LedgerEntry entry)
    {
        var wire = new V1.AlertEvent
        {
            Type = WireNames.Of(entry.Kind),
            Sequence = entry.Sequence,
            RecordTime = WireTime.Of(entry.TimeMicros),
            EventTime = WireTime.Of(entry.Body.Transition?.EventTimeMicros ?? entry.TimeMicros),
            Actor = entry.Actor,
            AlertId = entry.AlertId,
        };
        if (entry.CommittedMicros != 0)
        {
            wire.CommitTime = WireTime.Of(entry.CommittedMicros);
        }

        if (entry.Body.Transition is { } transition)
        {
            wire.FromSeverity = WireNames.Of(transition.From);
            wire.ToSeverity = WireNames.Of(transition.To);
            wire.WindowValue = transition.WindowValue;
            wire.Threshold = transition.Threshold;
        }

        if (entry.Body.Command is { } command)
        {
            wire.Note = command.Note;
            wire.Verdict = WireNames.Of(command.Verdict);
            wire.To = command.To ?? "";
            wire.StandsIn = command.StandsIn == true;
        }

        if (entry.Body.Breach is { } breach)
        {
            wire.Breach = Of(breach);
            wire.ComesBack = entry.Body.Escalation?.Reopens == true;
        }

        return wire;
    }

    private static Timestamp? EndOf(Alert alert, WorkState end) => alert.Deadlines.FirstOrDefault(d => d.Step == end) is { } at ? WireTime.Of(at.DueMicros) : null;

    private static V1.Deadline Of(Breach breach) => new()
    {
        Step = WireNames.Of(breach.Step),
        Level = breach.Level,
        DueTime = WireTime.Of(breach.DueMicros),
        BreachTime = WireTime.Of(breach.AtMicros),
        Territory = breach.To ?? "",
        Role = breach.Role switch { null => "", OfficerRoles.Officer => "officer", _ => "supervisor" },
        Supervision = WireNames.Of(breach.Supervision ?? Supervision.None),
    };

    private static V1.Attestation? Of(Attestation? attestation) => attestation is null ? null : new V1.Attestation
    {
        Officer = attestation.By,
        Time = WireTime.Of(attestation.AtMicros),
        Note = attestation.Note,
        Severity = WireNames.Of(attestation.Colour),
        To = attestation.To ?? "",
        Verdict = WireNames.Of(attestation.Verdict),
    };
}
