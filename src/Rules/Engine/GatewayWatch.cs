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

    /// <summary>By the number that <see cref="GroupOf"/> gave.</summary>
    public List<Group> Groups { get; } = [];

    public IEnumerable<Gateway> Gateways => gateways.Values;

    /// <summary>The group of a device; made when first asked for.</summary>
    public int GroupOf(IReadOnlyList<string> names)
    {
        var key = names.Count == 1 ? names[0] : string.Join('\n', names);
        if (groupIds.TryGetValue(key, out var known))
        {
            return known;
        }

        var members = names.Distinct(StringComparer.Ordinal).Select(GatewayNamed).ToArray();
        var group = new Group(key, members)
        {
            Since = members.Select(m => m.ChangedAt).DefaultIfEmpty(-2 * capMicros).Max(),
        };
        group.Judge();
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

    internal sealed class Group(string key, Gateway[] members)
    {
        public string Key { get; } = key;

        public bool IsListening { get; private set; } = true;

        /// <summary>Listening time up to <see cref="Since"/>.</summary>
        public long Listened { get; set; }

        /// <summary>Server time from which <see cref="Listened"/> runs on while listening.</summary>
        public long Since { get; set; }

        /// <summary>Absences of the group's devices by the listening time at which they may be due.</summary>
        public DueWheel Timers { get; } = new();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long At(long serverTime) => IsListening ? Listened + Math.Max(0, serverTime - Since) : Listened;

        public void Judge() => IsListening = members.Any(m => m.IsOnline == true) || members.All(m => m.IsOnline != false);
    }
}
