using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>What a snapshot's blocks are read as, and with which words anything else is refused.</summary>
public sealed class BlockReaderTests
{
    private static readonly byte[] Whole = new byte[SnapshotBlocks.BlockBytes];

    [Theory]
    [InlineData(4u)]
    [InlineData(5u)]
    public void Both_known_versions_are_read(uint version)
    {
        var reader = Read(version, [7, 0, 0, 0], []);
        reader.Version.Should().Be(version);
        reader.Int().Should().Be(7);
        reader.End();
    }

    [Fact]
    public void Another_file_is_refused()
    {
        Refusal(() => _ = new BlockReader(new MemoryStream("PAEX\u0005\0\0\0"u8.ToArray())).Version).Should().Be("Snapshot refused: not an engine snapshot.");
        Refusal(() => _ = new BlockReader(new MemoryStream(File(6))).Version).Should().Be("Snapshot refused: version 6 is not known, 5 and 4 are.");
        Refusal(() => _ = new BlockReader(new MemoryStream(File(3))).Version).Should().Be("Snapshot refused: version 3 is not known, 5 and 4 are.");
    }

    [Fact]
    public void One_that_is_cut_is_refused_wherever_it_is_cut()
    {
        var whole = File(5, [1, 2, 3], []);
        for (var length = 0; length < whole.Length; length++)
        {
            Refusal(() =>
            {
                var reader = new BlockReader(new MemoryStream(whole, 0, length));
                reader.Byte();
                reader.Byte();
                reader.Byte();
                reader.End();
            }).Should().Be("Snapshot refused: it is cut short.", "it is cut at {0}", length);
        }
    }

