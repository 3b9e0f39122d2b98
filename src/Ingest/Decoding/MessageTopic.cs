using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>A topic taken apart: <c>pingan/v1/{gateway}/{kind}/{device}</c>, or <c>pingan/v1/{gateway}</c> for a pack, or <c>pingan/v1/{gateway}/status</c>.</summary>
internal readonly ref struct MessageTopic
{
    private MessageTopic(ReadOnlySpan<byte> kindAndDevice, int slash)
    {
        KindAndDevice = kindAndDevice;
        Kind = kindAndDevice[..slash];
        Device = kindAndDevice[(slash + 1)..];
    }

    /// <summary>What every topic of ours begins with.</summary>
    public static ReadOnlySpan<byte> Root => "pingan/v1/"u8;

    private static ReadOnlySpan<byte> StatusLevel => "/status"u8;

    public bool IsPack => KindAndDevice.IsEmpty && !IsStatus;

    /// <summary>The gateway speaks of itself.</summary>
    public bool IsStatus { get; private init; }

    /// <summary><c>{kind}/{device}</c>; empty for a pack and a status.</summary>
    public ReadOnlySpan<byte> KindAndDevice { get; }

    public ReadOnlySpan<byte> Kind { get; }

    public ReadOnlySpan<byte> Device { get; }

    /// <summary>What every topic of a gateway begins with.</summary>
    public static byte[] PrefixOf(string gateway) => [.. Root, .. Encoding.UTF8.GetBytes(gateway)];

    /// <param name="topic">As published.</param>
    /// <param name="prefix">From <see cref="PrefixOf"/>: compared byte for byte, so no case folding and no Unicode forms.</param>
    /// <param name="parsed">Its parts, when it is one of ours.</param>
    /// <returns><see cref="RefusalReason.None"/> when the topic has the right shape and gateway; kind and device are not looked at.</returns>
    public static RefusalReason TryParse(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> prefix, out MessageTopic parsed)
    {
        parsed = default;
        if (!topic.StartsWith(prefix))
        {
            return Explain(topic);
        }

        var rest = topic[prefix.Length..];
        if (rest.IsEmpty)
        {
            return RefusalReason.None;
        }

        if (rest[0] != '/')
        {
            return Explain(topic);
        }

        if (rest.SequenceEqual(StatusLevel))
        {
            parsed = new MessageTopic { IsStatus = true };
            return RefusalReason.None;
        }

        var kindAndDevice = rest[1..];
        var slash = kindAndDevice.IndexOf((byte)'/');
        if (slash < 0 || kindAndDevice[(slash + 1)..].Contains((byte)'/'))
        {
            return RefusalReason.TopicUnknown;
        }

        parsed = new MessageTopic(kindAndDevice, slash);
        return RefusalReason.None;
    }

    /// <summary>Someone else's gateway in a topic of the right shape, or no topic of ours at all.</summary>
    private static RefusalReason Explain(ReadOnlySpan<byte> topic)
    {
        if (!topic.StartsWith(Root))
        {
            return RefusalReason.TopicUnknown;
        }

        var rest = topic[Root.Length..];
        var slashes = rest.Count((byte)'/');
        return rest.IsEmpty || rest[0] == '/' || !(slashes is 0 or 2 || (slashes == 1 && rest.EndsWith(StatusLevel))) ? RefusalReason.TopicUnknown : RefusalReason.GatewayForeign;
    }
}
