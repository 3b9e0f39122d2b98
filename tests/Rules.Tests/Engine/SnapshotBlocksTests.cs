using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Values of every length, over many blocks, so that each kind also lies across the end of one.</summary>
public sealed class SnapshotBlocksTests
{
    [Fact]
    public void What_is_written_is_read_again_wherever_a_block_ends() => Gen.Int[1, 60].Select(Gen.Int[0, 4].Array[20_000]).Sample(
        (textLength, kinds) =>
        {
            var text = new string('电', textLength);
            using var stream = new MemoryStream();
            var to = new BlockWriter(stream);
            for (var i = 0; i < kinds.Length; i++)
            {
                switch (kinds[i])
                {
                    case 0: to.Long(-i * 1_000_000_007L); break;
                    case 1: to.Int(-i); break;
                    case 2: to.Byte((byte)i); break;
                    case 3: to.Double(i / 7.0); break;
                    default: to.Text(text); break;
                }
            }

            to.End();
            stream.Length.Should().BeGreaterThan(SnapshotBlocks.BlockBytes);
            stream.Position = 0;
            var from = new BlockReader(stream);
            for (var i = 0; i < kinds.Length; i++)
            {
                var isSame = kinds[i] switch
                {
                    0 => from.Long() == -i * 1_000_000_007L,
                    1 => from.Int() == -i,
                    2 => from.Byte() == (byte)i,
                    3 => from.Double() == i / 7.0,
                    _ => from.Text() == text,
                };
                Assert.True(isSame, $"value {i}");
            }

            from.End();
        },
        iter: 20);

    [Fact]
    public void A_number_too_large_is_refused_with_what_it_was_to_count()
    {
        using var stream = new MemoryStream();
        var to = new BlockWriter(stream);
        to.Int(4);
        to.Int(-1);
        to.Int(3);
        to.End();
        stream.Position = 0;
        var from = new BlockReader(stream);
        var count = () => from.Count(3, "bands");
        count.Should().Throw<InvalidDataException>().WithMessage("*4 bands, at most 3*");
        count.Should().Throw<InvalidDataException>();
        from.Count(3, "bands").Should().Be(3);
    }
}
