using System.Collections.Frozen;

namespace PingAnIoT.Alerts;

/// <summary>A district, street, community or grid.</summary>
/// <param name="Path">Its key: <see cref="TerritoryPath.Rule"/>; never "".</param>
/// <param name="NameZh">May be empty.</param>
/// <param name="NameEn">May be empty.</param>
/// <param name="Neighbours">As the file gives them; empty where it gives none.</param>
public sealed record Territory(string Path, string NameZh, string NameEn, IReadOnlyList<string> Neighbours);

/// <summary>All territories of the city by their names. Immutable; read from any thread.</summary>
public sealed class TerritoryTree
{
    private readonly FrozenDictionary<string, Territory> byPath;
    private readonly FrozenDictionary<string, string[]> children;
    private readonly FrozenDictionary<string, string[]> givenBy;

    /// <param name="territories">Each path once, and of each its parent.</param>
    public TerritoryTree(IReadOnlyCollection<Territory> territories)
    {
        byPath = territories.ToFrozenDictionary(t => t.Path, StringComparer.Ordinal);
        children = territories.GroupBy(t => TerritoryPath.Parent(t.Path)!, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Select(t => t.Path).Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        givenBy = territories.SelectMany(t => t.Neighbours.Select(n => (Neighbour: n, Of: t.Path))).GroupBy(p => p.Neighbour, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Select(p => p.Of).ToArray(), StringComparer.Ordinal);
        All = [.. territories.OrderBy(t => t.Path, StringComparer.Ordinal)];
    }

    /// <summary>Nothing is known of territories but their paths.</summary>
    public static TerritoryTree Empty { get; } = new([]);

    /// <summary>By path.</summary>
    public IReadOnlyList<Territory> All { get; }

    public Territory? Find(string path) => byPath.GetValueOrDefault(path);

    /// <summary>True for the city, for what the file has, and for everything where there is no file.</summary>
    public bool Knows(string path) => path.Length == 0 || All.Count == 0 || byPath.ContainsKey(path);

    public IReadOnlyList<string> ChildrenOf(string path) => children.GetValueOrDefault(path) ?? [];

    /// <summary>Those that the file gives; else the others of the same parent, by path.</summary>
    public IReadOnlyList<string> NeighboursOf(string path) => Find(path) switch
    {
        null => [],
        { Neighbours: { Count: > 0 } given } => given,
        _ => [.. ChildrenOf(TerritoryPath.Parent(path)!).Where(c => c != path)],
    };

    /// <summary>Those whose neighbour it is.</summary>
    public IEnumerable<string> NeighboursTo(string path) => Find(path) is null
        ? []
        : ChildrenOf(TerritoryPath.Parent(path)!).Where(c => c != path && byPath[c].Neighbours.Count == 0).Concat(givenBy.GetValueOrDefault(path) ?? []);
}
