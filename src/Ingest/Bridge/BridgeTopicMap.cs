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
        levels = route.Topic.Split('/');
        if (route.Topic.Length == 0 || levels.Any(level => level is "#" || (level.AsSpan().ContainsAny("+#{}") && level != "+" && !IsName(level))))
        {
            throw new ArgumentException($"Bridge route '{route.Topic}': a level is text, + or one of {{gateway}}, {{kind}}, {{device}}.", nameof(route));
        }

        gateway = Find("gateway", route.Gateway, route.Topic);
        kind = Find("kind", route.Kind, route.Topic);
        device = Find("device", route.Device, route.Topic);
        if (!gateway.IsGiven || kind.IsGiven != device.IsGiven)
        {
            throw new ArgumentException(
                $"Bridge route '{route.Topic}': needs a gateway, and kind and device both or neither, each in the topic or fixed.", nameof(route));
        }

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

    private static bool IsName(string level) => level is "{gateway}" or "{kind}" or "{device}";

    private Source Find(string name, string? fixedValue, string pattern)
    {
        var level = Array.IndexOf(levels, "{" + name + "}");
        if ((level >= 0 && fixedValue is not null) || level != Array.LastIndexOf(levels, "{" + name + "}"))
        {
            throw new ArgumentException($"Bridge route '{pattern}': the {name} is given twice.", nameof(pattern));
        }

        return new Source(level, fixedValue);
    }

    private readonly record struct Source(int Level, string? Fixed)
    {
        public bool IsGiven => Level >= 0 || Fixed is not null;

        public string Of(string[] topicLevels) => Level >= 0 ? topicLevels[Level] : Fixed!;
    }
}
