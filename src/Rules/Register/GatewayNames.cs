namespace PingAnIoT.Rules;

/// <summary>
/// Gateway names to small numbers, and sets of gateways to numbers below 0.
/// Threading: one writer at a time (the register's lock); readers need none.
/// </summary>
internal sealed class GatewayNames
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> setIndexes = new(StringComparer.Ordinal);
    private volatile int[][] sets = [[]];

    /// <returns>The number of the gateway, or -1 when no device names it.</returns>
    public int Find(string gateway) => indexes.GetValueOrDefault(gateway, -1);

    /// <summary>Numbers the owner or owners of a device: the gateway's own number when it is one, else <c>~set</c>. Set 0 is empty.</summary>
    public int Intern(IReadOnlyList<string> gateways)
    {
        if (gateways.Count == 1)
        {
            return InternOne(gateways[0]);
        }

        var members = new int[gateways.Count];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = InternOne(gateways[i]);
        }

        if (members.Length == 0)
        {
            return ~0;
        }

        var key = string.Join(';', members);
        if (!setIndexes.TryGetValue(key, out var set))
        {
            set = sets.Length;
            sets = [.. sets, members];
            setIndexes.Add(key, set);
        }

        return ~set;
    }

    public bool Includes(int owner, int gateway) =>
        owner >= 0 ? owner == gateway : gateway >= 0 && sets[~owner].AsSpan().Contains(gateway);

    private int InternOne(string gateway)
    {
        if (!indexes.TryGetValue(gateway, out var index))
        {
            index = indexes.Count;
            indexes[gateway] = index;
        }

        return index;
    }
}
