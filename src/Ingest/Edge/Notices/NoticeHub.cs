using System.Buffers;
using System.Text.Json;

namespace PingAnIoT.Ingest;

/// <summary>
/// Tells a gateway what of its own was refused and why: one JSON notice a batch, on <c>pingan/v1/{gateway}/notice</c>.
/// Threading: any thread.
/// </summary>
internal sealed class NoticeHub(SessionStore sessions)
{
    private const int MessagesPerNotice = 16;
    private const int RefusalsPerMessage = 8;
    private const int TopicBytesShown = 256;

    /// <summary>Posts what was refused of the batch; costs next to nothing when nobody listens.</summary>
    public void Post(string gateway, MessageBatch batch)
    {
        var subscribers = sessions.Subscribers(gateway);
        if (subscribers.Count == 0)
        {
            return;
        }

        var payload = Write(batch);
        foreach (var subscriber in subscribers)
        {
            subscriber.Deliver(payload);
        }
    }

    private static ReadOnlyMemory<byte> Write(MessageBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("received_us", batch.Context.ReceiveTimeMicros);
        json.WriteStartArray("refused");
        var left = 0;
        var shown = 0;
        var records = new MessageRecords(batch.Records);
        foreach (ref readonly var outcome in batch.Outcomes)
        {
            records.MoveNext();
            if (outcome.RefusalCount == 0)
            {
                continue;
            }

            if (shown == MessagesPerNotice)
            {
                left++;
                continue;
            }

            shown++;
            WriteMessage(json, records.Topic, outcome, batch.Refusals.Slice(outcome.RefusalStart, outcome.RefusalCount));
        }

        json.WriteEndArray();
        json.WriteNumber("more", left);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteMessage(Utf8JsonWriter json, ReadOnlySpan<byte> topic, in MessageOutcome outcome, ReadOnlySpan<Refusal> refusals)
    {
        json.WriteStartObject();
        if (topic.Length <= TopicBytesShown)
        {
            json.WriteString("topic", topic);
        }

        json.WriteNumber("packet", outcome.PacketId);
        json.WriteBoolean("accepted", outcome.Reason == RefusalReason.None);
        json.WriteNumber("count", refusals.Length);
        json.WriteStartArray("reasons");
        foreach (var refusal in refusals[..Math.Min(refusals.Length, RefusalsPerMessage)])
        {
            json.WriteStartObject();
            json.WriteString("reason", RefusalCodes.Word(refusal.Reason));
            json.WriteNumber("offset", refusal.PayloadOffset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
