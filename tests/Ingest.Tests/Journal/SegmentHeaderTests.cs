using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A segment is not what its first 64 bytes say but what is in it.</summary>
public sealed class SegmentHeaderTests
{
    private static readonly JournalOptions Options = new() { SegmentBytes = 64 * 1024 };

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(200)]
    public void A_damaged_header_of_the_newest_segment_costs_no_entry(int groups)
    {
        var disk = new SimulatedDisk();
        var ends = new List<(string Text, long End)>();
        using (var journal = JournalTests.Open(disk, Options))
        {
            for (var i = 0; i < groups; i++)
            {
                var text = $"entry {i} {new string('.', 700)}";
                ends.Add((text, journal.Append(default, Encoding.UTF8.GetBytes(text))));
                JournalTests.WaitUntil(() => journal.CommittedUntil == journal.Tail);
            }
        }

        disk.Flip(disk.List()[^1], 20);
        using (var again = JournalTests.Open(disk, Options))
        {
            JournalTests.ReadAll(again, 0).Should().Equal(ends);
            ends.Add(("after", again.Append(default, "after"u8)));
        }

        using var third = JournalTests.Open(disk, Options);
        JournalTests.ReadAll(third, 0).Should().Equal(ends);
    }
}
