using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>A topic taken apart: <c>pingan/v1/{gateway}/{kind}/{device}</c>, or <c>pingan/v1/{gateway}</c> for a pack.</summary>
internal readonly ref struct MessageTopic
{
    private MessageTopic(ReadOnlySpan<byte> kindAndDevice, int slash)
    {
        KindAndDevice = kindAndDevice;
        Kind = kindAndDevice[..slash];
        Device = kindAndDevice[(slash + 1)..];
    }

    public bool IsPack => KindAndDevice.IsEmpty;

    /// <summary><c>{kind}/{device}</c>; empty for a pack.</summary>
    public ReadOnlySpan<byte> KindAndDevice { get; }

    public ReadOnlySpan<byte> Kind { get; }

    public ReadOnlySpan<byte> Device { get; }

    /// <summary>What every topic of a gateway begins with.</summary>
    public static byte[] PrefixOf(string gateway) => Encoding.UTF8.GetBytes("pingan/v1/" + gateway);

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
        if (!topic.StartsWith("pingan/v1/"u8))
        {
            return RefusalReason.TopicUnknown;
        }

        var rest = topic["pingan/v1/"u8.Length..];
        var slashes = rest.Count((byte)'/');
        return rest.IsEmpty || rest[0] == '/' || slashes is not (0 or 2) ? RefusalReason.TopicUnknown : RefusalReason.GatewayForeign;
    }
}
