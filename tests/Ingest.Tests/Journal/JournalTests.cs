using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

public sealed class JournalTests
{
    private static readonly JournalOptions Small = new() { SegmentBytes = 64 * 1024, RetryFirst = TimeSpan.FromMilliseconds(1), RetryLongest = TimeSpan.FromMilliseconds(2) };
    private readonly SimulatedDisk disk = new();

    [Fact]
    public void What_is_committed_is_read_back_in_order_across_segments_and_restarts()
    {
        var written = new List<(string Text, long End)>();
        for (var life = 0; life < 3; life++)
        {
            using (var journal = Open(disk))
            {
                for (var i = 0; i < 200; i++)
                {
                    var text = $"life {life} entry {i} {new string('x', i * 7 % 1500)}";
                    written.Add((text, journal.Append("head "u8, Encoding.UTF8.GetBytes(text))));
                }
            }

            using var again = Open(disk);
            ReadAll(again, 0).Should().Equal(written.Select(w => ("head " + w.Text, w.End)));
            ReadAll(again, written[100].End).Should().Equal(written.Skip(101).Select(w => ("head " + w.Text, w.End)));
            again.CommittedUntil.Should().Be(written[^1].End);
        }

        disk.List().Count.Should().BeGreaterThan(3);
    }

    /// <summary>With a spacing that never passes: what is committed all the same waits for no time.</summary>
    [Fact]
    public void In_a_flow_commits_are_spaced_but_for_many_entries_the_first_after_a_pause_and_the_last()
    {
        var time = new FakeTimeProvider();
        long unseen;
        using (var journal = Open(disk, Small with { CommitSpacing = TimeSpan.FromDays(1), CommitEntries = 3 }, time))
        {
            // After a pause at once.
            Committed(journal, journal.Append("first "u8, "a"u8));

            // Two wait, three do not.
            var two = journal.Append("one "u8, "a"u8);
            two = journal.Append("two "u8, "a"u8);
            journal.CommittedUntil.Should().BeLessThan(two);
            Committed(journal, journal.Append("three "u8, "a"u8));

            time.Advance(TimeSpan.FromDays(2));
            Committed(journal, journal.Append("after a pause "u8, "a"u8));
            unseen = journal.Append("last "u8, "a"u8);
            journal.CommittedUntil.Should().BeLessThan(unseen);
        }

        using var again = Open(disk);
        again.CommittedUntil.Should().Be(unseen);

        static void Committed(Journal journal, long end) => SpinWait.SpinUntil(() => journal.CommittedUntil >= end, TimeSpan.FromSeconds(120)).Should().BeTrue();
    }

    [Fact]
    public void Whoever_is_called_before_a_commit_is_in_it_and_a_call_that_was_asked_for_comes_without_an_entry()
    {
        var syncs = 0;
        disk.Before = what => syncs += what == "sync" ? 1 : 0;
        using var journal = Open(disk, Small with { CommitSpacing = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        var calls = 0;
        var end = 0L;
        journal.OnGathering = _ =>
        {
            // The first brings nothing, the second two.
            if (Interlocked.Increment(ref calls) == 2)
            {
                journal.Append("one "u8, "a"u8);
                Volatile.Write(ref end, journal.Append("two "u8, "a"u8));
            }
        };
        journal.ExpectMore();
        WaitUntil(() => Volatile.Read(ref calls) == 1);
        journal.ExpectMore();
        WaitUntil(() => Volatile.Read(ref end) > 0 && journal.CommittedUntil == Volatile.Read(ref end));
        syncs.Should().Be(1);
        calls.Should().Be(2);
    }

    [Fact]
    public void The_bytes_of_a_frame_and_of_an_entry_are_what_they_always_were()
    {
        using (var journal = Open(disk))
        {
            Span<byte> header = stackalloc byte[JournalEntry.LongestHeaderBytes];
            var length = JournalEntry.WriteHeader(header, JournalEntryKind.Messages, 0x0102030405060708, "g1");
            journal.Append(header[..length], "abc"u8);
        }

        var bytes = new byte[40];
        using var segment = disk.Open(0, writable: false);
        segment.Read(bytes, SegmentHeader.Bytes);
        Convert.ToHexString(bytes).Should().Be(
            "15000000" + "8B00158A" + "0000000000000000" // 21 bytes, checksum, nothing was committed before
            + "01" + "01" + "0200" + "00000000" + "0807060504030201" + "6731" // version 1, messages, gateway of 2 bytes, receive time, "g1"
            + "616263" + "000000"); // content, padding
        JournalEntry.TryRead(bytes.AsSpan(16, 21), out var entry).Should().BeTrue();
        entry.Kind.Should().Be(JournalEntryKind.Messages);
        entry.Gateway.Should().Be("g1");
        entry.ReceiveTimeMicros.Should().Be(0x0102030405060708);
        Encoding.UTF8.GetString(entry.Content).Should().Be("abc");
    }

    [Fact]
    public void The_checksum_is_the_Castagnoli_of_the_standards()
    {
        Crc32C.Of("123456789"u8).Should().Be(0xE3069283);
        Crc32C.Of(new byte[32]).Should().Be(0x8A9136AA);
    }

    [Fact]
    public void Damage_to_what_was_acknowledged_is_stepped_over_and_counted_and_never_taken_for_a_torn_write()
    {
        var ends = new List<long>();
        using (var journal = Open(disk))
        {
            for (var i = 0; i < 10; i++)
            {
                ends.Add(journal.Append(default, Encoding.UTF8.GetBytes($"entry {i}")));
                WaitUntil(() => journal.CommittedUntil == ends[^1]);
            }
        }

        disk.Flip(0, ends[3] + JournalFrame.HeaderBytes);
        using var again = Open(disk);
        again.CommittedUntil.Should().Be(ends[9]);
        using var reader = again.Read();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(Encoding.UTF8.GetString(reader.Body));
        }

        texts.Should().Equal(Enumerable.Range(0, 10).Where(i => i != 4).Select(i => $"entry {i}"));
        reader.DamagedBytes.Should().Be(ends[4] - ends[3]);
    }

    [Fact]
    public void Retention_gives_up_old_segments_but_never_what_someone_holds()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var journal = new Journal(disk, Small with { RetentionAge = TimeSpan.FromHours(1) }, time, NullLogger.Instance, new SilentMeters());
        var body = new byte[30_000];
        var ends = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ends.Add(journal.Append(default, body));
        }

