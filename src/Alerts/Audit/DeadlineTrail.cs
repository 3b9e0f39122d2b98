using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// The auditor's own account of which deadlines run, kept from the entries alone: it shares nothing with the sweep, its rows or the book.
/// Whatever an entry does that it should not have done is a difference.
/// Threading: owned by the auditor.
/// </summary>
internal sealed class DeadlineTrail
{
    /// <summary>Of alerts that an entry has concerned since it began: what runs.</summary>
    private readonly Dictionary<string, Deadline[]> running = new(StringComparer.Ordinal);

    /// <summary>Of all others: as the book was when it began, which costs no more than the book does.</summary>
    private AlertMap begun = AlertMap.Empty;

    /// <summary>The last entry taken in.</summary>
    public long Cursor { get; private set; }

    public int Alerts => running.Count + begun.Packed.Count(a => a.DueMicros != long.MaxValue);

    /// <summary>Begins with what runs as of one entry.</summary>
    public void Begin(BookSnapshot book)
    {
        running.Clear();
        Cursor = book.Sequence;
        begun = book.Alerts;
    }

    /// <param name="differences">Told of each, in words.</param>
    public void Take(LedgerEntry entry, Action<string> differences)
    {
        Cursor = entry.Sequence;
        if (entry is { Kind: EntryKind.ClockStepped, Body.ShiftMicros: { } shift })
        {
            foreach (var packed in begun.Packed.ToArray())
            {
                Replace(packed.Id, packed.Unpack().Deadlines);
            }

            foreach (var (id, list) in running.ToArray())
            {
                running[id] = [.. list.Select(d => d with { DueMicros = d.DueMicros + shift })];
            }
        }
        else if (entry.Body.Breach is { } breach)
        {
            Fire(entry, breach, differences);
        }
        else if (entry.Body.Transition is { } transition)
        {
            Replace(entry.AlertId, transition.Deadlines);
        }
        else if (entry.Body.Command is { } command)
        {
            Step(entry, command, differences);
        }
    }

    /// <summary>What should have fired by then and has not.</summary>
    public IEnumerable<string> DueBy(long micros) => running.Select(r => (Id: r.Key, Deadlines: (IEnumerable<Deadline>)r.Value))
        .Concat(begun.Packed.Where(a => a.DueMicros <= micros).Select(a => (a.Id, Deadlines: (IEnumerable<Deadline>)a.Unpack().Deadlines)))
        .SelectMany(r => r.Deadlines.Where(d => d.DueMicros <= micros).Select(d => (r.Id, Deadline: d)))
        .OrderBy(d => d.Deadline.DueMicros).Select(d => Say(d.Id, d.Deadline, "has not fired"));

    private void Fire(LedgerEntry entry, Breach breach, Action<string> differences)
    {
        var fired = new Deadline(breach.Step, breach.Level, breach.Round, breach.DueMicros);
        var list = Running(entry.AlertId);
        if (list?.Contains(fired) != true)
        {
            differences(Say(entry.AlertId, fired, "fired and was not running"));
        }
        else if (entry.TimeMicros < breach.DueMicros)
        {
            differences(Say(entry.AlertId, fired, "fired early"));
        }

        Replace(entry.AlertId, entry.Body.Escalation?.Deadlines ?? list?.Where(d => d != fired).ToArray());
    }

    private void Step(LedgerEntry entry, CommandFacts command, Action<string> differences)
    {
        if (entry.Kind == EntryKind.Commented || Running(entry.AlertId) is not { } list)
        {
            Replace(entry.AlertId, command.Deadlines);
            return;
        }

        // What was due before an officer's step came must have fired before it; after an outage a shelf's end is due among the rest.
        foreach (var late in list.Where(d => d.DueMicros <= entry.TimeMicros && entry.Actor != "deadline"))
        {
            differences(Say(entry.AlertId, late, "was passed over"));
        }

        IReadOnlyList<Deadline>? left = entry.Kind switch
        {
            EntryKind.Closed => [],
            _ when command.Deadlines is { } given => given,
            EntryKind.Seen => [.. list.Where(d => d.Step != WorkState.Seen)],
            EntryKind.Triaged => [.. list.Where(d => d.Step != WorkState.Triaged)],
            EntryKind.Reported => [.. list.Where(d => d.Step != WorkState.Reported)],
            EntryKind.Acknowledged => [.. list.Where(d => d.Step > WorkState.Acknowledged)],
            EntryKind.Dispatched => [.. list.Where(d => d.Step > WorkState.Dispatched)],
            EntryKind.Arrived => [.. list.Where(d => d.Step > WorkState.Arrived)],
            EntryKind.Rectified => [.. list.Where(d => d.Step > WorkState.Rectified)],
            _ => null,
        };
        Replace(entry.AlertId, left);
    }

    /// <returns>Null when nothing runs.</returns>
    private IReadOnlyList<Deadline>? Running(string alertId) =>
        running.TryGetValue(alertId, out var list) ? list
        : begun.Find(alertId) is { Deadlines: { Count: > 0 } first } ? first
        : null;

    private void Replace(string alertId, IReadOnlyList<Deadline>? deadlines)
    {
        if (deadlines is null)
        {
            return;
        }

        // No longer as it was at the beginning: that is let go.
        begun = begun.Without(alertId);
        if (deadlines.Count > 0)
        {
            running[alertId] = [.. deadlines];
        }
        else
        {
            running.Remove(alertId);
        }
    }

    private static string Say(string alertId, Deadline deadline, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{alertId} {deadline.Step.ToString().ToLowerInvariant()} level {deadline.Level} round {deadline.Round} due {Micros.ToTime(deadline.DueMicros):yyyy-MM-dd'T'HH:mm:ss'Z'} {what}");
}
