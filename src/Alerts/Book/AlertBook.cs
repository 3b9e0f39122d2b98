using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// The live alerts, by id and by (rule, series), as the entries so far make them. Changes are first made in a draft that can be
/// thrown away with the transaction they belong to; <see cref="Current"/> is what is committed.
/// Threading: owned by the writer; <see cref="Current"/> may be read from any thread.
/// </summary>
internal sealed class AlertBook
{
    private volatile BookSnapshot current = BookSnapshot.Empty;
    private readonly Dictionary<(string Rule, string Series), string> index = [];
    private readonly List<((string Rule, string Series) Key, string? Before)> indexChanges = [];
    private ImmutableDictionary<string, Alert>.Builder alerts = BookSnapshot.Empty.Alerts.ToBuilder();
    private readonly HashSet<string> flapping = new(StringComparer.Ordinal);
    private DutyBook duty = DutyBook.Empty;
    private ImmutableDictionary<string, long>.Builder delivered = BookSnapshot.Empty.Delivered.ToBuilder();

    public BookSnapshot Current => current;

    /// <summary>Drafts the rows the database keeps of the book, in place of all that was drafted before.</summary>
    public void Load(IEnumerable<Alert> live, IEnumerable<(string Officer, long UpTo)> deliveries, DutyBook who)
    {
        duty = who;
        alerts.Clear();
        index.Clear();
        delivered.Clear();
        Incidents.Clear();
        flapping.Clear();
        foreach (var alert in live)
        {
            Put(null, alert);
        }

        foreach (var (officer, upTo) in deliveries)
        {
            delivered[officer] = upTo;
        }
    }

    public Alert? Find(string id) => alerts.GetValueOrDefault(id);

    public Alert? FindLive(string rule, string series) =>
        index.TryGetValue((rule, series), out var id) ? alerts[id] : null;

    /// <summary>All live alerts, as drafted.</summary>
    public IEnumerable<Alert> Drafted => alerts.Values;

    /// <summary>Which incident takes in what comes, as drafted.</summary>
    public IncidentIndex Incidents { get; } = new();

    /// <summary>Alerts that chatter, and perhaps some that no longer do.</summary>
    public IReadOnlyCollection<string> Flapping => flapping;

    /// <summary>Officers and who is on duty, as drafted.</summary>
    public DutyBook Duty => duty;

    public long DeliveredTo(string officer) => delivered.GetValueOrDefault(officer);

    /// <summary>Takes one entry into the draft.</summary>
    /// <param name="entry">The next entry.</param>
    /// <param name="findPast">Finds an alert that is no longer live.</param>
    /// <param name="changed">Told of every alert that is different now: before, after.</param>
    public void Apply(LedgerEntry entry, Func<string, Alert?> findPast, Action<Alert?, Alert> changed)
    {
        if (DutyFold.Concerns(entry.Kind))
        {
            duty = DutyFold.Apply(duty, entry);
            return;
        }

        switch (entry.Kind)
        {
            case EntryKind.Delivered:
                delivered[entry.Actor] = entry.Body.UpTo!.Value;
                return;
            case EntryKind.ClockStepped:
                ShiftAll(entry.Body.ShiftMicros!.Value, changed);
                return;
            case EntryKind.TailMissing or EntryKind.PolicySet:
                return;
        }

        var before = Find(entry.AlertId) ?? findPast(entry.AlertId);
        var after = AlertFold.Apply(before, entry);
        if (after is not null && !ReferenceEquals(before, after))
        {
            Put(before, after);
            changed(before, after);
        }
    }

    /// <summary>The draft is on disk: everybody may see it.</summary>
    public void Commit(long sequence)
    {
        indexChanges.Clear();
        Incidents.Commit();
        flapping.RemoveWhere(id => !alerts.TryGetValue(id, out var alert) || !alert.IsFlapping);
        current = new BookSnapshot(sequence, alerts.ToImmutable(), delivered.ToImmutable()) { Duty = duty };
    }

    /// <summary>The draft is not on disk: forget it.</summary>
    public void Rollback()
    {
        alerts = current.Alerts.ToBuilder();
        for (var i = indexChanges.Count - 1; i >= 0; i--)
        {
            SetIndex(indexChanges[i].Key, indexChanges[i].Before);
        }

        indexChanges.Clear();
        Incidents.Rollback();
        delivered = current.Delivered.ToBuilder();
        duty = current.Duty;
    }

    private void Put(Alert? before, Alert alert)
    {
        Incidents.Apply(before, alert);
        if (alert.IsFlapping)
        {
            flapping.Add(alert.Id);
        }

        if (alert.IsLive)
        {
            alerts[alert.Id] = alert;
            Index(alert, alert.Id);
        }
        else if (alerts.Remove(alert.Id))
        {
            Index(alert, null);
        }
    }

    private void Index(Alert alert, string? id)
    {
        var key = (alert.RuleId, alert.Series);
        var before = index.GetValueOrDefault(key);
        if (before != id)
        {
            indexChanges.Add((key, before));
            SetIndex(key, id);
        }
    }

    private void SetIndex((string Rule, string Series) key, string? id)
    {
        if (id is null)
        {
            index.Remove(key);
        }
        else
        {
            index[key] = id;
        }
    }

    private void ShiftAll(long shiftMicros, Action<Alert?, Alert> changed)
    {
        foreach (var before in alerts.Values.ToArray())
        {
            var after = AlertFold.Shift(before, shiftMicros);
            if (!ReferenceEquals(before, after))
            {
                Put(before, after);
                changed(before, after);
            }
        }
    }
}
