using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Packed samples against a list: what is put is behind the rest, what is too old is gone, and where nothing can be put nothing is changed.</summary>
public sealed unsafe class PackedSamplesTests
{
    private const long Start = 1_760_000_000_000_000;
    private const int Guard = 0x5A;

    /// <summary>Sizes of 2, 6, 14 and 30 samples; steps of which the window holds few or more than there is room for; now and then a value that cannot be packed.</summary>
    [Fact]
    public void They_are_what_a_list_would_be() => Gen.Select(
        Gen.Int[0, BlockForm.PackedBitsMax], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int[0, 1],
        Gen.Select(
            Gen.Frequency((6, Gen.Long[1, 100]), (1, Gen.Long[1, 4000]), (1, Gen.Long[-50, 0]), (1, Gen.Const(5_000_000_000))),
            Gen.Frequency((9, Gen.Int[-50, 50].Select(v => v / 10.0)), (1, Gen.Const(1 / 3.0)))).Array[1, 80]).Sample((bits, most, window, newestKept, steps) =>
    {
        var block = stackalloc byte[Room(bits) + 1];
        block[Room(bits)] = Guard;
        var samples = new PackedSamples(block, bits);
        var capacity = BlockForm.PackedCapacity(bits);
        var time = Start;
        var list = Fill(block, bits, time);
        foreach (var (step, value) in steps)
        {
            // The next may be no newer than the newest: then it is not for here.
            var at = time + step;
            var kept = window * 50;
            var left = list.Where((s, i) => s.EventTimeMicros >= at - kept || i >= list.Count - newestKept).ToList();
            var isNewest = list.Count > 0 && at > list[^1].EventTimeMicros;
            var canBe = new Packing(((SeriesHead*)block)->Shape).TryPack(at, value, out _);
            var hasRoom = left.Count < capacity && left.Count < most && left.Count >= (1 << bits) - 2;
            samples.TryPut(kept, newestKept, most, at, value).Should().Be(isNewest && canBe && hasRoom);
            if (isNewest && canBe && hasRoom)
            {
                list = [.. left, new Sample { EventTimeMicros = at, Value = value }];
            }

            Check(block, list);
            time = Math.Max(time, at);
            if (!hasRoom && list.Count > 1)
            {
                // Half of what there is.
                var count = list.Count / 2;
                samples.DropOldest(count);
                list.RemoveRange(0, count);
                Check(block, list);
            }

            if (!hasRoom && left.Count < capacity / 4)
            {
                // The store would take a smaller block; here it is filled again.
                list = Fill(block, bits, time);
            }

            block[Room(bits)].Should().Be(Guard);
        }
    });

    [Fact]
    public void The_first_of_all_is_not_for_here()
    {
        var block = stackalloc byte[Room(1)];
        ((SeriesHead*)block)->Shape = PackingOf(1).With(0).Word;
        new PackedSamples(block, 1).TryPut(0, 0, 9, Start, 1).Should().BeFalse();
        Check(block, []);
    }

    /// <summary>Half full, up to a time.</summary>
    private static List<Sample> Fill(byte* block, int bits, long time)
    {
        var count = BlockForm.PackedCapacity(bits) / 2;
        var samples = Enumerable.Range(1, count).Select(i => new Sample { EventTimeMicros = time - count + i, Value = i }).ToList();
        Packing.TryFind(samples.ToArray(), PackingOf(0.1), out var packing).Should().BeTrue();
        new SeriesBlock(block, new BlockForm(bits, IsWide: false).Word).Fill(samples.ToArray(), packing);
        return samples;
    }

    private static int Room(int bits) => LineArena.UnitBytes << bits;

    private static Packing PackingOf(double value) =>
        Packing.TryFind([new Sample { EventTimeMicros = Start, Value = value }], default, out var packing) ? packing : throw new InvalidOperationException();

    private static void Check(byte* block, List<Sample> list)
    {
        var packing = new Packing(((SeriesHead*)block)->Shape);
        packing.Count.Should().Be(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var sample = packing.SampleOf(((ulong*)(block + SeriesHead.Bytes))[i]);
            Assert.Equal((list[i].EventTimeMicros, list[i].Value), (sample.EventTimeMicros, sample.Value));
        }
    }
}
