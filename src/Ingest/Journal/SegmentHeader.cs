using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>
/// The first 64 bytes of a segment, little-endian: magic <c>PAJOURN1</c>, i64 start position, i64 length, i64 time of creation
/// in microseconds, u32 CRC-32C of those; the rest is zeros. A segment without an intact header was never written to.
/// </summary>
internal readonly record struct SegmentHeader(long Start, long Length, long CreatedMicros)
{
    public const int Bytes = 64;

    private const int CheckedBytes = 32;

    private static ReadOnlySpan<byte> Magic => "PAJOURN1"u8;

    public void Write(Span<byte> header)
    {
        header[..Bytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Start);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], CreatedMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CheckedBytes..], Crc32C.Of(header[..CheckedBytes]));
    }

    public static SegmentHeader? Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < Bytes || !header[..8].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[CheckedBytes..]) != Crc32C.Of(header[..CheckedBytes]))
        {
            return null;
        }

        return new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]));
    }
}
