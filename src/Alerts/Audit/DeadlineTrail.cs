using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// The auditor's own account of which deadlines run, kept from the entries alone: it shares nothing with the sweep, its rows or the book.
/// Whatever an entry does that it should not have done is a difference.
/// Threading: owned by the auditor.
/// </summary>
internal sealed class DeadlineTrail
{
    /// <summary>The lists are the book's and the entries' own, never written to: a million alerts cost no more than their names here.</summary>
    private readonly Dictionary<string, IReadOnlyList<Deadline>> running = new(StringComparer.Ordinal);

    /// <summary>The last entry taken in.</summary>
    public long Cursor { get; private set; }

    public int Alerts => running.Count;

    /// <summary>Begins with what runs as of one entry.</summary>
    public void Begin(BookSnapshot book)
    {
        running.Clear();
        Cursor = book.Sequence;
        foreach (var alert in book.Alerts.Values.Where(a => a.Deadlines.Count > 0))
        {
            running[alert.Id] = alert.Deadlines;
        }
    }

    /// <param name="differences">Told of each, in words.</param>
    public void Take(LedgerEntry entry, Action<string> differences)
    {
        Cursor = entry.Sequence;
        if (entry is { Kind: EntryKind.ClockStepped, Body.ShiftMicros: { } shift })
        {
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
    public IEnumerable<string> DueBy(long micros) => running
        .SelectMany(r => r.Value.Where(d => d.DueMicros <= micros).Select(d => (r.Key, d)))
        .OrderBy(d => d.d.DueMicros).Select(d => Say(d.Key, d.d, "has not fired"));

    private void Fire(LedgerEntry entry, Breach breach, Action<string> differences)
    {
        var fired = new Deadline(breach.Step, breach.Level, breach.Round, breach.DueMicros);
        if (!running.TryGetValue(entry.AlertId, out var list) || !list.Contains(fired))
        {
            differences(Say(entry.AlertId, fired, "fired and was not running"));
        }
        else if (entry.TimeMicros < breach.DueMicros)
        {
            differences(Say(entry.AlertId, fired, "fired early"));
        }

        Replace(entry.AlertId, entry.Body.Escalation?.Deadlines ?? list?.Where(d => d != fired).ToList());
    }

    private void Step(LedgerEntry entry, CommandFacts command, Action<string> differences)
    {
        if (entry.Kind == EntryKind.Commented || !running.TryGetValue(entry.AlertId, out var list))
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

    private void Replace(string alertId, IReadOnlyList<Deadline>? deadlines)
    {
        if (deadlines is { Count: > 0 })
        {
            running[alertId] = deadlines;
        }
        else if (deadlines is not null)
        {
            running.Remove(alertId);
        }
    }

    private static string Say(string alertId, Deadline deadline, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{alertId} {deadline.Step.ToString().ToLowerInvariant()} level {deadline.Level} round {deadline.Round} due {Micros.ToTime(deadline.DueMicros):yyyy-MM-dd'T'HH:mm:ss'Z'} {what}");
}
