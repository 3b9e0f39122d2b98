using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// The auditor's own account of which deadlines run, kept from the entries alone: it shares nothing with the sweep, its rows or the book.
/// Whatever an entry does that it should not have done is a difference, and what it should have set and has not.
/// Threading: owned by the auditor.
/// </summary>
/// <param name="policy">What decides.</param>
internal sealed class DeadlineTrail(PolicyTrail policy)
{
    /// <summary>Of alerts that an entry has concerned since it was settled.</summary>
    private readonly Dictionary<string, AuditedAlert> touched = new(StringComparer.Ordinal);

    /// <summary>Of all others: as the book was then, which costs no more than the book does.</summary>
    private AlertMap settled = AlertMap.Empty;

    /// <summary>By how much the clock has been set since.</summary>
    private long shiftMicros;

    /// <summary>The last entry taken in.</summary>
    public long Cursor { get; private set; }

    /// <summary>Begins with what runs as of one entry.</summary>
    public void Begin(BookSnapshot book)
    {
        touched.Clear();
        touched.TrimExcess();
        (Cursor, settled, shiftMicros) = (book.Sequence, book.Alerts, 0);
    }

    /// <summary>Holds the account against the book as of the last entry taken in; from there on the book, which is the same, stands for it.</summary>
    /// <param name="differences">Told of each, in words.</param>
    public void Settle(BookSnapshot book, Action<string> differences)
    {
        foreach (var (id, alert) in touched)
        {
            var other = book.Alerts.Find(id)?.Deadlines ?? [];
            foreach (var deadline in alert.Running.Except(other))
            {
                differences(Say(id, deadline, "is not in the book"));
            }

            foreach (var deadline in other.Except(alert.Running))
            {
                differences(Say(id, deadline, "is in the book and no entry has set it"));
            }
        }

        Begin(book);
    }

    /// <param name="differences">Told of each, in words.</param>
    public void Take(LedgerEntry entry, Action<string> differences)
    {
        Cursor = entry.Sequence;
        var decides = policy.At(entry);
        if (entry is { Kind: EntryKind.ClockStepped, Body.ShiftMicros: { } shift })
        {
            shiftMicros += shift;
            foreach (var alert in touched.Values)
            {
                alert.Running = [.. alert.Running.Select(d => d with { DueMicros = d.DueMicros + shift })];
            }
        }
        else if ((entry.Body.Breach is not null || entry.Body.Transition is not null || entry.Body.Command is not null) && Touch(entry) is { } alert)
        {
            var after = entry.Body.Breach is { } breach ? Fire(entry, alert, breach, differences)
                : entry.Body.Transition is { } transition ? transition.Deadlines ?? alert.Running
                : Step(entry, alert, entry.Body.Command!, differences);
            if (decides is not null)
            {
                DeadlineDemand.Judge(alert, entry, after, decides, (d, what) => differences(Say(entry.AlertId, d, what)));
            }

            alert.Running = after;
            alert.Follow(entry);
        }
    }

    /// <summary>What should have fired by then and has not.</summary>
    public IEnumerable<string> DueBy(long micros) => touched.Select(t => (Id: t.Key, t.Value.Running))
        .Concat(settled.Packed.Where(a => a.DueMicros != long.MaxValue && a.DueMicros + shiftMicros <= micros && !touched.ContainsKey(a.Id))
            .Select(a => (a.Id, AuditedAlert.Of(a.Unpack(), shiftMicros).Running)))
        .SelectMany(r => r.Running.Where(d => d.DueMicros <= micros).Select(d => (r.Id, Deadline: d)))
        .OrderBy(d => d.Deadline.DueMicros).Select(d => Say(d.Id, d.Deadline, "has not fired"));

    /// <returns>The alert before the entry; null for one that is over, of which nothing runs.</returns>
    private AuditedAlert? Touch(LedgerEntry entry)
    {
        if (touched.TryGetValue(entry.AlertId, out var alert))
        {
            return alert;
        }

        alert = settled.Find(entry.AlertId) is { } before ? AuditedAlert.Of(before, shiftMicros)
            : entry is { Kind: EntryKind.Raised, Body.Transition: { } facts } ? AuditedAlert.Raised(facts)
            : null;
        return alert is null ? null : touched[entry.AlertId] = alert;
    }

    private static List<Deadline> Fire(LedgerEntry entry, AuditedAlert alert, Breach breach, Action<string> differences)
    {
        var fired = new Deadline(breach.Step, breach.Level, breach.Round, breach.DueMicros);
        if (!alert.Running.Contains(fired))
        {
            differences(Say(entry.AlertId, fired, "fired and was not running"));
        }
        else if (entry.TimeMicros < breach.DueMicros)
        {
            differences(Say(entry.AlertId, fired, "fired early"));
        }

        return [.. entry.Body.Escalation?.Deadlines ?? alert.Running.Where(d => d != fired)];
    }

    private static IReadOnlyList<Deadline> Step(LedgerEntry entry, AuditedAlert alert, CommandFacts command, Action<string> differences)
    {
        if (entry.Kind == EntryKind.Commented)
        {
            return alert.Running;
        }

        // What was due before an officer's step came must have fired before it; after an outage a shelf's end is due among the rest.
        foreach (var late in alert.Running.Where(d => d.DueMicros <= entry.TimeMicros && entry.Actor != "deadline"))
        {
            differences(Say(entry.AlertId, late, "was passed over"));
        }

        return entry.Kind switch
        {
            EntryKind.Closed => [],
            _ when command.Deadlines is { } given => given,
            EntryKind.Seen or EntryKind.Triaged or EntryKind.Reported => [.. alert.Running.Where(d => d.Step != AuditedAlert.StepOf(entry.Kind))],
            EntryKind.Acknowledged or EntryKind.Dispatched or EntryKind.Arrived or EntryKind.Rectified =>
                [.. alert.Running.Where(d => d.Step > AuditedAlert.StepOf(entry.Kind))],
            _ => alert.Running,
        };
    }

    private static string Say(string alertId, Deadline deadline, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{alertId} {deadline.Step.ToString().ToLowerInvariant()} level {deadline.Level} round {deadline.Round} due {Micros.ToTime(deadline.DueMicros):yyyy-MM-dd'T'HH:mm:ss'Z'} {what}");
}