        WaitUntil(() => journal.CommittedUntil == ends[^1]);
        var segments = disk.List();
        segments.Count.Should().Be(10);
        using (var hold = journal.Hold("spool", ends[4]))
        {
            time.Advance(TimeSpan.FromHours(2));
            journal.Trim();
            disk.List().Should().Equal(segments.Where(s => s + Small.SegmentBytes > ends[4]));
            hold.MoveTo(ends[10]);
            journal.Trim();
            disk.List().Should().Equal(segments.Where(s => s + Small.SegmentBytes > ends[10]));
        }

        journal.Trim();
        disk.List().Should().Equal(segments[^1]);
        journal.BeginPosition.Should().Be(segments[^1]);
    }

    [Fact]
    public void Retention_by_size_keeps_as_much_as_was_asked_for()
    {
        using var journal = Open(disk, Small with { RetentionBytes = 200_000 });
        var end = 0L;
        for (var i = 0; i < 40; i++)
        {
            end = journal.Append(default, new byte[30_000]);
        }

        WaitUntil(() => journal.CommittedUntil == end);
        journal.Trim();
        (end - disk.List()[0]).Should().BeInRange(200_000 - Small.SegmentBytes, 200_000);
    }

    [Fact]
    public void Positions_go_on_even_when_the_files_are_gone()
    {
        using var journal = Open(disk, Small with { MinimumPosition = 1_000_000 });
        journal.Append(default, "x"u8).Should().BeGreaterThan(1_000_000);
        WaitUntil(() => journal.CommittedUntil == journal.Tail);
        ReadAll(journal, 0).Should().ContainSingle();
    }

    [Fact]
    public void Many_threads_append_and_each_finds_its_own_where_it_was_told()
    {
        using var journal = Open(disk);
        var ends = new Dictionary<long, string>();
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                var text = $"{thread}/{i}";
                var end = journal.Append("h"u8, Encoding.UTF8.GetBytes(text));
                lock (ends)
                {
                    ends.Add(end, "h" + text);
                }
            }
        });
        WaitUntil(() => journal.CommittedUntil == journal.Tail);
        ReadAll(journal, 0).Should().Equal(ends.OrderBy(e => e.Key).Select(e => (e.Value, e.Key)));
    }

    internal static Journal Open(SimulatedDisk disk, JournalOptions? options = null, TimeProvider? time = null) =>
        new(disk, options ?? Small, time ?? TimeProvider.System, NullLogger.Instance, new SilentMeters());

    internal static List<(string Text, long End)> ReadAll(Journal journal, long from)
    {
        var all = new List<(string, long)>();
        using var reader = journal.Read(from);
        while (reader.Read())
        {
            all.Add((Encoding.UTF8.GetString(reader.Body), reader.Position));
        }

        return all;
    }

    internal static void WaitUntil(Func<bool> condition) =>
        SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(120)).Should().BeTrue("the condition comes true in good time");
}