    [Theory]
    [InlineData(SnapshotBlocks.BlockBytes + 1)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_block_of_no_possible_length_is_refused_before_it_is_read(int length)
    {
        var file = File(5, [1]);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), length);
        Refusal(() => new BlockReader(new MemoryStream(file)).Byte()).Should().Be("Snapshot refused: a block has no possible length.");
    }

    [Fact]
    public void A_block_may_be_as_long_as_the_longest()
    {
        var reader = Read(5, Whole, [9], []);
        reader.SkipWords(Whole.Length / sizeof(ulong));
        reader.Byte().Should().Be(9);
        reader.End();
    }

    [Fact]
    public void A_wrong_byte_is_refused_with_the_number_of_its_block()
    {
        var file = File(5, [1], [2], [3], []);
        file[8 + 9 + 8] ^= 1;
        var reader = new BlockReader(new MemoryStream(file));
        reader.Byte().Should().Be(1);
        Refusal(() => reader.Byte()).Should().Be("Snapshot refused: block 1 has a wrong checksum.");
    }

    [Fact]
    public void A_block_in_anothers_place_is_refused()
    {
        var file = File(5, [1], [2], []);
        var first = file.AsSpan(8, 9).ToArray();
        file.AsSpan(17, 9).CopyTo(file.AsSpan(8));
        first.CopyTo(file, 17);
        Refusal(() => new BlockReader(new MemoryStream(file)).Byte()).Should().Be("Snapshot refused: block 0 has a wrong checksum.");
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(3, null)]
    [InlineData(4, "Snapshot refused: 4 bands, at most 3 can be.")]
    [InlineData(-1, "Snapshot refused: -1 bands, at most 3 can be.")]
    public void A_number_is_within_its_bounds(int number, string? refusal)
    {
        var reader = Read(5, BitConverter.GetBytes(number), []);
        if (refusal is not null)
        {
            Refusal(() => reader.Count(3, "bands")).Should().Be(refusal);
            return;
        }

        reader.Count(3, "bands").Should().Be(number);
    }

    [Fact]
    public void What_ends_before_a_value_does_is_refused()
    {
        Read(5, [1, 2, 3, 4], []).Invoking(r => r.Long()).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [[]]).Invoking(r => r.Byte()).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [8, 7, 6, 5, 4, 3, 2], []).Invoking(r => r.SkipWords(1)).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [[]]).Invoking(r => r.SkipWords(1)).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, new byte[8], []).Invoking(r => r.Words(new ulong[2])).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [2, 0, 0, 0, (byte)'a'], []).Invoking(r => r.Text()).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [2, 0, 0, 0, (byte)'a'], []).Invoking(r => r.Text(new byte[2])).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
        Read(5, [2, (byte)'a'], []).Invoking(r => _ = r.Name().Length).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: it ends too early.");
    }

    [Fact]
    public void Texts_say_what_they_have_too_much_of()
    {
        Read(5, [3, 0, 0, 0, 1, 1, 1], []).Invoking(r => r.Text(new byte[2])).Should().Throw<InvalidDataException>().WithMessage("Snapshot refused: 3 bytes of a name, at most 2 can be.");
        Read(5, BitConverter.GetBytes(SnapshotBlocks.TextBytesMax + 1), []).Invoking(r => r.Text()).Should().Throw<InvalidDataException>()
            .WithMessage("Snapshot refused: 67108865 bytes of text, at most 67108864 can be.");
    }

    [Fact]
    public void More_than_was_expected_is_refused_in_the_block_or_after_it()
    {
        foreach (var blocks in new byte[][][] { [[1, 2], []], [[1], [2], []] })
        {
            var reader = Read(5, blocks);
            reader.Byte().Should().Be(1);
            Refusal(reader.End).Should().Be("Snapshot refused: more in it than expected.");
        }
    }

    /// <summary>Blocks end where they will, and the stream gives as few bytes at a time as it likes: what is read is what the bytes say, and nothing is asked for after the end.</summary>
    [Fact]
    public void Values_are_read_wherever_blocks_and_reads_end() => Gen.Select(Gen.Int[0, 5].Array[1, 300], Gen.Int[1, 40_000], Gen.Int[0, int.MaxValue]).Sample((kinds, longest, seed) =>
    {
        var random = new Random(seed);
        var blocks = new List<byte[]>();
        var block = new List<byte>();
        var checks = new List<Action<BlockReader>>();
        foreach (var kind in kinds)
        {
            if (random.Next(3) == 0)
            {
                EndBlock();
            }

            var bytes = new byte[random.Next(5) == 0 ? random.Next(longest) : random.Next(20)];
            random.NextBytes(bytes);
            switch (kind)
            {
                case 0:
                    Together(8, bytes, r => r.Long(), BitConverter.ToInt64);
                    break;
                case 1:
                    Together(4, bytes, r => r.Int(), BitConverter.ToInt32);
                    break;
                case 2:
                    Together(1, bytes, r => r.Byte(), (b, at) => b[at]);
                    break;
                case 3:
                    var text = string.Concat(bytes.Select(b => b < 128 ? "电" : "a"));
                    AddText(Encoding.UTF8.GetBytes(text), r => r.Text(), text);
                    break;
                case 4:
                    AddText(bytes, r =>
                    {
                        var name = new byte[bytes.Length + 1];
                        return string.Join(' ', name[..r.Text(name)]);
                    }, string.Join(' ', bytes));
                    break;
                default:
                    AddWords(bytes.AsSpan(0, bytes.Length & ~7).ToArray());
                    break;
            }
        }

        EndBlock();
        blocks.Add([]);
        var reader = new BlockReader(new FewBytes(File(5, [.. blocks]), random));
        checks.ForEach(check => check(reader));
        reader.End();

        void EndBlock()
        {
            if (block.Count > 0)
            {
                blocks.Add([.. block]);
                block.Clear();
            }
        }

        void Room(int bytes)
        {
            if (block.Count + bytes > SnapshotBlocks.BlockBytes)
            {
                EndBlock();
            }
        }

        void Together<T>(int size, byte[] random, Func<BlockReader, T> read, Func<byte[], int, T> of)
        {
            Room(size);
            var value = random.Concat(new byte[8]).Take(size).ToArray();
            block.AddRange(value);
            checks.Add(r => Assert.Equal(of(value, 0), read(r)));
        }

        void AddText<T>(byte[] utf8, Func<BlockReader, T> read, T expected)
        {
            Room(4);
            block.AddRange(BitConverter.GetBytes(utf8.Length));
            foreach (var one in utf8)
            {
                Room(1);
                block.Add(one);
                if (random.Next(5000) == 0)
                {
                    EndBlock();
                }
            }

            checks.Add(r => Assert.Equal(expected, read(r)));
        }

        void AddWords(byte[] words)
        {
            for (var at = 0; at < words.Length; at += 8)
            {
                Room(8);
                block.AddRange(words.AsSpan(at, 8));
                if (random.Next(500) == 0)
                {
                    EndBlock();
                }
            }

            var isSkipped = random.Next(2) == 0;
            checks.Add(r =>
            {
                var read = new ulong[words.Length / 8];
                if (isSkipped)
                {
                    r.SkipWords(read.Length);
                    return;
                }

                r.Words(read);
                Assert.Equal(words, read.SelectMany(BitConverter.GetBytes));
            });
        }
    }, iter: 60);

    private static string Refusal(Action read) => read.Should().Throw<InvalidDataException>().Which.Message;

    private static BlockReader Read(uint version, params byte[][] blocks) => new(new MemoryStream(File(version, blocks)));

    private static byte[] File(uint version, params byte[][] blocks)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        to.Write(SnapshotBlocks.Magic);
        to.Write(version);
        for (var i = 0; i < blocks.Length; i++)
        {
            to.Write(blocks[i].Length);
            to.Write(SnapshotBlocks.Crc(version, (uint)i, blocks[i]));
            to.Write(blocks[i]);
        }

        return stream.ToArray();
    }

    /// <summary>Gives a few bytes at a time, and fails when it is asked for more after the last.</summary>
    private sealed class FewBytes(byte[] bytes, Random random) : Stream
    {
        private int at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (at == bytes.Length)
            {
                throw new InvalidOperationException("asked for more than there was need of");
            }

            var count = Math.Min(Math.Min(buffer.Length, bytes.Length - at), random.Next(3) == 0 ? random.Next(1, 20) : random.Next(1, 100_000));
            bytes.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
