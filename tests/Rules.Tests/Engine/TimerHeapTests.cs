using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>What is due comes out in the order of time, and of those due together in the order of their slots.</summary>
public sealed class TimerHeapTests
{
    [Fact]
    public void Comes_out_as_if_sorted() => Gen.Select(Gen.Int[0, 9], Gen.Long[0, 40], Gen.Int[0, 30]).Array[1, 300].Sample(steps =>
    {
        var heap = new TimerHeap();
        var held = new List<(long Due, int Slot)>();
        foreach (var (what, due, slot) in steps)
        {
            if (what == 0)
            {
                var capacity = heap.Capacity;
                heap.MakeRoom(due, static (odd, d, s) => ((d + s) & 3) != odd % 4);
                held.RemoveAll(h => ((h.Due + h.Slot) & 3) == due % 4);
                heap.Capacity.Should().Be(held.Count > capacity / 2 ? capacity * 2 : capacity);
            }
            else if (what < 4)
            {
                heap.HasDue(due).Should().Be(held.Any(h => h.Due <= due));
                if (held.Count > 0)
                {
                    var least = held.Min();
                    heap.Pop().Should().Be(least);
                    held.Remove(least);
                }
            }
            else
            {
                var capacity = heap.Capacity;
                heap.IsFull.Should().Be(held.Count == capacity);
                heap.Push(due, slot);
                held.Add((due, slot));
                heap.Capacity.Should().Be(held.Count > capacity ? capacity * 2 : capacity);
            }

            heap.Count.Should().Be(held.Count);
        }

        held.Sort();
        held.Select(_ => heap.Pop()).ToList().Should().Equal(held);
        heap.Push(1, 1);
        heap.Clear();
        heap.HasDue(long.MaxValue).Should().BeFalse();
    });
}
