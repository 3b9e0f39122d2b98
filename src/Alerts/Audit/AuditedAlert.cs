using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// What the auditor knows of one alert: what runs, and on what it depends what has to run. Follows from entry to entry. Threading: owned by the auditor.
/// </summary>
internal sealed class AuditedAlert
{
    public required string Kind { get; init; }

    /// <summary>The worst it has ever been.</summary>
    public Severity Peak { get; private set; }

    /// <summary>The worst since work on it began.</summary>
    public Severity Worst { get; private set; }

    public WorkState Work { get; private set; } = WorkState.Raised;

    public bool IsOutOfService { get; private set; }

    public bool IsSeen { get; private set; }

    public bool IsTriaged { get; private set; }

    public bool IsReported { get; private set; }

    public long EpisodeMicros { get; private set; }

    public IReadOnlyList<Deadline> Running { get; set; } = [];

    /// <summary>One that is about to be raised: any colour is worse than what it was.</summary>
    public static AuditedAlert Raised(TransitionFacts facts) =>
        new() { Kind = facts.Kind, Peak = Severity.Normal, Worst = Severity.Normal, EpisodeMicros = facts.EpisodeMicros };

    /// <summary>One of before the auditor began.</summary>
    /// <param name="shiftMicros">By how much the clock has been set since.</param>
    public static AuditedAlert Of(Alert alert, long shiftMicros) => new()
    {
        Kind = alert.Kind, Peak = alert.PeakColour, Worst = alert.KnownColour, Work = alert.Work, IsOutOfService = alert.OutOfService is not null,
        IsSeen = alert.Seen is not null, IsTriaged = alert.Triaged is not null, IsReported = alert.Reported is not null, EpisodeMicros = alert.EpisodeMicros,
        Running = shiftMicros == 0 ? alert.Deadlines : [.. alert.Deadlines.Select(d => d with { DueMicros = d.DueMicros + shiftMicros })],
    };

    /// <summary>The end of a condition, and what belongs to an episode that is over, set nothing.</summary>
    public bool IsUnmovedBy(LedgerEntry entry, TransitionFacts facts) => entry.Kind == EntryKind.ReturnedToNormal || facts.EpisodeMicros < EpisodeMicros;

    /// <summary>Goes on to what the entry makes of it; what runs is given by itself.</summary>
    public void Follow(LedgerEntry entry)
    {
        if (entry.Body.Transition is { } facts)
        {
            if (facts.EpisodeMicros >= EpisodeMicros)
            {
                EpisodeMicros = facts.EpisodeMicros;
                if (entry.Kind != EntryKind.ReturnedToNormal)
                {
                    Peak = Colours.Worse(Peak, facts.To);
                    Worst = facts.Reopens ? facts.To : Colours.Worse(Worst, facts.To);
                }

                // What gets worse, or is news again, is in service again.
                IsOutOfService &= facts.Deadlines is null;
                BeginAnew(facts.Reopens);
            }
        }
        else
        {
            BeginAnew(entry.Body.Escalation?.Reopens == true);
        }

        switch (entry.Kind)
        {
            case EntryKind.Seen:
                IsSeen = true;
                break;
            case EntryKind.Triaged:
                IsTriaged = true;
                break;
            case EntryKind.Reported:
                IsReported = true;
                break;
            case EntryKind.Acknowledged or EntryKind.Dispatched or EntryKind.Arrived or EntryKind.Rectified or EntryKind.Closed:
                Work = StepOf(entry.Kind)!.Value;
                break;
            case EntryKind.OutOfService or EntryKind.ReturnedToService:
                IsOutOfService = entry.Kind == EntryKind.OutOfService;
                break;
        }

        // As long as being seen is due nobody has seen it.
        IsSeen &= Running.All(d => d.Step != WorkState.Seen);
    }

    /// <returns>What an officer's step is the fulfilment of; null for what fulfils nothing.</returns>
    public static WorkState? StepOf(EntryKind kind) => kind switch
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

    private void BeginAnew(bool isSo)
    {
        if (isSo)
        {
            (Work, IsSeen, IsTriaged, IsReported) = (WorkState.Raised, false, false, false);
        }
    }
}
