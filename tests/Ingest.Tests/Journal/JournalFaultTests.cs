using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace PingAnIoT.Ingest.Tests;

/// <summary>T-04 for the journal: a disk that is full, fails or is read-only stops acknowledgement and nothing else; it goes on unaided.</summary>
public sealed class JournalFaultTests(ITestOutputHelper output)
{
    private static readonly JournalOptions Options = new()
    {
        SegmentBytes = 64 * 1024, PendingBytes = 16 * 1024, RetryFirst = TimeSpan.FromMilliseconds(1), RetryLongest = TimeSpan.FromMilliseconds(1),
    };

    [Theory]
    [InlineData(0.01, 400)]
    [InlineData(0.1, 400)]
    [InlineData(0.5, 200)]
    public void A_disk_that_fails_now_and_then_loses_nothing(double probability, int groups)
    {
        var random = new Random(4711);
        var disk = new SimulatedDisk();
        disk.Before = what =>
        {
            if (random.NextDouble() < probability)
            {
                throw new IOException($"EIO at {what}");
            }
        };
        var ends = new List<(string, long)>();
        using (var journal = JournalTests.Open(disk, Options))
        {
            for (var i = 0; i < groups; i++)
            {
                var text = $"entry {i} {new string('.', i % 900)}";
                ends.Add((text, journal.Append(default, Encoding.UTF8.GetBytes(text))));
                if (i % 3 == 0)
                {
                    JournalTests.WaitUntil(() => journal.CommittedUntil == journal.Tail);
                }
            }

            JournalTests.WaitUntil(() => journal.CommittedUntil == journal.Tail);
            journal.Fault.Should().BeNull();
        }

        disk.Before = null;
        disk.PowerUp(new Random(1));
        using var again = JournalTests.Open(disk, Options);
        var found = JournalTests.ReadAll(again, 0);
        Say($"T-04: {groups} cases, {groups - found.Intersect(ends).Count()} failures (journal, fault probability {probability})");
        found.Should().Equal(ends);
    }

    [Fact]
    public async Task While_every_write_fails_nothing_is_committed_and_no_more_is_let_in_and_then_it_goes_on_by_itself()
    {
        var disk = new SimulatedDisk();
        using var journal = JournalTests.Open(disk, Options);
        var first = journal.Append(default, "before"u8);
        JournalTests.WaitUntil(() => journal.CommittedUntil == first);
        disk.Before = what => throw new IOException($"ENOSPC at {what}");
        journal.Append(default, "during"u8);
        JournalTests.WaitUntil(() => journal.Fault is not null);
        journal.HasRoom.Should().BeFalse();
        journal.CommittedUntil.Should().Be(first);
        var room = journal.RoomAsync();
        room.IsCompleted.Should().BeFalse();
        disk.Before = null;
        await room.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        JournalTests.WaitUntil(() => journal.CommittedUntil == journal.Tail && journal.HasRoom);
        JournalTests.ReadAll(journal, 0).Select(e => e.Text).Should().Equal("before", "during");
    }

    [Fact]
    public void Too_much_on_its_way_to_the_disk_closes_the_door_until_it_is_there()
    {
        using var stuck = new ManualResetEventSlim();
        var disk = new SimulatedDisk { Before = _ => stuck.Wait() };
        using var journal = JournalTests.Open(disk, Options);
        journal.Append(default, new byte[20_000]);
        journal.HasRoom.Should().BeFalse();
        stuck.Set();
        JournalTests.WaitUntil(() => journal.HasRoom);
    }

    [Fact]
    public void A_full_file_system_is_waited_out()
    {
        using var temp = new TempFolder("full");
        var folder = temp.FullName;
        MountSmall(folder);
        try
        {
            var ballast = Path.Combine(folder, "ballast");
            File.WriteAllBytes(ballast, new byte[700 * 1024]);
            using var journal = new Journal(
                new FileJournalStorage(Path.Combine(folder, "journal")), Options, TimeProvider.System, NullLogger.Instance, new SilentMeters());
            var ends = new List<(string, long)>();
            while (journal.Fault is null)
            {
                var text = $"entry {ends.Count} {new string('.', 2_000)}";
                ends.Add((text, journal.Append(default, Encoding.UTF8.GetBytes(text))));
                JournalTests.WaitUntil(() => journal.Fault is not null || journal.CommittedUntil == journal.Tail);
            }

            var committed = journal.CommittedUntil;
            committed.Should().BeLessThan(journal.Tail);
            JournalTests.ReadAll(journal, 0).Should().Equal(ends.Where(e => e.Item2 <= committed));
            File.Delete(ballast);
            JournalTests.WaitUntil(() => journal.CommittedUntil == journal.Tail);
            JournalTests.ReadAll(journal, 0).Should().Equal(ends);
            Say($"T-04: {ends.Count} cases, 0 failures (journal, file system full after {committed} bytes)");
        }
        finally
        {
            Run("umount", folder);
        }
    }

    private static void MountSmall(string folder)
    {
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) != 0)
        {
            const string Reason = "mounting a small tmpfs needs Linux and root";
            Environment.GetEnvironmentVariable("PINGAN_NO_SKIP").Should().NotBe("1", Reason);
            Assert.Skip(Reason);
        }
    }

    private static int Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
