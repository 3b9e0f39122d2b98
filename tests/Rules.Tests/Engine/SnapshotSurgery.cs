using System.Buffers.Binary;

namespace PingAnIoT.Rules.Tests;

/// <summary>Takes a snapshot out of its blocks, and puts it into blocks with right checksums again.</summary>
internal static class SnapshotSurgery
{
    private const int HeadBytes = 8;

    /// <summary>
    /// The snapshot with other bytes in some places, and right checksums. What the rules say is not changed: it is a text of its own, read as such.
    /// </summary>
    /// <param name="snapshot">Whole.</param>
    /// <param name="changes">Where, as a share of what there is behind the rules, and what stands there then.</param>
    /// <param name="version">Of the snapshot.</param>
    public static byte[] Changed(ReadOnlySpan<byte> snapshot, IEnumerable<(double At, byte Value)> changes, uint version = SnapshotBlocks.Version)
    {
        var contents = Contents(snapshot);
        var begin = EndOfRules(contents);
        foreach (var (at, value) in changes)
        {
            contents[begin + (int)(at * (contents.Length - begin))] = value;
        }

        return Blocks(contents, version);
    }

    private static byte[] Contents(ReadOnlySpan<byte> snapshot)
    {
        var contents = new List<byte>();
        for (var at = HeadBytes; at < snapshot.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(snapshot[at..]);
            contents.AddRange(snapshot.Slice(at + HeadBytes, length));
            at += HeadBytes + length;
        }

        return [.. contents];
    }

    private static byte[] Blocks(ReadOnlySpan<byte> contents, uint version)
    {
        using var stream = new MemoryStream();
        Write(SnapshotBlocks.Magic, version);
        uint number = 0;
        for (var isEnd = false; !isEnd;)
        {
            isEnd = contents.Length == 0;
            var block = contents[..Math.Min(contents.Length, SnapshotBlocks.BlockBytes)];
            Write((uint)block.Length, SnapshotBlocks.Crc(version, number++, block));
            stream.Write(block);
            contents = contents[block.Length..];
        }

        return stream.ToArray();

        void Write(uint first, uint second)
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            BinaryPrimitives.WriteUInt32LittleEndian(head, first);
            BinaryPrimitives.WriteUInt32LittleEndian(head[4..], second);
            stream.Write(head);
        }
    }

    /// <summary>Behind shard, shards, the catalog's names and the rules.</summary>
    private static int EndOfRules(ReadOnlySpan<byte> contents)
    {
        var at = 2 * sizeof(int);
        for (var kinds = Int(contents, ref at); kinds > 0; kinds--)
        {
            Skip(contents, ref at);
            for (var quantities = Int(contents, ref at); quantities > 0; quantities--)
            {
                Skip(contents, ref at);
            }
        }

        Skip(contents, ref at);
        Skip(contents, ref at);
        return at;
    }

    private static void Skip(ReadOnlySpan<byte> contents, ref int at) => at = Int(contents, ref at) + at;

    private static int Int(ReadOnlySpan<byte> contents, ref int at)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(contents[at..]);
        at += sizeof(int);
        return value;
    }
}
