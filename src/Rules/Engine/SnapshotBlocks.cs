using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// How a snapshot lies on disk: "PAES", u32 version, then blocks of u32 length, u32 CRC-32C of (version, block number, bytes), bytes; a block of no
/// bytes ends it. Little-endian. A block is checked before anything in it is believed. (Version 4 has the version in no checksum.)
/// </summary>
internal static class SnapshotBlocks
{
    public const uint Magic = 0x53454150;
    public const uint Version = 5;

    /// <summary>That of the release before, which is still read.</summary>
    public const uint VersionBefore = 4;
    public const int BlockBytes = 64 * 1024;
    public const int TextBytesMax = 64 * 1024 * 1024;

    public static uint Crc(uint version, uint block, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(version == VersionBefore ? ~0u : BitOperations.Crc32C(~0u, version), block);
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var single in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}

/// <summary>Writes values into blocks.</summary>
internal sealed class BlockWriter
{
    private const int ShortText = 64;

    // Null while its blocks are to be part of another's.
    private readonly Stream? stream;
    private readonly List<byte[]> aside = [];
    private readonly byte[] block = new byte[SnapshotBlocks.BlockBytes];
    private int length;
    private uint number;

    public BlockWriter(Stream stream)
    {
        this.stream = stream;
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(head, SnapshotBlocks.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], SnapshotBlocks.Version);
        stream.Write(head);
    }

    /// <summary>Keeps its blocks in memory, for <see cref="Append"/>.</summary>
    public BlockWriter()
    {
    }

    public void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    public void Int(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);

    public void Byte(byte value) => Room(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Double(double value) => Long(BitConverter.DoubleToInt64Bits(value));

    public void Text(string value)
    {
        if (value.Length <= ShortText)
        {
            Span<byte> utf8 = stackalloc byte[3 * ShortText];
            utf8 = utf8[..Encoding.UTF8.GetBytes(value, utf8)];
            Int(utf8.Length);
            Bytes(utf8);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        Int(bytes.Length);
        Bytes(bytes);
    }

    /// <summary>Words side by side; how many is known to whoever reads them.</summary>
    public void Words(ReadOnlySpan<ulong> words)
    {
        while (words.Length > 0)
        {
            if (block.Length - length < sizeof(ulong))
            {
                Flush();
            }

            var part = words[..Math.Min(words.Length, (block.Length - length) / sizeof(ulong))];
            var room = Room(part.Length * sizeof(ulong));
            if (BitConverter.IsLittleEndian)
            {
                MemoryMarshal.AsBytes(part).CopyTo(room);
            }
            else
            {
                BinaryPrimitives.ReverseEndianness(part, MemoryMarshal.Cast<byte, ulong>(room));
            }

            words = words[part.Length..];
        }
    }

    /// <summary>At most 255 bytes, which lie together.</summary>
    public void Name(ReadOnlySpan<byte> utf8)
    {
        var room = Room(1 + utf8.Length);
        room[0] = checked((byte)utf8.Length);
        utf8.CopyTo(room[1..]);
    }

    /// <summary>What was kept in memory comes next.</summary>
    public void Append(BlockWriter kept)
    {
        EndBlock();
        kept.EndBlock();
        foreach (var bytes in kept.aside)
        {
            bytes.CopyTo(block, 0);
            length = bytes.Length;
            Flush();
        }
    }

    public void End()
    {
        EndBlock();
        Flush();
        stream!.Flush();
    }

    private void EndBlock()
    {
        if (length > 0)
        {
            Flush();
        }
    }

    /// <summary>Room for a few bytes that lie together; a block may end a few bytes early for it.</summary>
    private Span<byte> Room(int bytes)
    {
        if (length + bytes > block.Length)
        {
            Flush();
        }

        var room = block.AsSpan(length, bytes);
        length += bytes;
        return room;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var part = Math.Min(bytes.Length, block.Length - length);
            bytes[..part].CopyTo(block.AsSpan(length));
            bytes = bytes[part..];
            length += part;
            if (length == block.Length)
            {
                Flush();
            }
        }
    }

    private void Flush()
    {
        if (stream is null)
        {
            aside.Add(block[..length]);
            length = 0;
            return;
        }

        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], SnapshotBlocks.Crc(SnapshotBlocks.Version, number++, block.AsSpan(0, length)));
        stream.Write(head);
        stream.Write(block, 0, length);
        length = 0;
    }
}
