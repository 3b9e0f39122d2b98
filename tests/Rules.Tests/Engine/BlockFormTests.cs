using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Blocks are as large as they must be and not much larger, and what a snapshot says of one is taken only where it can be.</summary>
public sealed unsafe class BlockFormTests
{
    private const long Start = 1_760_000_000_000_000;

    [Fact]
    public void So_many_samples_go_into_a_block()
    {
        Enumerable.Range(0, 4).Select(b => new BlockForm(b, IsWide: false).Capacity).Should().Equal(2, 6, 14, 30);
        Enumerable.Range(0, 6).Select(b => new BlockForm(b, IsWide: true).Capacity).Should().Equal(1, 3, 7, 15, 31, 63);
        foreach (var form in Enumerable.Range(0, 32).Select(BlockForm.Of))
        {
            var place = (0x4_2ABC_D5 << BlockForm.WordBits) | form.Word;
            (BlockForm.UnitOf(place), BlockForm.BitsOf(place), BlockForm.Of(form.Word)).Should().Be((0x4_2ABC_D5, form.Bits, form));
        }
    }

    /// <summary>A block grows when it is full, a large one when it is full to three quarters, and shrinks when it is not full to a quarter.</summary>
    [Fact]
    public void A_form_is_kept_while_it_will_do_and_the_next_is_the_first_that_will() => Gen.Select(Gen.Int[0, 13], Gen.Bool, Gen.Int[1, 20_000], Gen.Bool).Sample((bits, isWide, any, isFew) =>
    {
        var form = new BlockForm(isWide ? bits : bits % 4, isWide);
        var count = isFew ? 1 + (any % 40) : any;
        if (!isWide && count > 30)
        {
            return;
        }

        var next = form.For(count);
        next.IsWide.Should().Be(isWide);
        count.Should().BeLessThanOrEqualTo(Full(next));
        (next.Bits == 0 || count >= next.Capacity / 4).Should().BeTrue("{0} in {1}", count, next);
        if (next.Bits > form.Bits)
        {
            count.Should().BeGreaterThan(Full(next with { Bits = next.Bits - 1 }), "a smaller one would not have done");
        }
        else if (next.Bits < form.Bits)
        {
            count.Should().BeLessThan((next with { Bits = next.Bits + 1 }).Capacity / 4, "a larger one would have been too large");
        }
    }, iter: 2000);

    private static int Full(BlockForm form) => form is { IsWide: true, Bits: > 3 } ? form.Capacity / 4 * 3 : form.Capacity;

    [Theory]
    [InlineData(0, false, 2, 2)]
    [InlineData(3, false, 30, 30)]
    [InlineData(3, false, 31, -1)]
    [InlineData(4, false, 2, -1)]
    [InlineData(-1, false, 2, -1)]
    [InlineData(0, true, 1 << 16, 1)]
    [InlineData(15, true, 32_768u << 16, 32_768)]
    [InlineData(15, true, 32_769u << 16, -1)]
    [InlineData(16, true, 1 << 16, -1)]
    [InlineData(2, true, (3 << 16) + 1, -1)]
    public void A_shape_is_taken_only_where_a_block_can_have_it(int bits, bool isWide, long shape, int count) =>
        SeriesBlock.CountOf(new BlockForm(bits, isWide), (uint)shape).Should().Be(count);

    [Fact]
    public void Two_samples_of_one_time_are_not_sound()
    {
        var packed = stackalloc byte[LineArena.UnitBytes << 2];
        var wide = stackalloc byte[LineArena.UnitBytes << 2];
        foreach (var (step, isSound) in new[] { (1L, true), (0L, false), (-1L, false) })
        {
            Sample[] samples = [new() { EventTimeMicros = Start, Value = 1 }, new() { EventTimeMicros = Start + 5, Value = 1 }, new() { EventTimeMicros = Start + 5 + step, Value = 1 }];
            Packing.TryFind(samples, default, out var packing).Should().BeTrue();
            Block(packed, isWide: false, samples, packing).IsSound().Should().Be(isSound);
            Block(wide, isWide: true, samples, default).IsSound().Should().Be(isSound);
        }

        Block(wide, isWide: true, [new() { EventTimeMicros = Start, Value = double.NaN }], default).IsSound().Should().BeFalse();
    }

    /// <summary>A wide block holds what a list would, to the last that it may or has room for.</summary>
    [Fact]
    public void A_wide_block_holds_what_a_list_would() => Gen.Select(Gen.Int[0, 3], Gen.Int[1, 16], Gen.Int[1, 9], Gen.Select(Gen.Int[1, 20], Gen.Int[0, 5], Gen.Bool).Array[1, 60]).Sample((bits, most, window, steps) =>
    {
        var bytes = LineArena.UnitBytes << bits;
        var start = stackalloc byte[bytes + 1];
        start[bytes] = 0x5A;
        var time = Start;
        var list = new List<Sample> { new() { EventTimeMicros = time, Value = 1 / 3.0 } };
        var block = Block(start, bits, isWide: true, list, default);
        var capacity = block.Form.Capacity;
        foreach (var (step, what, isDecimal) in steps)
        {
            var value = isDecimal ? step : step + (1 / 3.0);
            if (what == 0 && list.Count > 1)
            {
                var count = 1 + (step % list.Count);
                block.DropOldest(count);
                list.RemoveRange(0, count);
            }
            else if (what == 1 && list.Count > 0 && list.Count < capacity)
            {
                var place = step % list.Count;
                var sample = new Sample { EventTimeMicros = list[place].EventTimeMicros, Value = value };
                if (block.TryInsert(place, sample.EventTimeMicros, value))
                {
                    list.Insert(place, sample);
                }
            }
            else
            {
                time += step;
                var kept = list.Where(s => s.EventTimeMicros >= time - (window * 10)).ToList();
                var isPut = block.TryPut(time - (window * 10), most, time, value);
                list = kept;
                if (isPut)
                {
                    kept.Count.Should().BeLessThan(Math.Min(most, capacity));
                    list.Add(new Sample { EventTimeMicros = time, Value = value });
                }
                else if (kept.Count < Math.Min(most, capacity) && bits <= 2)
                {
                    isDecimal.Should().BeTrue("there is room, and it cannot be packed");
                }
            }

            block.Count.Should().Be(list.Count);
            block.HasReading.Should().Be(list.Count > 0);
            var samples = block.Samples(new Scratch()).ToArray();
            samples.Select(s => (s.EventTimeMicros, s.Value)).Should().Equal(list.Select(s => (s.EventTimeMicros, s.Value)));
            if (list.Count > 0)
            {
                (block.Last, block.Newest.Value).Should().Be((list[^1].EventTimeMicros, list[^1].Value));
            }

            start[bytes].Should().Be(0x5A);
        }
    }, iter: 200);

    private static SeriesBlock Block(byte* start, bool isWide, IReadOnlyList<Sample> samples, Packing packing) => Block(start, 2, isWide, samples, packing);

    private static SeriesBlock Block(byte* start, int bits, bool isWide, IReadOnlyList<Sample> samples, Packing packing)
    {
        var block = new SeriesBlock(start, new BlockForm(bits, isWide).Word);
        block.Head = default;
        block.Fill(samples.ToArray(), packing);
        return block;
    }
}
