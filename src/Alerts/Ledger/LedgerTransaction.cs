using System.Collections.Immutable;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>
/// One group commit in the making: entries, and what they do to the book and to its rows. Thrown away whole when it cannot be committed.
/// Threading: owned by the writer.
/// </summary>
internal sealed class LedgerTransaction(
    LedgerStore store, AlertBook book, byte[] previousHash, TimeProvider clock, DeadlinePolicy policy, bool keepsNotices = false)
{
    /// <summary>So many changed alerts are held back to be written once each; a set clock changes nearly all there are.</summary>
    private const int MostChanged = 10_000;
    private readonly Dictionary<string, (Alert? Before, Alert After)> changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> deliveries = new(StringComparer.Ordinal);
    private readonly List<(LedgerEntry Entry, long PostedMicros)> entries = [];

    public LedgerStore Store => store;

    /// <summary>What decides in all of this transaction, whatever is put in force meanwhile.</summary>
    public DeadlinePolicy Policy => policy;

    /// <summary>A test's way to break the sweep: those deadlines are not noticed.</summary>
    public Func<Alert, Deadline, bool>? LeavesOut { get; init; }

    /// <summary>A test's way to break the schedule.</summary>
    public Func<EntryKind, EntryBody, EntryBody>? Spoils { get; init; }

    public long NowMicros { get; } = Micros.Now(clock);

    public byte[] HeadHash { get; private set; } = previousHash;

    public long HeadSequence { get; private set; } = book.Current.Sequence;

    public IReadOnlyList<(LedgerEntry Entry, long PostedMicros)> Entries => entries;

    public Alert? FindLive(string rule, string series) => book.FindLive(rule, series);

    public Alert? FindAlert(string id) => book.Find(id) ?? FindPast(id);

    public Alert? FindLive(string id) => book.Find(id);

    public IncidentIndex Incidents => book.Incidents;

    public IReadOnlyCollection<string> Flapping => book.Flapping;

    public DutyBook Duty => book.Duty;

    /// <summary>Of a live alert, to be looked at without being unpacked.</summary>
    public PackedAlert? FindPacked(string id) => book.FindPacked(id);

    /// <summary>Ids of the live alerts under a maintenance window, as drafted.</summary>
    public ImmutableHashSet<string> Under(long window) => book.Under(window);

    public long DeliveredTo(string officer) => book.DeliveredTo(officer);

    public LedgerEntry Append(
        EntryKind kind, string alertId, string actor, string key, long timeMicros, EntryBody body, long postedMicros = 0)
    {
        body = Spoils?.Invoke(kind, body) ?? body;
        if (MaintenanceMarks.Of(book.Duty, kind, body, () => FindAlert(alertId), NowMicros) is { } mark)
        {
            body = body with { Maintenance = mark };
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, AlertsJson.Readable.EntryBody);
        var raw = RawEntry.Of(HeadSequence + 1, timeMicros, kind, alertId, actor, key, bytes, HeadHash);
        var hash = HashChain.Hash(raw);
        var entry = new LedgerEntry
        {
            Sequence = raw.Sequence, TimeMicros = timeMicros, Kind = kind, AlertId = alertId, Actor = actor, Key = key, Body = body,
            PreviousHash = HeadHash, Hash = hash,
        };
        store.Insert(entry, bytes);
        (HeadSequence, HeadHash) = (raw.Sequence, hash);
        book.Apply(entry, FindPast, Remember);
        entries.Add((alertId.Length == 0 ? entry : entry with { Places = FindAlert(alertId)?.Places }, postedMicros));
        if (kind == EntryKind.Delivered)
        {
            deliveries[actor] = body.UpTo!.Value;
        }

        // One narrow row, in the order of its key: who is told of it, and over what, is worked out by others.
        if (keepsNotices && NoticeCause.NoticeOf(entry, book.Find(alertId)) is { } cause)
        {
            store.Outbox.Add(cause.Lane, entry.Sequence);
        }

        return entry;
    }

    /// <summary>Writes the book rows that the entries so far have changed; each once, however many entries it had.</summary>
    public void Flush()
    {
        foreach (var (before, after) in changed.Values)
        {
            store.Save(after);
            if (!ReferenceEquals(before?.Deadlines, after.Deadlines))
            {
                store.ReplaceDeadlines(after);
            }
        }

        foreach (var (officer, upTo) in deliveries)
        {
            store.SetDelivery(officer, upTo);
        }

        changed.Clear();
        deliveries.Clear();
    }

    private Alert? FindPast(string id) => changed.TryGetValue(id, out var change) ? change.After : store.FindAlert(id);

    private void Remember(Alert? before, Alert after)
    {
        changed[after.Id] = (changed.TryGetValue(after.Id, out var earlier) ? earlier.Before : before, after);
        if (changed.Count >= MostChanged)
        {
            Flush();
        }
    }
}
