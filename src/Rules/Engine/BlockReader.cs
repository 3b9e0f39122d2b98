using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads what <see cref="BlockWriter"/> wrote; anything else is an <see cref="InvalidDataException"/>. A start waits for this: the stream is read a few
/// blocks at a time, and a value that does not lie across two blocks, as next to none does, is read where it is.
/// </summary>
internal sealed class BlockReader
{
    private const int HeadBytes = 8;
    private const int BufferBytes = 4 * SnapshotBlocks.BlockBytes;

    private readonly Stream stream;
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);

    // The present block is from its first unread byte to its end; what was read of the stream goes on behind it.
    private int at;
    private int end;
    private int filled;
    private uint number;

    public BlockReader(Stream stream)
    {
        this.stream = stream;
        var head = Fetch(HeadBytes);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(head) == SnapshotBlocks.Magic, "not an engine snapshot");
        Version = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (Version is not (SnapshotBlocks.Version or SnapshotBlocks.VersionBefore))
        {
            Refuse($"version {Version} is not known, {SnapshotBlocks.Version} and {SnapshotBlocks.VersionBefore} are");
        }
    }

    public uint Version { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require([DoesNotReturnIf(false)] bool condition, string what)
    {
        if (!condition)
        {
            Refuse(what);
        }
    }

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Next(sizeof(long)));

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Next(sizeof(int)));

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public int Count(int max, string of)
    {
        var value = Int();
        if (value < 0 || value > max)
        {
            Refuse($"{value} {of}, at most {max} can be");
        }

        return value;
    }

    public byte Byte() => Next(1)[0];

    public bool Flag() => Byte() != 0;

    public double Double() => BitConverter.Int64BitsToDouble(Long());

    public string Text()
    {
        var count = Count(SnapshotBlocks.TextBytesMax, "bytes of text");
        if (end - at < count)
        {
            var bytes = new byte[count];
            Bytes(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        at += count;
        return Encoding.UTF8.GetString(buffer, at - count, count);
    }

    /// <summary>A text of at most as many bytes as there is room.</summary>
    /// <returns>How many it had.</returns>
    public int Text(Span<byte> utf8)
    {
        var count = Count(utf8.Length, "bytes of a name");
        Bytes(utf8[..count]);
        return count;
    }

    /// <summary>What <see cref="BlockWriter.Name"/> wrote. Valid until the next is read.</summary>
    public ReadOnlySpan<byte> Name() => Next(Byte());

    /// <summary>As many words as there is room.</summary>
    public void Words(Span<ulong> words)
    {
        while (words.Length > 0)
        {
            var part = NextWords(words.Length);
            if (BitConverter.IsLittleEndian)
            {
                part.CopyTo(MemoryMarshal.AsBytes(words));
            }
            else
            {
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ulong>(part), words);
            }

            words = words[(part.Length / sizeof(ulong))..];
        }
    }

    /// <summary>Reads over so many words.</summary>
    public void SkipWords(int count)
    {
        while (count > 0)
        {
            count -= NextWords(count).Length / sizeof(ulong);
        }
    }

    public void End()
    {
        Require(at == end, "more in it than expected");
        NextBlock();
        Require(at == end, "more in it than expected");
    }

    [DoesNotReturn]
    private static void Refuse(string what) => throw new InvalidDataException($"Snapshot refused: {what}.");

    /// <summary>A few bytes that lie together.</summary>
    private ReadOnlySpan<byte> Next(int bytes)
    {
        if (at == end)
        {
            NextBlock();
        }

        Require(bytes <= end - at, "it ends too early");
        var next = buffer.AsSpan(at, bytes);
        at += bytes;
        return next;
    }

    /// <summary>Some words, at most so many: those that are in the present block, or in the next when that one is at its end.</summary>
    private ReadOnlySpan<byte> NextWords(int most)
    {
        if (at == end)
        {
            NextBlock();
        }

        var words = Math.Min(most, (end - at) / sizeof(ulong));
        Require(words > 0, "it ends too early");
        return Next(words * sizeof(ulong));
    }

    private void Bytes(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (at == end)
            {
                NextBlock();
                Require(end > at, "it ends too early");
            }

            var part = Math.Min(bytes.Length, end - at);
            buffer.AsSpan(at, part).CopyTo(bytes);
            bytes = bytes[part..];
            at += part;
        }
    }

    private void NextBlock()
    {
        var head = Fetch(HeadBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        Require((uint)length <= SnapshotBlocks.BlockBytes, "a block has no possible length");
        var block = Fetch(length);
        if (SnapshotBlocks.Crc(Version, number, block) != expected)
        {
            Refuse($"block {number} has a wrong checksum");
        }

        number++;
        at -= length;
    }

    /// <summary>The next bytes of the stream; what is read after them is in the buffer too.</summary>
    private ReadOnlySpan<byte> Fetch(int bytes)
    {
        if (filled - at < bytes)
        {
            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            (at, filled) = (0, filled - at);
            filled += stream.ReadAtLeast(buffer.AsSpan(filled), bytes - filled, throwOnEndOfStream: false);
            Require(filled >= bytes, "it is cut short");
        }

        at += bytes;
        end = at;
        return buffer.AsSpan(at - bytes, bytes);
    }
}
