using System.Buffers.Binary;

namespace PingAnIoT.Ingest.Tests;

/// <summary>T-02 for the journal: the power goes at a random operation; nothing acknowledged may be missing afterwards.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Lives = 4;
    private static readonly JournalOptions Options = new() { SegmentBytes = 64 * 1024, RetryFirst = TimeSpan.FromMilliseconds(1), RetryLongest = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public void No_acknowledged_entry_is_lost_to_a_power_cut()
    {
        var cuts = int.TryParse(Environment.GetEnvironmentVariable("PINGAN_POWER_CUTS"), out var asked) ? asked : 200;
        var failures = 0;
        var acknowledged = 0L;
        for (var seed = 1; seed <= cuts; seed++)
        {
            var result = Run(seed, ignoresSync: false);
            acknowledged += result.Acknowledged;
            if (result.Failure is not null)
            {
                failures++;
                output.WriteLine($"seed {seed}: {result.Failure}");
            }
        }

        Say($"T-02: {cuts} cases, {failures} failures (journal, {acknowledged} acknowledged entries)");
        failures.Should().Be(0);
        acknowledged.Should().BeGreaterThan(cuts);
    }

    [Fact]
    public void The_same_test_sees_the_loss_when_syncing_is_switched_off()
    {
        var lossy = Enumerable.Range(1, 50).Count(seed => Run(seed, ignoresSync: true).Failure is not null);
        Say($"T-02 control: 50 cases without sync, {lossy} show loss");
        lossy.Should().BeGreaterThan(25, "else the test is blind");
    }

    private static (long Acknowledged, string? Failure) Run(int seed, bool ignoresSync)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk { IgnoresSync = ignoresSync };
        var acknowledged = new List<(int Life, int Number)>();
        for (var life = 0; ; life++)
        {
            using var journal = Open(disk, random);
            var failure = Check(journal, acknowledged);
            if (failure is not null || life == Lives)
            {
                return (acknowledged.Count, failure);
            }

            var appended = Live(journal, disk, life, random);
            acknowledged.AddRange(appended.Where(a => a.End <= journal.CommittedUntil).Select(a => (life, a.Number)));
            disk.PowerUp(random);
        }
    }

    /// <summary>Now and then the power goes again while the journal recovers from the last time.</summary>
    private static Journal Open(SimulatedDisk disk, Random random)
    {
        while (true)
        {
            try
            {
                if (random.Next(3) == 0)
                {
                    disk.CutAfter(random.Next(1, 4));
                }

                return JournalTests.Open(disk, Options);
            }
            catch (IOException)
            {
                disk.PowerUp(random);
            }
        }
    }

    private static List<(int Number, long End)> Live(Journal journal, SimulatedDisk disk, int life, Random random)
    {
        disk.CutAfter(random.Next(1, 30));
        var sameSize = random.Next(2) == 0 ? random.Next(8, 700) : 0;
        var appended = new List<(int, long)>();
        while (!disk.IsOff)
        {
            for (var i = random.Next(1, 20); i > 0; i--)
            {
                var body = new byte[sameSize > 0 ? sameSize : random.Next(8, random.Next(10) == 0 ? 20_000 : 600)];
                body.AsSpan().Fill((byte)(appended.Count * 31 + life));
                BinaryPrimitives.WriteInt32LittleEndian(body, life);
                BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), appended.Count);
                appended.Add((appended.Count, journal.Append(default, body)));
            }

            SpinWait.SpinUntil(() => disk.IsOff || journal.CommittedUntil == journal.Tail);
        }

        journal.Abandon();
        return appended;
    }

    /// <summary>All that was acknowledged is there, in order and whole; and nothing is there that the order does not allow.</summary>
    private static string? Check(Journal journal, List<(int Life, int Number)> acknowledged)
    {
        using var reader = journal.Read();
        var expected = new Queue<(int, int)>(acknowledged);
        var last = (Life: -1, Number: -1);
        while (reader.Read())
        {
            var body = reader.Body;
            var found = (Life: BinaryPrimitives.ReadInt32LittleEndian(body), Number: BinaryPrimitives.ReadInt32LittleEndian(body[4..]));
            var isNext = found.Life == last.Life ? found.Number == last.Number + 1 : found.Life > last.Life && found.Number == 0;
            if (!isNext || body[8..].IndexOfAnyExcept((byte)(found.Number * 31 + found.Life)) >= 0)
            {
                return $"{found} after {last}";
            }

            last = found;
            if (expected.TryPeek(out var next) && next == found)
            {
                expected.Dequeue();
            }
        }

        return expected.Count == 0 ? null : $"lost {expected.Count}, first {expected.Peek()}; last read {last}";
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
