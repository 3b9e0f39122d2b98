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
        Gen.Int[0, BlockForm.PackedBitsMax], Gen.Int[1, 40], Gen.Int[1, 30],
        Gen.Select(Gen.Frequency((6, Gen.Long[1, 100]), (1, Gen.Long[1, 4000]), (1, Gen.Const(5_000_000_000))), Gen.Frequency((9, Gen.Int[-50, 50].Select(v => v / 10.0)), (1, Gen.Const(1 / 3.0)))).Array[1, 80]).Sample((bits, most, window, steps) =>
    {
        var block = stackalloc byte[Room(bits) + 1];
        block[Room(bits)] = Guard;
        ((SeriesHead*)block)->Shape = PackingOf(0.1).With(0).Word;
        var samples = new PackedSamples(block, bits);
        var list = new List<Sample>();
        var time = Start;
        foreach (var (step, value) in steps)
        {
            time += step;
            var from = time - (window * 50);
            samples.NotAfterNewest(from).Should().Be(list.Count == 0 ? from : Math.Min(from, list[^1].EventTimeMicros));
            samples.NotAfterNewest(time).Should().Be(list.Count == 0 ? time : list[^1].EventTimeMicros);
            if (list.Count > 0)
            {
                samples.IsNewer(list[^1].EventTimeMicros).Should().BeFalse();
                samples.IsNewer(list[^1].EventTimeMicros - 1).Should().BeFalse();
                samples.IsNewer(list[^1].EventTimeMicros + 1).Should().BeTrue();
            }

            var kept = list.Where(s => s.EventTimeMicros >= from).ToList();
            var capacity = BlockForm.PackedCapacity(bits);
            var canBe = PackingOf(0.1).TryPack(time, value, out _);
            var hasRoom = kept.Count < capacity && kept.Count < most && !(bits > 1 && kept.Count < capacity / 4);
            samples.TryPut(from, most, time, value).Should().Be(canBe && hasRoom);
            if (canBe && hasRoom)
            {
                list = [.. kept, new Sample { EventTimeMicros = time, Value = value }];
            }

            Check(block, list);
            if (!hasRoom && list.Count > 0)
            {
                // Half of what there is, one way or the other: so that larger blocks are full and nearly empty in turn.
                var count = (list.Count + 1) / 2;
                if (step % 2 == 0)
                {
                    samples.DropOldest(count);
                    list.RemoveRange(0, count);
                }
                else
                {
                    var before = list[count - 1].EventTimeMicros + (step % 3 == 0 ? 0 : 1);
                    samples.DropBefore(before);
                    list.RemoveAll(s => s.EventTimeMicros < before);
                }

                Check(block, list);
            }

            if (!hasRoom && canBe && kept.Count < capacity / 4)
            {
                // The store would take a smaller block; here it is filled again.
                list = [.. Enumerable.Range(0, capacity / 2).Select(i => new Sample { EventTimeMicros = time - (capacity / 2) + i, Value = i })];
                new SeriesBlock(block, new BlockForm(bits, IsWide: false).Word).Fill(list.ToArray(), PackingOf(0.1).With(list.Count));
            }

            block[Room(bits)].Should().Be(Guard);
        }
    });

    /// <summary>Of a time before all that can be packed too: as of the newest.</summary>
    [Fact]
    public void Nothing_is_newer_than_the_newest_that_is_not_after_it()
    {
        var block = stackalloc byte[Room(1)];
        ((SeriesHead*)block)->Shape = PackingOf(1).With(0).Word;
        var samples = new PackedSamples(block, 1);
        samples.IsNewer(Start).Should().BeTrue();
        samples.TryPut(0, 9, Start, 1).Should().BeTrue();
        samples.IsNewer(Start).Should().BeFalse();
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
