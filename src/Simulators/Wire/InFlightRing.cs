using System.Buffers.Binary;

namespace PingAnIoT.Simulators;

/// <summary>
/// Frames in the order they were published, kept until acknowledged: what is unsent, what is under way and what has to be sent
/// again after a lost connection are three ranges of one byte ring, so nothing is copied twice. It begins with nothing and grows
/// to what it is allowed: a hundred thousand idle connections have no rings.
/// Threading: owned by the client's pump thread.
/// </summary>
internal sealed class InFlightRing
{
    private const int PacketIds = 65_535;
    private const int FirstMessages = 16;
    private const int FirstBytes = 4096;
    private const int GrowBy = 4;
    private readonly int mostMessages;
    private readonly int mostBytes;
    private Entry[] entries = [];
    private byte[] bytes = [];
    private long head;
    private long sent;
    private long tail;
    private int sentBytesOfNext;
    private int writeOffset;
    private int wrapEnd;

    public InFlightRing(int messages, int capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messages, 32_768);
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        mostMessages = messages;
        mostBytes = capacityBytes;
        LimitMessages = messages;
    }

    /// <summary>May be lowered by the server's Receive Maximum.</summary>
    public int LimitMessages { get; set; }

    public int Count => (int)(tail - head);

    public bool HasUnsent => sent < tail;

    /// <summary>Copies a frame in and gives it its packet identifier.</summary>
    /// <returns>The frame's bytes in the ring, for patching before the next send; empty when the window is full.</returns>
    public Span<byte> TryAdd(ReadOnlySpan<byte> frame, int packetIdOffset, long tag, long now)
    {
        var target = TryReserve(frame.Length, packetIdOffset >= 0, tag, now, out var packetId);
        if (target.IsEmpty)
        {
            return default;
        }

        frame.CopyTo(target);
        if (packetIdOffset >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[packetIdOffset..], packetId);
        }

        return target;
    }

    /// <summary>Makes room for a frame that the caller writes, all of it, before the next send.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="isAwaited">Whether it is kept until acknowledged.</param>
    /// <param name="tag">Comes back with the acknowledgement.</param>
    /// <param name="now">So does this.</param>
    /// <param name="packetId">To be written into it, if it is awaited.</param>
    /// <returns>Empty when the window is full.</returns>
    public Span<byte> TryReserve(int length, bool isAwaited, long tag, long now, out ushort packetId)
    {
        packetId = (ushort)((tail % PacketIds) + 1);
        if (!HasRoom(length, out var offset))
        {
            return default;
        }

        entries[tail % entries.Length] = new Entry(offset, length, isAwaited, now, tag);
        tail++;
        writeOffset = offset + length;
        return bytes.AsSpan(offset, length);
    }

    /// <returns>Whether a frame of so many bytes would go in now. One larger than the whole ring goes in when it is empty.</returns>
    public bool HasRoom(int length) => HasRoom(length, out _);

    /// <summary>The longest run of unsent bytes that lie together.</summary>
    public ReadOnlySpan<byte> Unsent
    {
        get
        {
            if (!HasUnsent)
            {
                return default;
            }

            var start = entries[sent % entries.Length].Offset + sentBytesOfNext;
            var end = writeOffset > start ? writeOffset : wrapEnd;
            return bytes.AsSpan(start, end - start);
        }
    }

    public void Sent(int count)
    {
        sentBytesOfNext += count;
        while (sent < tail)
        {
            ref var entry = ref entries[sent % entries.Length];
            if (sentBytesOfNext < entry.Length)
            {
                break;
            }

            sentBytesOfNext -= entry.Length;
            sent++;
        }

        Release();
    }

    /// <returns>False when nothing of that identifier is under way.</returns>
    public bool TryAcknowledge(ushort packetId, out long tag, out long queued)
    {
        var ahead = (packetId - 1 - (head % PacketIds) + PacketIds) % PacketIds;
        var sequence = head + ahead;
        tag = 0;
        queued = 0;
        if (packetId == 0 || sequence >= sent)
        {
            return false;
        }

        ref var entry = ref entries[sequence % entries.Length];
        if (!entry.IsAwaited)
        {
            return false;
        }

        tag = entry.Tag;
        queued = entry.Queued;
        entry.IsAwaited = false;
        Release();
        return true;
    }

    /// <summary>The connection is lost: everything not acknowledged is to be sent again, marked as a possible duplicate.</summary>
    /// <returns>How many had been sent before.</returns>
    public int Rewind()
    {
        var again = 0;
        for (var i = head; i < sent; i++)
        {
            ref var entry = ref entries[i % entries.Length];
            if (entry.IsAwaited)
            {
                bytes[entry.Offset] |= 0x08;
                again++;
            }
        }

        sent = head;
        sentBytesOfNext = 0;
        return again;
    }

    private void Release()
    {
        while (head < sent && !entries[head % entries.Length].IsAwaited)
        {
            head++;
        }
    }

    private bool HasRoom(int length, out int offset)
    {
        offset = 0;
        if (Count >= LimitMessages)
        {
            return false;
        }

        while (Count == entries.Length || !TryPlace(length, out offset))
        {
            if (Count < entries.Length && bytes.Length >= mostBytes && (Count > 0 || length <= bytes.Length))
            {
                return false;
            }

            Grow(Count == 0 ? length : 0);
        }

        return true;
    }

    /// <summary>A larger ring with the same frames, one after the other.</summary>
    private void Grow(int length)
    {
        var wasFull = Count == entries.Length;
        var largerEntries = wasFull ? new Entry[Math.Min(Math.Max(FirstMessages, entries.Length * GrowBy), mostMessages)] : new Entry[entries.Length];
        var largerBytes = new byte[Math.Max(length, Math.Max(bytes.Length, Math.Min(Math.Max(FirstBytes, bytes.Length * GrowBy), mostBytes)))];
        writeOffset = 0;
        for (var i = head; i < tail; i++)
        {
            var entry = entries[i % entries.Length];
            bytes.AsSpan(entry.Offset, entry.Length).CopyTo(largerBytes.AsSpan(writeOffset));
            entry.Offset = writeOffset;
            largerEntries[i % largerEntries.Length] = entry;
            writeOffset += entry.Length;
        }

        (entries, bytes) = (largerEntries, largerBytes);
    }

    private bool TryPlace(int length, out int offset)
    {
        if (head == tail)
        {
            offset = 0;
            return length <= bytes.Length;
        }

        offset = writeOffset;
        var first = entries[head % entries.Length].Offset;
        if (writeOffset <= first)
        {
            return first - writeOffset > length;
        }

        if (bytes.Length - writeOffset >= length)
        {
            return true;
        }

        wrapEnd = writeOffset;
        offset = 0;
        return first > length;
    }

    private struct Entry(int offset, int length, bool isAwaited, long queued, long tag)
    {
        public int Offset = offset;
        public readonly int Length = length;
        public readonly long Queued = queued;
        public readonly long Tag = tag;
        public bool IsAwaited = isAwaited;
    }
}
