using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace PingAnIoT.Ingest.Tests;

public sealed class DeadLetterStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-letters-").FullName;

    private string DatabaseFile => Path.Combine(folder, "deadletters.db");

    [Fact]
    public async Task Letters_are_kept_once_listed_newest_first_and_counted_by_reason()
    {
        using (var store = Open())
        {
            for (var twice = 0; twice < 2; twice++)
            {
                for (var i = 0; i < 10; i++)
                {
                    store.Post(Letter(i, i % 2 == 0 ? "g1" : "g2", i % 5 == 0 ? RefusalReason.UnitMismatch : RefusalReason.PayloadMalformed));
                }
            }

            await store.FlushAsync(TestContext.Current.CancellationToken);
        }

        using var again = Open();
        again.List().Select(l => l.JournalPosition).Should().Equal(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        again.List("g1", limit: 2).Select(l => l.JournalPosition).Should().Equal(8, 6);
        again.List("g1", beforeId: again.List("g1", limit: 2)[^1].Id).Select(l => l.JournalPosition).Should().Equal(4, 2, 0);
        again.List(reason: RefusalReason.UnitMismatch).Select(l => l.JournalPosition).Should().Equal(5, 0);
        again.Counts().Should().BeEquivalentTo(new Dictionary<RefusalReason, long> { [RefusalReason.UnitMismatch] = 2, [RefusalReason.PayloadMalformed] = 8 });
        again.List(limit: 1)[0].Should().BeEquivalentTo(Letter(9, "g2", RefusalReason.PayloadMalformed), o => o.Excluding(l => l.Id));
    }

    [Fact]
    public async Task The_oldest_go_when_there_are_too_many_or_they_are_too_large()
    {
        using (var store = Open(limitRows: 50))
        {
            for (var i = 0; i < 500; i++)
            {
                store.Post(Letter(i, "g1", RefusalReason.PayloadMalformed));
            }

            await store.FlushAsync(TestContext.Current.CancellationToken);
            store.List(limit: 1000).Select(l => l.JournalPosition).Should().Equal(Enumerable.Range(450, 50).Reverse().Select(i => (long)i));
        }

        using var small = Open(limitBytes: 20_000);
        for (var i = 1000; i < 1020; i++)
        {
            small.Post(Letter(i, "g1", RefusalReason.PayloadMalformed) with { Payload = new byte[4096] });
        }

        await small.FlushAsync(TestContext.Current.CancellationToken);
        var kept = small.List(limit: 1000);
        kept.Sum(l => l.Payload.Length).Should().BeLessThanOrEqualTo(20_000);
        kept[0].JournalPosition.Should().Be(1019);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public async Task However_they_come_in_groups_not_one_more_goes_than_must(int group)
    {
        using var store = Open(limitRows: 50);
        using var small = new DeadLetterStore(DatabaseFile + "-small", TimeProvider.System, NullLoggerFactory.Instance, new SilentMeters(), 1000, 50 * 18);
        for (var i = 0; i < 175; i += group)
        {
            for (var j = i; j < i + group; j++)
            {
                store.Post(Letter(j, "g1", RefusalReason.PayloadMalformed));
                small.Post(Letter(j, "g1", RefusalReason.PayloadMalformed) with { Topic = "pingan/v1/井" });
            }

            await store.FlushAsync(TestContext.Current.CancellationToken);
            await small.FlushAsync(TestContext.Current.CancellationToken);
            var kept = Math.Min(i + group, 50);
            store.List(limit: 1000).Should().HaveCount(kept);
            small.List(limit: 1000).Should().HaveCount(kept, "5 bytes of payload and 13 of topic each");
        }
    }

    [Fact]
    public async Task A_lock_on_the_file_is_waited_out()
    {
        using var store = Open();
        using (var other = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction(deferred: false);
            store.Post(Letter(1, "g1", RefusalReason.PayloadMalformed));
            store.List().Should().BeEmpty();
        }

        await store.FlushAsync(TestContext.Current.CancellationToken);
        store.List().Should().ContainSingle();
        store.Fault.Should().BeNull();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static DeadLetter Letter(int number, string gateway, RefusalReason reason) => new()
    {
        JournalPosition = number, Index = 0, ReceiveTimeMicros = 1_000_000 + number, Gateway = gateway, Topic = "pingan/v1/x", Reason = reason,
        IsWhole = true, RefusedReadings = 1, PayloadOffset = 3, PayloadBytes = 5, Payload = [1, 2, 3, 4, 5],
    };

    private DeadLetterStore Open(long limitRows = 1000, long limitBytes = 1 << 20) =>
        new(DatabaseFile, TimeProvider.System, NullLoggerFactory.Instance, new SilentMeters(), limitRows, limitBytes);
}
