using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>Walks <see cref="MessageBatch.Records"/>, live or as read back from the journal.</summary>
public ref struct MessageRecords(ReadOnlySpan<byte> records)
{
    /// <summary>What stands before a message's topic and payload.</summary>
    internal const int HeaderBytes = 8;

    private ReadOnlySpan<byte> rest = records;

    public PayloadFormat Format { get; private set; }

    public RefusalReason Reason { get; private set; }

    public ReadOnlySpan<byte> Topic { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <returns>False at the end, or where the bytes do not make a record.</returns>
    public bool MoveNext()
    {
        if (rest.Length < HeaderBytes)
        {
            return false;
        }

        var topicBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
        var payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        if (payloadBytes < 0 || rest.Length - HeaderBytes - topicBytes < payloadBytes)
        {
            return false;
        }

        Format = (PayloadFormat)rest[0];
        Reason = (RefusalReason)rest[1];
        Topic = rest.Slice(HeaderBytes, topicBytes);
        Payload = rest.Slice(HeaderBytes + topicBytes, payloadBytes);
        rest = rest[(HeaderBytes + topicBytes + payloadBytes)..];
        return true;
    }
}
