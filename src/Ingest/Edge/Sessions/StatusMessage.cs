namespace PingAnIoT.Ingest;

/// <summary>Birth and will: <c>online</c> or <c>offline</c> on <c>pingan/v1/{gateway}/status</c>.</summary>
internal static class StatusMessage
{
    /// <summary>Whether it is some gateway's status topic.</summary>
    public static bool IsTopic(ReadOnlySpan<byte> topic) =>
        topic.StartsWith("pingan/v1/"u8) && topic.EndsWith("/status"u8) && topic.Count((byte)'/') == 3;

    public static bool TryRead(ReadOnlySpan<byte> payload, out bool online)
    {
        online = payload.SequenceEqual("online"u8);
        return online || payload.SequenceEqual("offline"u8);
    }
}
