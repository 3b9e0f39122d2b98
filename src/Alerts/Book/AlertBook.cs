using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// The live alerts, by id and by (rule, series), as the entries so far make them. Changes are first made in a draft that can be
/// thrown away with the transaction they belong to; <see cref="Current"/> is what is committed.
/// Threading: owned by the writer; <see cref="Current"/> may be read from any thread.
/// </summary>
internal sealed class AlertBook
{
    private readonly PackWriter packing = new();

    /// <summary>What this draft has looked at, as it is in it: within a draft an alert that has not changed is the same object.</summary>
    private readonly Dictionary<string, Alert> unpacked = new(StringComparer.Ordinal);
    private volatile BookSnapshot current = BookSnapshot.Empty;
    private readonly HashSet<string> flapping = new(StringComparer.Ordinal);

    /// <summary>Whose chatter may have begun or ended since the last commit; what a draft that was thrown away has done to it, too.</summary>
    private readonly HashSet<string> unsettled = new(StringComparer.Ordinal);
    private readonly WindowIndex windows = new();
    private AlertMap alerts = AlertMap.Empty;
    private WordTable words = new();
    private DutyBook duty = DutyBook.Empty;
    private ImmutableDictionary<string, long> delivered = BookSnapshot.Empty.Delivered;

    public BookSnapshot Current => current;

    /// <summary>Drafts what the database keeps of the book, in place of all that was drafted before.</summary>
    /// <param name="live">By the words.</param>
    /// <param name="with">From here on the book's.</param>
    /// <param name="deliveries">By officer.</param>
    /// <param name="who">Officers and duty.</param>
    public void Load(AlertMap live, WordTable with, IEnumerable<(string Officer, long UpTo)> deliveries, DutyBook who)
    {
        duty = who;
        unpacked.Clear();
        alerts = live;
        words = with;
        delivered = deliveries.ToImmutableDictionary(d => d.Officer, d => d.UpTo, StringComparer.Ordinal);
        Incidents.Clear();
        flapping.Clear();
        unsettled.Clear();
        windows.Clear();
        foreach (var alert in live.Packed)
        {
            Incidents.Load(alert);
            if (alert.Rest is { } rest)
            {
                windows.Apply(null, alert.Unpack());
                if (rest.IsFlapping)
                {
                    flapping.Add(alert.Id);
                }
            }
        }

        windows.Commit();
    }

    public Alert? Find(string id)
    {
        if (unpacked.TryGetValue(id, out var known))
        {
            return known;
        }

        return alerts.Find(id) is { } alert ? unpacked[id] = alert : null;
    }

    public Alert? FindLive(string rule, string series) => alerts.FindLive(rule, series) is { } alert ? Find(alert.Id) : null;

    /// <summary>As drafted, to be looked at without being unpacked.</summary>
    public PackedAlert? FindPacked(string id) => alerts.FindPacked(id);

    /// <summary>All live alerts under a maintenance window, as drafted.</summary>
    public ImmutableHashSet<string> Under(long window) => windows.Under(window);

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
                delivered = delivered.SetItem(entry.Actor, entry.Body.UpTo!.Value);
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
    public void Commit(long sequence, byte[] hash)
    {
        Incidents.Commit();
        windows.Commit();
        foreach (var id in unsettled)
        {
            if (FindPacked(id)?.Rest is not { IsFlapping: true })
            {
                flapping.Remove(id);
            }
        }

        unsettled.Clear();
        unpacked.Clear();
        current = new BookSnapshot(sequence, alerts, delivered) { Duty = duty, Hash = hash, Words = words };
    }

    /// <summary>The draft is not on disk: forget it.</summary>
    public void Rollback()
    {
        unpacked.Clear();
        Incidents.Rollback();
        windows.Rollback();
        alerts = current.Alerts;
        words = current.Words ?? words;
        delivered = current.Delivered;
        duty = current.Duty;
    }

    private void Put(Alert? before, Alert alert)
    {
        Incidents.Apply(before, alert);
        windows.Apply(before, alert);
        if (alert.IsFlapping)
        {
            flapping.Add(alert.Id);
        }

        if (alert.IsFlapping || before is { IsFlapping: true })
        {
            unsettled.Add(alert.Id);
        }

        if (alert.IsLive)
        {
            unpacked[alert.Id] = alert;
            alerts = alerts.With(PackedAlert.Of(alert, words, packing));
        }
        else
        {
            unpacked.Remove(alert.Id);
            alerts = alerts.Without(alert.Id);
        }
    }

    private void ShiftAll(long shiftMicros, Action<Alert?, Alert> changed)
    {
        foreach (var packed in alerts.Packed.Where(a => a.DueMicros != long.MaxValue || a.Rest?.Chatter is not null).ToArray())
        {
            var before = unpacked.GetValueOrDefault(packed.Id) ?? packed.Unpack();
            var after = AlertFold.Shift(before, shiftMicros);
            if (!ReferenceEquals(before, after))
            {
                Put(before, after);

                // It is nearly all of them: they are not to be held unpacked until the commit.
                unpacked.Remove(after.Id);
                changed(before, after);
            }
        }
    }
}
