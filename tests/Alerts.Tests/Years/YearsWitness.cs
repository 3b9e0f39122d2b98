using System.Globalization;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// Knows what ran before a look and what runs after it, in true time (which no clock step changes), and what the ledger says happened in between.
/// </summary>
public sealed class YearsWitness(Func<Ledger> ledger, TimelineClock clock)
{
    private Dictionary<(string Alert, WorkState Step, int Level, int Round), TimeSpan> running = [];
    private readonly HashSet<(string, WorkState, int, int)> fired = [];
    private readonly List<string> wrong = [];
    private long cursor;
    private bool restarted;

    public IReadOnlyList<string> Wrong => wrong;

    public int Entries => (int)cursor;

    public int Fired { get; private set; }

    /// <summary>What was due meanwhile fires now, and may be late.</summary>
    public void Restarted() => restarted = true;

    /// <summary>In true time; only what is to come.</summary>
    public TimeSpan? NextDue()
    {
        var due = running.Values.Where(d => d > clock.Passed).ToList();
        return due.Count == 0 ? null : due.Min();
    }

    public async Task LookAsync()
    {
        var entries = await ledger().ReadEntriesAsync(cursor, 1000, TestContext.Current.CancellationToken);
        cursor = entries.Count > 0 ? entries[^1].Sequence : cursor;
        var now = clock.Passed;
        var wall = Micros.Now(clock);
        var after = ledger().Book.Alerts.Values.SelectMany(a => a.Deadlines.Select(d => (a.Id, d)))
            .ToDictionary(r => (r.Id, r.d.Step, r.d.Level, r.d.Round), r => now + TimeSpan.FromMicroseconds(r.d.DueMicros - wall));
        var moved = entries.Where(e => e.Kind is EntryKind.Shelved or EntryKind.Unshelved).Select(e => e.AlertId).ToHashSet(StringComparer.Ordinal);
        var touched = entries.Where(e => e.Body.Command is not null || e.Body.Transition is not null || e.Body.Escalation?.Reopens == true)
            .Select(e => e.AlertId).ToHashSet(StringComparer.Ordinal);
        var firing = new HashSet<(string, WorkState, int, int)>();
        foreach (var entry in entries.Where(e => e.Body.Breach is not null))
        {
            Fires(entry, now, wall, firing);
        }

        // What is told always is told again, until somebody does it.
        foreach (var breach in entries.Where(e => e.Body.Breach is not null && !touched.Contains(e.AlertId)))
        {
            var alert = ledger().Book.Alerts[breach.AlertId];
            var step = breach.Body.Breach!.Step;
            if (ledger().Policy.Find(alert.PeakColour, alert.Kind, step) is { Levels: DeadlineRule.Always, Repeat.Ticks: > 0 } && !alert.Deadlines.Any(d => d.Step == step && d.Level > breach.Body.Breach.Level))
            {
                wrong.Add($"{breach.AlertId} {step} level {breach.Body.Breach.Level} is told no more after {now}");
            }
        }

        foreach (var (row, due) in running)
        {
            var isGone = !after.TryGetValue(row, out var then);
            if (isGone && !firing.Contains(row) && row.Step < WorkState.ShelveEnd && (due <= now || !touched.Contains(row.Alert)))
            {
                wrong.Add($"{row} due {due} went at {now} without firing");
            }
            else if (!isGone && then != due && !moved.Contains(row.Alert))
            {
                wrong.Add($"{row} due {due} became due {then} at {now}");
            }
        }

        foreach (var (row, due) in after.Where(r => r.Value <= now))
        {
            wrong.Add($"{row} due {due} has not fired at {now}");
        }

        running = after;
        restarted = false;
    }

    private void Fires(LedgerEntry entry, TimeSpan now, long wall, HashSet<(string, WorkState, int, int)> firing)
    {
        var breach = entry.Body.Breach!;
        var row = (entry.AlertId, breach.Step, breach.Level, breach.Round);
        Fired++;
        firing.Add(row);
        if (!fired.Add(row))
        {
            wrong.Add($"{row} fired twice, the second time at {now}");
        }

        var due = now + TimeSpan.FromMicroseconds(breach.DueMicros - wall);
        if (due > now)
        {
            wrong.Add($"{row} due {due} fired early, at {now}");
        }
        else if (due < now && !restarted)
        {
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{row} due {due} fired late, at {now}"));
        }
    }
}
