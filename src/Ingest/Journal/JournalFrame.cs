using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>
/// How an entry lies in a segment, little-endian, padded with zeros to a multiple of 8 bytes:
/// u32 body bytes (never 0), u32 CRC-32C, i64 the position known to be on disk when this was written, body.
/// The checksum also covers the frame's own position, so bytes that belong elsewhere never pass for an entry.
/// The position on disk tells a torn last write (nothing after it was ever acknowledged) from damage to what was acknowledged.
/// </summary>
internal static class JournalFrame
{
    public const int HeaderBytes = 16;

    public const int AlignmentBytes = 8;

    public static int Length(int bodyBytes) => (HeaderBytes + bodyBytes + AlignmentBytes - 1) & ~(AlignmentBytes - 1);

    /// <summary>Writes length, mark and checksum over a frame whose body is in place; the length field is already set.</summary>
    /// <returns>The length of the frame.</returns>
    public static int Seal(Span<byte> frame, long position, long committedUntil)
    {
        var bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(frame);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], committedUntil);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame, bodyBytes, position));
        return Length(bodyBytes);
    }

    /// <summary>Looks for an intact frame at the start of <paramref name="bytes"/>.</summary>
    /// <returns>False for anything else: zeros, torn, damaged, cut short.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long position, out int bodyBytes, out long committedUntil)
    {
        bodyBytes = 0;
        committedUntil = 0;
        if (bytes.Length < HeaderBytes)
        {
            return false;
        }

        bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        committedUntil = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        return bodyBytes > 0 && bodyBytes <= bytes.Length - HeaderBytes
            && committedUntil >= 0 && committedUntil <= position
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == Checksum(bytes, bodyBytes, position);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame, int bodyBytes, long position)
    {
        var crc = Crc32C.Add(Crc32C.Seed, position);
        crc = Crc32C.Add(crc, frame[..4]);
        return Crc32C.Finish(Crc32C.Add(crc, frame.Slice(8, 8 + bodyBytes)));
    }
}
