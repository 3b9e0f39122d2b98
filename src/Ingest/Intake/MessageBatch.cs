using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What became of one message.</summary>
/// <param name="PacketId">The MQTT packet identifier (or the bridge's own number); 0 at QoS 0.</param>
/// <param name="Reason"><see cref="RefusalReason.None"/> when accepted.</param>
/// <param name="RefusalStart">Index of its first entry in <see cref="MessageBatch.Refusals"/>.</param>
/// <param name="RefusalCount">How many of its readings were refused; also above 0 for an accepted message.</param>
public readonly record struct MessageOutcome(ushort PacketId, RefusalReason Reason, int RefusalStart, int RefusalCount);

/// <summary>Where a batch goes when all is done with it.</summary>
internal interface ILaneOwner
{
    void GiveBack(MessageBatch batch);
}

/// <summary>
/// Messages of one source that were received together: decoded as they are added, journaled as one entry, acknowledged as one.
/// Rented from an <see cref="IntakeLane"/>; owned by the source until submitted, by the intake after.
/// </summary>
public sealed class MessageBatch(MessageDecoder decoder)
{
    /// <summary>Most messages in one batch.</summary>
    public const int CapacityMessages = 1024;

    /// <summary>Most bytes of topics and payloads in one batch, unless a single message is larger.</summary>
    public const int CapacityBytes = 64 * 1024;

    private const int SmallestBytes = 4096;
    private const int WasteFactor = 16;
    private readonly List<MessageOutcome> outcomes = [];
    private readonly List<Refusal> refusals = [];
    private byte[] records = new byte[SmallestBytes];
    private int recordsLength;
    private int recentLength;
    private MessageContext context;
    private int stages;

    /// <summary>When true, submit before adding more.</summary>
    public bool IsFull => outcomes.Count >= CapacityMessages || recordsLength >= CapacityBytes;

    public int Count => outcomes.Count;

    /// <summary>Of the first message; each further one counts as received a microsecond after the one before, here and in a replay.</summary>
    public MessageContext Context => context;

    /// <summary>The first receive time that is free after its messages'.</summary>
    internal long EndTimeMicros => context.ReceiveTimeMicros + outcomes.Count;

    public ReadOnlySpan<MessageOutcome> Outcomes => CollectionsMarshal.AsSpan(outcomes);

    public ReadOnlySpan<Refusal> Refusals => CollectionsMarshal.AsSpan(refusals);

    /// <summary>Everything decoded so far, in the order of the messages.</summary>
    public ReadingBatch Readings { get; } = new();

    /// <summary>Messages accepted so far; the rest of <see cref="Count"/> was refused whole.</summary>
    public int AcceptedCount { get; private set; }

    /// <summary>What the decoder threw last, while it should never throw; null for nothing.</summary>
    internal Exception? Defect { get; private set; }

    /// <summary>How many of its messages met such a defect.</summary>
    internal int DefectCount { get; private set; }

    /// <summary>What the gateway last said of itself in it; null for nothing.</summary>
    internal bool? GatewayOnline { get; private set; }

    /// <summary>The lane it goes back to when every stage is done with it.</summary>
    internal ILaneOwner? Owner { get; init; }

    /// <summary>Which shard each of its readings is for, where there are several; filled by the router, whose room it is.</summary>
    internal byte[] ShardNumbers { get; set; } = [];

    /// <summary>
    /// The messages as the journal keeps them, one after the other:
    /// u8 <see cref="PayloadFormat"/>, u8 <see cref="RefusalReason"/>, u16 topic bytes, u32 payload bytes, topic, payload (little-endian).
    /// </summary>
    public ReadOnlySpan<byte> Records => records.AsSpan(0, recordsLength);

