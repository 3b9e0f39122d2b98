using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>Reads the frames of one segment in order, and finds its way past what is damaged. Owned by one thread.</summary>
internal sealed class SegmentScanner(IJournalSegment segment, long segmentStart) : IDisposable
{
    private const int BufferBytes = 1024 * 1024;
    private const int ZerosBytes = 64 * 1024;
    private readonly long length = segment.LengthBytes;
    private byte[] buffer = new byte[BufferBytes];
    private long bufferOffset;
    private int bufferLength;
    private long bodyOffset;
    private int bodyBytes;

    /// <summary>Position of the next frame.</summary>
    public long Position { get; private set; } = segmentStart + SegmentHeader.Bytes;

    public long EndPosition => segmentStart + length;

    /// <summary>The body of the frame last read; valid until the next call.</summary>
    public ReadOnlySpan<byte> Body => buffer.AsSpan((int)(bodyOffset - bufferOffset), bodyBytes);

    /// <summary>What was known to be on disk when the frame last read was written.</summary>
    public long CommittedUntil { get; private set; }

    public SegmentHeader? ReadHeader() => SegmentHeader.Read(Load(0, SegmentHeader.Bytes));

    public void MoveTo(long position) => Position = Math.Max(position, segmentStart + SegmentHeader.Bytes);

    /// <returns>False when there is no intact frame at <see cref="Position"/>.</returns>
    public bool TryNext()
    {
        if (!TryFrameAt(Position - segmentStart, Position))
        {
            return false;
        }

        Position += JournalFrame.Length(bodyBytes);
        return true;
    }

    /// <summary>Looks for the next intact frame after a place where there is none, and stands before it.</summary>
    /// <param name="beforePosition">How far to look.</param>
    /// <param name="committedBeyond">Only a frame will do that was written when more than this was on disk.</param>
    public bool TrySkipDamage(long beforePosition, long committedBeyond = -1)
    {
        var last = Math.Min(length, beforePosition - segmentStart) - JournalFrame.HeaderBytes;
        for (var offset = Position - segmentStart + JournalFrame.AlignmentBytes; offset <= last; offset += JournalFrame.AlignmentBytes)
        {
            offset = SkipZeros(offset);
            if (TryFrameAt(offset, segmentStart + offset) && CommittedUntil > committedBeyond)
            {
                Position = segmentStart + offset;
                return true;
            }
        }

        return false;
    }

    /// <summary>True when the 8 bytes at <see cref="Position"/> are zeros or beyond the end: nothing was ever written here.</summary>
    public bool IsBlank()
    {
        var bytes = Load(Position - segmentStart, JournalFrame.AlignmentBytes);
        return bytes.IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>The bytes at an offset of the segment, as far as there are any.</summary>
    public ReadOnlySpan<byte> Load(long offset, int count)
    {
        count = (int)Math.Max(0, Math.Min(count, length - offset));
        if (offset < bufferOffset || offset + count > bufferOffset + bufferLength)
        {
            if (buffer.Length < count)
            {
                buffer = new byte[Math.Max(count, buffer.Length * 2)];
            }

            bufferOffset = offset;
            bufferLength = segment.Read(buffer, offset);
            count = Math.Min(count, bufferLength);
        }

        return buffer.AsSpan((int)(offset - bufferOffset), count);
    }

    public void Dispose() => segment.Dispose();

    private long SkipZeros(long offset)
    {
        while (true)
        {
            var bytes = Load(offset, ZerosBytes);
            var first = bytes.IndexOfAnyExcept((byte)0);
            if (first >= 0 || bytes.IsEmpty)
            {
                return offset + (Math.Max(first, 0) & -JournalFrame.AlignmentBytes);
            }

            offset += (bytes.Length + JournalFrame.AlignmentBytes - 1) & -JournalFrame.AlignmentBytes;
        }
    }

    private bool TryFrameAt(long offset, long position)
    {
        var header = Load(offset, JournalFrame.HeaderBytes);
        if (header.Length < JournalFrame.HeaderBytes)
        {
            return false;
        }

        var body = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (body <= 0 || body > length - offset - JournalFrame.HeaderBytes)
        {
            return false;
        }

        // The mark must be plausible before a whole body is fetched: it saves reading on behalf of rubbish.
        var mark = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (mark < 0 || mark > position
            || !JournalFrame.TryRead(Load(offset, JournalFrame.HeaderBytes + body), position, out bodyBytes, out var committed))
        {
            return false;
        }

        bodyOffset = offset + JournalFrame.HeaderBytes;
        CommittedUntil = committed;
        return true;
    }
}
