using System.Buffers;

namespace PingAnIoT.Ingest;

/// <summary>What a look at the bytes at hand gave.</summary>
internal enum FrameStatus
{
    /// <summary>The packet has not all arrived. Nothing was consumed.</summary>
    Incomplete,
    Complete,

    /// <summary>See <see cref="MqttPacketReader.Error"/>; said as soon as the fixed header shows it, before the rest is waited for.</summary>
    Refused,
}

/// <summary>One packet. <see cref="Body"/> is only valid until the next one is read.</summary>
internal readonly ref struct MqttFrame(byte header, ReadOnlySpan<byte> body)
{
    public byte Header { get; } = header;

    public MqttPacketType Type => (MqttPacketType)(Header >> 4);

    public ReadOnlySpan<byte> Body { get; } = body;
}

/// <summary>Memory of one connection for the packets that straddle two segments of the pipe; larger ones go back to the pool after use.</summary>
internal sealed class MqttScratch : IDisposable
{
    private const int KeptBytes = 16 * 1024;
    private byte[] bytes = [];

    public Span<byte> Take(int length)
    {
        if (bytes.Length < length)
        {
            Dispose();
            bytes = ArrayPool<byte>.Shared.Rent(length);
        }

        return bytes.AsSpan(0, length);
    }

    public void Trim()
    {
        if (bytes.Length > KeptBytes)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }
    }
}

/// <summary>
/// Cuts what the pipe holds into packets without copying, except those that straddle two segments.
/// The fixed header alone decides whether a packet will be waited for, so a claimed length allocates nothing.
/// </summary>
internal ref struct MqttPacketReader
{
    private const int HeaderCapacity = 5;
    private readonly MqttScratch scratch;
    private readonly MqttVersion? version;
    private readonly int limitBytes;
    private ReadOnlySequence<byte> sequence;
    private ReadOnlySpan<byte> head;
    private int headConsumed;

    /// <param name="buffer">What the pipe holds.</param>
    /// <param name="version">Null before CONNECT: then only that is taken.</param>
    /// <param name="limitBytes">Most bytes a packet may have, its fixed header included.</param>
    /// <param name="scratch">The connection's.</param>
    public MqttPacketReader(in ReadOnlySequence<byte> buffer, MqttVersion? version, int limitBytes, MqttScratch scratch)
    {
        sequence = buffer;
        head = buffer.FirstSpan;
        this.version = version;
        this.limitBytes = limitBytes;
        this.scratch = scratch;
    }

    /// <summary>Why the packet was refused.</summary>
    public MqttReason Error { get; private set; }

    /// <summary>Just after the last packet read.</summary>
    public readonly SequencePosition Consumed => sequence.GetPosition(headConsumed);

    public FrameStatus TryRead(out MqttFrame frame)
    {
        frame = default;
        var available = head[headConsumed..];
        if (available.Length >= HeaderCapacity || sequence.IsSingleSegment)
        {
            var status = ReadHeader(available, out var headerLength, out var bodyLength);
            if (status != FrameStatus.Complete)
            {
                return status;
            }

            if (bodyLength <= available.Length - headerLength)
            {
                frame = new MqttFrame(available[0], available.Slice(headerLength, bodyLength));
                headConsumed += headerLength + bodyLength;
                return FrameStatus.Complete;
            }
        }

        return sequence.IsSingleSegment ? FrameStatus.Incomplete : ReadAcrossSegments(out frame);
    }

    private FrameStatus ReadAcrossSegments(out MqttFrame frame)
    {
        frame = default;
        sequence = sequence.Slice(headConsumed);
        head = sequence.FirstSpan;
        headConsumed = 0;
        Span<byte> start = stackalloc byte[HeaderCapacity];
        var length = (int)Math.Min(HeaderCapacity, sequence.Length);
        sequence.Slice(0, length).CopyTo(start);
        var status = ReadHeader(start[..length], out var headerLength, out var bodyLength);
        if (status != FrameStatus.Complete)
        {
            return status;
        }

        if (sequence.Length < headerLength + bodyLength)
        {
            return FrameStatus.Incomplete;
        }

        var body = scratch.Take(bodyLength);
        sequence.Slice(headerLength, bodyLength).CopyTo(body);
        frame = new MqttFrame(start[0], body);
        sequence = sequence.Slice(headerLength + bodyLength);
        head = sequence.FirstSpan;
        return FrameStatus.Complete;
    }

    private FrameStatus ReadHeader(scoped ReadOnlySpan<byte> bytes, out int headerLength, out int bodyLength)
    {
        headerLength = 0;
        bodyLength = 0;
        if (bytes.IsEmpty)
        {
            return FrameStatus.Incomplete;
        }

        var error = MqttHeader.Check(bytes[0], version);
        if (error != MqttReason.Success)
        {
            return Refuse(error);
        }

        for (var i = 1; i < bytes.Length && i < HeaderCapacity; i++)
        {
            bodyLength |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if (bytes[i] < 0x80)
            {
                headerLength = i + 1;
                // Version 5 alone asks for the shortest form [MQTT-1.5.5-1].
                return i > 1 && bytes[i] == 0 && version == MqttVersion.V5 ? Refuse(MqttReason.Malformed)
                    : headerLength + bodyLength > limitBytes ? Refuse(MqttReason.PacketTooLarge)
                    : FrameStatus.Complete;
            }
        }

        return bytes.Length >= HeaderCapacity ? Refuse(MqttReason.Malformed) : FrameStatus.Incomplete;
    }

    private FrameStatus Refuse(MqttReason reason)
    {
        Error = reason;
        return FrameStatus.Refused;
    }
}

/// <summary>The first byte of a packet: its type and the flags that go with it (MQTT 5 section 2.1).</summary>
internal static class MqttHeader
{
    public static MqttReason Check(byte header, MqttVersion? version)
    {
        if (version is null)
        {
            return header == (byte)MqttPacketType.Connect << 4 ? MqttReason.Success
                : header >> 4 == (byte)MqttPacketType.Connect ? MqttReason.Malformed : MqttReason.ProtocolError;
        }

        var flags = header & 0x0F;
        return (MqttPacketType)(header >> 4) switch
        {
            // QoS 3 is malformed [MQTT-3.3.1-4], and so is DUP at QoS 0 [MQTT-3.3.1-2].
            MqttPacketType.Publish => (flags & 0x06) == 0x06 || (flags & 0x0E) == 0x08 ? MqttReason.Malformed : MqttReason.Success,
            MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe =>
                flags == 2 ? MqttReason.Success : MqttReason.Malformed,
            default(MqttPacketType) => MqttReason.Malformed,
            MqttPacketType.Auth when version == MqttVersion.V311 => MqttReason.Malformed,
            MqttPacketType.ConnAck or MqttPacketType.SubAck or MqttPacketType.UnsubAck or MqttPacketType.PingResp =>
                MqttReason.ProtocolError,
            _ => flags == 0 ? MqttReason.Success : MqttReason.Malformed,
        };
    }
}
