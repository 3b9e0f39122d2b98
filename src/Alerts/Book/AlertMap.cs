using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PingAnIoT.Alerts;

/// <summary>
/// The live alerts, by id and by rule and series, packed: each <see cref="Alert"/> is made when it is asked for, and is another object each time.
/// A change makes a new map that shares the rest with the one before. Threading: immutable; from any thread.
/// </summary>
public sealed class AlertMap : IReadOnlyDictionary<string, Alert>
{
    private readonly HashTrie<PackedAlert> byId;
    private readonly HashTrie<PackedAlert> bySeries;

    private AlertMap(HashTrie<PackedAlert> byId, HashTrie<PackedAlert> bySeries) => (this.byId, this.bySeries) = (byId, bySeries);

    public static AlertMap Empty { get; } = new(HashTrie<PackedAlert>.Empty, HashTrie<PackedAlert>.Empty);

    public int Count => byId.Count;

    public bool IsEmpty => byId.Count == 0;

    public IEnumerable<string> Keys => byId.All.Select(a => a.Id);

    public IEnumerable<Alert> Values => byId.All.Select(a => a.Unpack());

    /// <summary>All, to be looked at without being unpacked.</summary>
    internal IEnumerable<PackedAlert> Packed => byId.All;

    /// <summary>To be looked at without being unpacked.</summary>
    internal PackedAlert? FindPacked(string id) => Get(id);

    public Alert this[string key] => Get(key)?.Unpack() ?? throw new KeyNotFoundException($"There is no live alert {key}.");

    public bool ContainsKey(string key) => Get(key) is not null;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Alert value)
    {
        value = Get(key)?.Unpack();
        return value is not null;
    }

    public Alert? Find(string id) => Get(id)?.Unpack();

    /// <summary>The one live alert of a rule on a series.</summary>
    public Alert? FindLive(string rule, string series)
    {
        foreach (var alert in bySeries.Bucket(HashOf(rule, series)))
        {
            if (alert.IsOf(rule, series))
            {
                return alert.Unpack();
            }
        }

        return null;
    }

    /// <summary>Those an officer may see.</summary>
    public IEnumerable<Alert> Of(Officer officer) => byId.All.Where(officer.Sees).Select(a => a.Unpack());

    public IEnumerator<KeyValuePair<string, Alert>> GetEnumerator() =>
        byId.All.Select(a => a.Unpack()).Select(a => new KeyValuePair<string, Alert>(a.Id, a)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <param name="alerts">Of different ids.</param>
    internal static AlertMap Of(IReadOnlyList<PackedAlert> alerts)
    {
        // A start waits for both, and has two cores.
        var bySeries = Task.Run(() => HashTrie<PackedAlert>.Of(alerts, HashOfSeries));
        return new AlertMap(HashTrie<PackedAlert>.Of(alerts, a => a.IdHash), bySeries.GetAwaiter().GetResult());
    }

    /// <summary>What has changed from an earlier map to this one; what was altered is in both lists, as it was and as it is.</summary>
    internal void CompareTo(AlertMap before, List<PackedAlert> gone, List<PackedAlert> come) => HashTrie<PackedAlert>.Compare(before.byId, byId, gone, come);

    internal AlertMap With(PackedAlert alert)
    {
        var id = alert.Id;
        var before = Get(id);
        return new AlertMap(byId.With(HashOf(id), before, alert), bySeries.With(HashOfSeries(alert), before, alert));
    }

    internal AlertMap Without(string id) => Get(id) is { } before
        ? new AlertMap(byId.With(HashOf(id), before, null), bySeries.With(HashOfSeries(before), before, null))
        : this;

    private static int HashOf(string id) => string.GetHashCode(id, StringComparison.Ordinal);

    private static int HashOf(string rule, string series) => (string.GetHashCode(rule, StringComparison.Ordinal) * 31) ^ string.GetHashCode(series, StringComparison.Ordinal);

    private static int HashOfSeries(PackedAlert alert) => (string.GetHashCode(alert.RuleId, StringComparison.Ordinal) * 31) ^ alert.SeriesHash;

    private PackedAlert? Get(string id)
    {
        foreach (var alert in byId.Bucket(HashOf(id)))
        {
            if (alert.HasId(id))
            {
                return alert;
            }
        }

        return null;
    }
}
