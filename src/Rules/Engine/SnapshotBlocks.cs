using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// How a snapshot lies on disk: "PAES", u32 version, then blocks of u32 length, u32 CRC-32C of (block number, bytes), bytes; a block of no bytes
/// ends it. Little-endian. A block is checked before anything in it is believed.
/// </summary>
internal static class SnapshotBlocks
{
    public const uint Magic = 0x53454150;
    public const uint Version = 4;
    public const int BlockBytes = 64 * 1024;
    public const int TextBytesMax = 64 * 1024 * 1024;

    public static uint Crc(uint block, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(~0u, block);
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

    private readonly Stream stream;
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

    /// <summary>For what is written, while it is made.</summary>
    public Scratch Scratch { get; } = new();

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

    /// <summary>A few that lie together.</summary>
    public void Longs(ReadOnlySpan<long> values)
    {
        var room = Room(values.Length * sizeof(long));
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(room[(i * sizeof(long))..], values[i]);
        }
    }

    /// <summary>Samples side by side; how many is written by the caller.</summary>
    public void Samples(ReadOnlySpan<Sample> samples)
    {
        var bytes = MemoryMarshal.AsBytes(samples);
        if (BitConverter.IsLittleEndian && length + bytes.Length <= block.Length)
        {
            bytes.CopyTo(Room(bytes.Length));
            return;
        }

        foreach (ref readonly var sample in samples)
        {
            var room = Room(2 * sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(room, sample.EventTimeMicros);
            BinaryPrimitives.WriteDoubleLittleEndian(room[sizeof(long)..], sample.Value);
        }
    }

    public void End()
    {
        if (length > 0)
        {
            Flush();
        }

        Flush();
        stream.Flush();
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
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], SnapshotBlocks.Crc(number++, block.AsSpan(0, length)));
        stream.Write(head);
        stream.Write(block, 0, length);
        length = 0;
    }
}

/// <summary>
/// Reads what <see cref="BlockWriter"/> wrote; anything else is an <see cref="InvalidDataException"/>. A start waits for this: a value that does
/// not lie across two blocks, as next to none does, is read where it is.
/// </summary>
internal sealed class BlockReader
{
    private readonly Stream stream;
    private readonly byte[] block = new byte[SnapshotBlocks.BlockBytes];
    private int at;
    private int length;
    private uint number;

    public BlockReader(Stream stream)
    {
        this.stream = stream;
        Span<byte> head = stackalloc byte[8];
        Fill(head);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(head) == SnapshotBlocks.Magic, "not an engine snapshot");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        Require(version == SnapshotBlocks.Version, $"version {version} is not known, {SnapshotBlocks.Version} is");
    }

    public static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"Snapshot refused: {what}.");
        }
    }

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Next(sizeof(long)));

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Next(sizeof(int)));

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public int Count(int max, string of)
    {
        var value = Int();
        if ((uint)value > (uint)max)
        {
            Require(false, $"{value} {of}, at most {max} can be");
        }

        return value;
    }

    public byte Byte() => Next(1)[0];

    public bool Flag() => Byte() != 0;

    public double Double() => BitConverter.Int64BitsToDouble(Long());

    public string Text()
    {
        var count = Count(SnapshotBlocks.TextBytesMax, "bytes of text");
        if (length - at < count)
        {
            var bytes = new byte[count];
            Bytes(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        at += count;
        return Encoding.UTF8.GetString(block, at - count, count);
    }

    /// <summary>A text of at most as many bytes as there is room.</summary>
    /// <returns>How many it had.</returns>
    public int Text(Span<byte> utf8)
    {
        var count = Count(utf8.Length, "bytes of a name");
        Bytes(utf8[..count]);
        return count;
    }

    public void End()
    {
        Require(at == length, "more in it than expected");
        NextBlock();
        Require(length == 0, "more in it than expected");
    }

    /// <summary>A few bytes that lie together.</summary>
    private ReadOnlySpan<byte> Next(int bytes)
    {
        if (at == length)
        {
            NextBlock();
        }

        Require(at + bytes <= length, "it ends too early");
        var next = block.AsSpan(at, bytes);
        at += bytes;
        return next;
    }

    private void Bytes(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (at == length)
            {
                NextBlock();
                Require(length > 0, "it ends too early");
            }

            var part = Math.Min(bytes.Length, length - at);
            block.AsSpan(at, part).CopyTo(bytes);
            bytes = bytes[part..];
            at += part;
        }
    }

    private void NextBlock()
    {
        Span<byte> head = stackalloc byte[8];
        Fill(head);
        var next = BinaryPrimitives.ReadInt32LittleEndian(head);
        Require((uint)next <= SnapshotBlocks.BlockBytes, "a block has no possible length");
        Fill(block.AsSpan(0, next));
        var crc = SnapshotBlocks.Crc(number, block.AsSpan(0, next));
        Require(crc == BinaryPrimitives.ReadUInt32LittleEndian(head[4..]), $"block {number} has a wrong checksum");
        number++;
        length = next;
        at = 0;
    }

    private void Fill(Span<byte> bytes) =>
        Require(stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length, "it is cut short");
}
