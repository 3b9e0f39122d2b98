using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// Of each maintenance window the live alerts that are under it: its end looks at those and not at the whole book. A fold of the live alerts alone,
/// so that it is the same after a restart. Threading: owned by the writer.
/// </summary>
internal sealed class WindowIndex
{
    private static readonly ImmutableHashSet<string> Nobody = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private ImmutableDictionary<long, ImmutableHashSet<string>> drafted = ImmutableDictionary<long, ImmutableHashSet<string>>.Empty;
    private ImmutableDictionary<long, ImmutableHashSet<string>> committed = ImmutableDictionary<long, ImmutableHashSet<string>>.Empty;

    /// <summary>Ids, in no order.</summary>
    public ImmutableHashSet<string> Under(long window) => drafted.GetValueOrDefault(window, Nobody);

    /// <summary>An alert is different now.</summary>
    /// <param name="before">Null for a new one.</param>
    /// <param name="after">As it is.</param>
    public void Apply(Alert? before, Alert after)
    {
        var was = before is { IsLive: true } ? before.Maintenance?.Window : null;
        var now = after.IsLive ? after.Maintenance?.Window : null;
        if (was == now)
        {
            return;
        }

        if (was is { } left)
        {
            var those = Under(left).Remove(after.Id);
            drafted = those.IsEmpty ? drafted.Remove(left) : drafted.SetItem(left, those);
        }

        if (now is { } joined)
        {
            drafted = drafted.SetItem(joined, Under(joined).Add(after.Id));
        }
    }

    public void Clear() => drafted = committed = drafted.Clear();

    public void Commit() => committed = drafted;

    public void Rollback() => drafted = committed;
}
