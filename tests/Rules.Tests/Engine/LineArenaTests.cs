using AwesomeAssertions;
using CsCheck;
using Xunit;

namespace PingAnIoT.Rules.Tests;

/// <summary>Blocks that are out do not overlap and keep what was written; what comes back is used again, for other sizes too.</summary>
public sealed unsafe class LineArenaTests
{
    [Fact]
    public void No_two_blocks_share_memory_and_each_keeps_its_content() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9]).Array[1, 600].Sample(steps =>
    {
        var arena = new LineArena();
        var held = new List<(int Block, int Bits, int Mark)>();
        var mark = 0;
        foreach (var (bits, choice) in steps)
        {
            if (choice < 4 && held.Count > 0)
            {
                var at = choice * 7919 % held.Count;
                Check(arena, held[at]);
                arena.Return(held[at].Block, held[at].Bits);
                held.RemoveAt(at);
                continue;
            }

            var block = arena.Rent(bits);
            block.Should().NotBe(0);
            ((nint)arena.At(block) % Math.Min(64, LineArena.UnitBytes << bits)).Should().Be(0);
            held.Add((block, bits, ++mark));
            new Span<int>(arena.At(block), Ints(bits)).Fill(mark);
        }

        foreach (var one in held)
        {
            Check(arena, one);
        }
    });

    [Fact]
    public void What_small_blocks_leave_serves_large_ones()
    {
        var arena = new LineArena();
        var small = Enumerable.Range(0, 200_000).Select(_ => arena.Rent(0)).ToList();
        var large = new List<int>();
        foreach (var block in small)
        {
            arena.Return(block, 0);
        }

        var before = arena.Bytes;
        for (var i = 0; i < 90_000; i++)
        {
            large.Add(arena.Rent(1));
        }

        arena.Bytes.Should().Be(before);
        large.Should().OnlyHaveUniqueItems();
    }

    private static int Ints(int bits) => (LineArena.UnitBytes << bits) / sizeof(int);

    private static void Check(LineArena arena, (int Block, int Bits, int Mark) held) =>
        new Span<int>(arena.At(held.Block), Ints(held.Bits)).ContainsAnyExcept(held.Mark).Should().BeFalse();
}
