using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>One route of the bridge, understood: from a foreign topic to a gateway and one of our topics. Immutable.</summary>
internal sealed class BridgeTopicMap
{
    private readonly string[] levels;
    private readonly Source gateway;
    private readonly Source kind;
    private readonly Source device;

    /// <exception cref="ArgumentException">The route cannot work; the message says why.</exception>
    public BridgeTopicMap(BridgeRoute route)
    {
        if (Check(route) is { } error)
        {
            throw new ArgumentException("Bridge " + error, nameof(route));
        }

        levels = route.Topic.Split('/');
        gateway = Find(levels, "gateway", route.Gateway);
        kind = Find(levels, "kind", route.Kind);
        device = Find(levels, "device", route.Device);
        Filter = string.Join('/', levels.Select(level => IsName(level) ? "+" : level));
    }

    /// <summary>What to subscribe to.</summary>
    public string Filter { get; }

    /// <summary>Maps a topic.</summary>
    /// <param name="topicLevels">The foreign topic, split at '/'.</param>
    /// <param name="gatewayName">The gateway, whose name is valid.</param>
    /// <param name="topic">One of our topics.</param>
    /// <returns>False when this route is not the topic's.</returns>
    public bool TryMap(string[] topicLevels, out string gatewayName, out byte[] topic)
    {
        gatewayName = "";
        topic = [];
        if (topicLevels.Length != levels.Length)
        {
            return false;
        }

        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i] != "+" && !IsName(levels[i]) && levels[i] != topicLevels[i])
            {
                return false;
            }
        }

        gatewayName = gateway.Of(topicLevels);
        if (!DeviceRegister.IsValidName(gatewayName))
        {
            return false;
        }

        topic = Encoding.UTF8.GetBytes(
            kind.IsGiven ? $"pingan/v1/{gatewayName}/{kind.Of(topicLevels)}/{device.Of(topicLevels)}" : $"pingan/v1/{gatewayName}");
        return true;
    }

    /// <returns>Why the route cannot work; null when it can.</returns>
    public static string? Check(BridgeRoute route)
    {
        var levels = route.Topic.Split('/');
        if (route.Topic.Length == 0 || levels.Any(level => level is "#" || (level.AsSpan().ContainsAny("+#{}") && level != "+" && !IsName(level))))
        {
            return $"route '{route.Topic}': a level is text, + or one of {{gateway}}, {{kind}}, {{device}}.";
        }

        foreach (var (name, fixedValue) in new[] { ("gateway", route.Gateway), ("kind", route.Kind), ("device", route.Device) })
        {
            if (levels.Count(level => level == "{" + name + "}") + (fixedValue is null ? 0 : 1) > 1)
            {
                return $"route '{route.Topic}': the {name} is given twice.";
            }
        }

        var isGateway = Find(levels, "gateway", route.Gateway).IsGiven;
        var isKind = Find(levels, "kind", route.Kind).IsGiven;
        return isGateway && isKind == Find(levels, "device", route.Device).IsGiven ? null
            : $"route '{route.Topic}': needs a gateway, and kind and device both or neither, each in the topic or fixed.";
    }

    private static bool IsName(string level) => level is "{gateway}" or "{kind}" or "{device}";

    private static Source Find(string[] levels, string name, string? fixedValue) => new(Array.IndexOf(levels, "{" + name + "}"), fixedValue);

    private readonly record struct Source(int Level, string? Fixed)
    {
        public bool IsGiven => Level >= 0 || Fixed is not null;

        public string Of(string[] topicLevels) => Level >= 0 ? topicLevels[Level] : Fixed!;
    }
}