    /// <summary>Decodes one message and copies its bytes. Never refuses to take it: what cannot be read becomes a dead letter.</summary>
    /// <param name="topic">UTF-8, already checked by the protocol layer; at most 65,535 bytes.</param>
    /// <param name="payload">As received.</param>
    /// <param name="format">From the MQTT 5 content type, or <see cref="PayloadFormat.Detect"/>.</param>
    /// <param name="packetId">Comes back in <see cref="MessageOutcome.PacketId"/>.</param>
    /// <param name="refusal">A reason the protocol layer already knows (then it is not decoded), else None.</param>
    public void Add(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format, ushort packetId, RefusalReason refusal = RefusalReason.None)
    {
        var start = refusals.Count;
        if (refusal == RefusalReason.None)
        {
            refusal = Decode(topic, payload, format);
            if (refusal == RefusalReason.None && Readings.Readings[^1].IsForEveryShard)
            {
                GatewayOnline = Readings.Readings[^1].Value != 0;
            }
        }
        else
        {
            refusals.Add(new Refusal(refusal, 0));
        }

        AppendRecord(topic, payload, format, refusal);
        AcceptedCount += refusal == RefusalReason.None ? 1 : 0;
        outcomes.Add(new MessageOutcome(packetId, refusal, start, refusals.Count - start));
    }

    /// <summary>
    /// Takes a message in again that the journal has, with the verdict of the day: what was refused stays refused, whatever has been registered since.
    /// </summary>
    internal void AddReplayed(in MessageRecords record)
    {
        if (record.Reason == RefusalReason.None)
        {
            Add(record.Topic, record.Payload, record.Format, 0);
            return;
        }

        var (readings, start) = (Readings.Count, refusals.Count);
        if (Decode(record.Topic, record.Payload, record.Format) != record.Reason)
        {
            Readings.Truncate(readings);
            refusals.RemoveRange(start, refusals.Count - start);
            refusals.Add(new Refusal(record.Reason, 0));
        }

        AppendRecord(record.Topic, record.Payload, record.Format, record.Reason);
        outcomes.Add(new MessageOutcome(0, record.Reason, start, refusals.Count - start));
    }

    /// <summary>Makes it fresh for the next use.</summary>
    internal void Reset(in MessageContext next)
    {
        context = next;
        recentLength = Math.Max(recordsLength, recentLength - (recentLength / WasteFactor));
        if (records.Length > SmallestBytes && records.Length / WasteFactor > recentLength)
        {
            // One large message must not keep its room for ever; but what was needed lately will be again.
            records = new byte[records.Length / 2];
        }

        recordsLength = 0;
        AcceptedCount = 0;
        GatewayOnline = null;
        Defect = null;
        DefectCount = 0;
        outcomes.Clear();
        refusals.Clear();
        Readings.Clear();
    }

    /// <summary>How many stages after the commit will work on it; each says <see cref="StageDone"/> once.</summary>
    internal void BeginStages(int count) => Volatile.Write(ref stages, count);

    /// <summary>One more stage needs it; only while another still does.</summary>
    internal void AddStage() => Interlocked.Increment(ref stages);

    /// <summary>The last stage gives it back to its lane: that is the credit.</summary>
    internal void StageDone()
    {
        if (Interlocked.Decrement(ref stages) == 0)
        {
            Owner?.GiveBack(this);
        }
    }

    /// <summary>
    /// Decodes the next message at a time of its own: of two readings of one series at the same time the second would count as a repeat of the first.
    /// A decoder that throws has a defect, and would again if the message were sent again: it is refused, and kept for repair.
    /// </summary>
    private RefusalReason Decode(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format)
    {
        var (readings, start) = (Readings.Count, refusals.Count);
        try
        {
            return decoder.Decode(context with { ReceiveTimeMicros = EndTimeMicros }, topic, payload, format, Readings, refusals);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Defect = e;
            DefectCount++;
            Readings.Truncate(readings);
            refusals.RemoveRange(start, refusals.Count - start);
            refusals.Add(new Refusal(RefusalReason.Undecodable, 0));
            return RefusalReason.Undecodable;
        }
    }

    private void AppendRecord(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format, RefusalReason reason)
    {
        var length = MessageRecords.HeaderBytes + topic.Length + payload.Length;
        if (records.Length - recordsLength < length)
        {
            Array.Resize(ref records, Math.Max(records.Length * 2, recordsLength + length));
        }

        var record = records.AsSpan(recordsLength, length);
        record[0] = (byte)format;
        record[1] = (byte)reason;
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], (ushort)topic.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], payload.Length);
        topic.CopyTo(record[MessageRecords.HeaderBytes..]);
        payload.CopyTo(record[(MessageRecords.HeaderBytes + topic.Length)..]);
        recordsLength += length;
    }
}
