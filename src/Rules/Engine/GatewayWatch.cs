using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Which gateways are online, and how long the engine has been listening through them. Devices that share the same gateways form a group;
/// a group listens while server time passes unless one of its gateways is known offline and none known online.
/// Every shard is sent every gateway's readings, so every shard has the same.
/// </summary>
internal sealed class GatewayWatch(long capMicros)
{
    private readonly Dictionary<string, Gateway> gateways = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> groupIds = new(StringComparer.Ordinal);

    // By group.
    private readonly FlatArray<ListeningClock> clocks = new();

    /// <summary>By the number that <see cref="GroupOf"/> gave.</summary>
    public List<Group> Groups { get; } = [];

    public IEnumerable<Gateway> Gateways => gateways.Values;

    /// <summary>Listening time of a group at a server time: <see cref="Group.At"/> without going from object to object, for every reading asks it.</summary>
    /// <param name="group">The number that <see cref="GroupOf"/> gave.</param>
    /// <param name="serverTime">0 and up.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ListeningAt(int group, long serverTime) => clocks[group].At(serverTime);

    /// <summary>The group of a device; made when first asked for.</summary>
    public int GroupOf(IReadOnlyList<string> names)
    {
        var key = string.Join('\n', names);
        if (groupIds.TryGetValue(key, out var known))
        {
            return known;
        }

        var members = names.Distinct(StringComparer.Ordinal).Select(GatewayNamed).ToArray();
        var group = new Group(Groups.Count, key, members)
        {
            Since = members.Select(m => m.ChangedAt).DefaultIfEmpty(-2 * capMicros).Max(),
        };
        group.Judge();
        clocks.Grow(Groups.Count + 1, default);
        clocks[Groups.Count] = group.Clock;
        foreach (var member in members)
        {
            member.Groups.Add(group);
        }

        groupIds.Add(key, Groups.Count);
        Groups.Add(group);
        return Groups.Count - 1;
    }

    /// <summary>A gateway's own reading: from here on its groups listen, or do not.</summary>
    public void Report(string name, bool online, long serverTime)
    {
        var gateway = GatewayNamed(name);
        gateway.IsOnline = online;
        gateway.ChangedAt = Math.Max(gateway.ChangedAt, serverTime);
        foreach (var group in gateway.Groups)
        {
            group.Listened = group.At(serverTime);
            group.Since = Math.Max(group.Since, serverTime);
            group.Judge();
            clocks[group.Number] = group.Clock;
        }
    }

    internal Gateway GatewayNamed(string name)
    {
        if (!gateways.TryGetValue(name, out var gateway))
        {
            gateway = new Gateway(name) { ChangedAt = -2 * capMicros };
            gateways.Add(name, gateway);
        }

        return gateway;
    }

    internal sealed class Gateway(string name)
    {
        public string Name { get; } = name;

        /// <summary>Null while nothing is known.</summary>
        public bool? IsOnline { get; set; }

        /// <summary>Server time of its last report.</summary>
        public long ChangedAt { get; set; }

        public List<Group> Groups { get; } = [];
    }

    internal sealed class Group(int number, string key, Gateway[] members)
    {
        public int Number { get; } = number;

        public string Key { get; } = key;

        public bool IsListening { get; private set; }

        /// <summary>Listening time up to <see cref="Since"/>.</summary>
        public long Listened { get; set; }

        /// <summary>Server time from which <see cref="Listened"/> runs on while listening.</summary>
        public long Since { get; set; }

        /// <summary>Absences of the group's devices by the listening time at which they may be due.</summary>
        public DueWheel Timers { get; } = new();

        public ListeningClock Clock => new(Listened, IsListening ? Since : ListeningClock.Stopped);

        public long At(long serverTime) => Clock.At(serverTime);

        public void Judge() => IsListening = members.Any(m => m.IsOnline == true) || members.All(m => m.IsOnline != false);
    }

    /// <summary>Listening time as it runs on with server time.</summary>
    /// <param name="Listened">Up to <paramref name="Since"/>.</param>
    /// <param name="Since">Server time from which it runs; <see cref="Stopped"/> where it does not.</param>
    internal readonly record struct ListeningClock(long Listened, long Since)
    {
        /// <summary>Later than any server time.</summary>
        public const long Stopped = long.MaxValue / 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long At(long serverTime) => Listened + Math.Max(0, serverTime - Since);
    }
}
