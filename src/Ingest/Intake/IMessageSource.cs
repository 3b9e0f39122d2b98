namespace PingAnIoT.Ingest;

/// <summary>Who messages come from and who is told that they are safe: an MQTT session, or the bridge.</summary>
public interface IMessageSource
{
    /// <summary>The gateway's name, from its credential (or from the bridge's mapping).</summary>
    string Gateway { get; }

    /// <summary>
    /// All of the batch is on disk: acknowledge it. Called in the order of submission, never at the same time for one source.
    /// Must not block and must not throw; the batch's contents are only valid during the call.
    /// </summary>
    void OnDurable(MessageBatch batch);
}
